"""Names that are free: the next number, found in a few looks."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.names import free_path

TARGET = Path("wren.flac")


def named(number: int) -> Path:
    return TARGET if number == 1 else Path(f"wren ({number}).flac")


@given(st.integers(0, 300))
def test_the_next_number_is_taken(present: int) -> None:
    taken = {named(number) for number in range(1, present + 1)}
    assert free_path(TARGET, taken.__contains__) == named(present + 1)


@given(st.sets(st.integers(1, 40)))
def test_a_name_that_is_there_is_never_returned(present: set[int]) -> None:
    taken = {named(number) for number in present}
    assert free_path(TARGET, taken.__contains__) not in taken


def test_ten_thousand_clips_of_one_name_cost_a_few_looks_each() -> None:
    taken = {named(number) for number in range(1, 10_001)}
    asked: list[Path] = []

    def is_taken(path: Path) -> bool:
        asked.append(path)
        return path in taken

    assert free_path(TARGET, is_taken) == named(10_001)
    assert len(asked) < 40
