"""Frames and places agree; times of day are round, and none stands inside a gap."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.gaps import Gap
from desktop_app.ui.live.stream_axis import StreamAxis, gap_words

RATE = 1_000
NOON_S = datetime(2026, 5, 1, 12, 0, 0).timestamp()


def axis_of(first: int, count: int, hop: int = 10) -> StreamAxis:
    return StreamAxis(range(first, first + count), hop, RATE, 64.0, 500.0)


@given(first=st.integers(-900, 9_000), count=st.integers(1, 2_000), share=st.floats(0, 1))
def test_a_place_is_the_place_of_its_frame(first: int, count: int, share: float) -> None:
    axis = axis_of(first, count)
    x = 64 + 500 * share
    assert axis.x(axis.frame(x)) == pytest.approx(x, abs=500 / (count * 10) + 1e-6)
    assert axis.x(axis.newest_frame) == pytest.approx(564)


def test_ticks_stand_at_full_seconds() -> None:
    axis = axis_of(0, 1_000)
    ticks = axis.ticks(lambda frame: NOON_S + 0.25 + frame / RATE, (), 96)
    assert [words for _, words in ticks] == ["12:00:02", "12:00:04", "12:00:06", "12:00:08", "12:00:10"]
    assert ticks[0][0] == pytest.approx(axis.x(1_750))


def test_ticks_go_on_behind_a_gap_at_the_right_time_and_skip_what_is_missing() -> None:
    gap = Gap(5_000, 3_600 * RATE, "away")

    def clock(frame: int) -> float:
        return NOON_S + frame / RATE + (3_600 if frame >= 5_000 else 0)

    axis = axis_of(0, 1_000)
    ticks = axis.ticks(clock, (gap,), 96)
    words = [each for _, each in ticks]
    assert words == ["12:00:00", "12:00:02", "13:00:08"], "12:00:04 and 13:00:06 stand where the length of the gap does"
    assert ticks[2][0] == pytest.approx(axis.x(8_000))


def test_a_stream_younger_than_the_screen_has_ticks_where_there_is_sound() -> None:
    ticks = axis_of(-500, 1_000).ticks(lambda frame: NOON_S + frame / RATE, (), 96)
    assert [words for _, words in ticks] == ["12:00:00", "12:00:02", "12:00:04"]


def test_gaps_out_of_sight_are_left_out_and_words_say_how_much_is_missing() -> None:
    gaps = (Gap(10, 500, "lost"), Gap(6_000, 350, "lost"), Gap(7_000, 0, "reported"))
    seen = axis_of(100, 900).gaps(gaps)
    assert [gap.at_frame for _, gap in seen] == [6_000, 7_000]
    assert [gap_words(gap, RATE) for _, gap in seen] == ["0.35 s missing", "sound lost"]


def test_a_gap_that_was_noted_late_is_seen_and_hours_of_others_are_not_looked_at() -> None:
    looked_at = []

    class Noticed(tuple[Gap, ...]):
        def __getitem__(self, place: Any) -> Any:
            looked_at.append(place)
            return super().__getitem__(place)

    old = [Gap(frame, 5, "lost") for frame in range(0, 1_000_000, 1_000)]
    gaps = Noticed((*old, Gap(1_002_000, 5, "lost"), Gap(1_001_000, 5, "lost"), Gap(1_003_000, 0, "reported")))
    seen = axis_of(100_050, 500).gaps(gaps)
    assert [gap.at_frame for _, gap in seen] == [1_002_000, 1_001_000, 1_003_000]
    assert 0 < len(looked_at) < 20
