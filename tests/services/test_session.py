"""The session: what is open changes in one place and is told once."""

from pathlib import Path

import pytest

from desktop_app.services.session import Selection, Session


def watch(session: Session) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = []
    session.folder_changed.connect(lambda value: told.append(("folder", value)))
    session.recording_changed.connect(lambda value: told.append(("recording", value)))
    session.selection_changed.connect(lambda value: told.append(("selection", value)))
    session.play_head_moved.connect(lambda value: told.append(("play head", value)))
    return told


def test_a_change_is_told_once_and_no_change_is_not_told() -> None:
    session = Session()
    told = watch(session)
    session.recording = Path("a.wav")
    session.recording = Path("a.wav")
    session.play_head_s = 1.5
    session.play_head_s = 1.5
    assert told == [("recording", Path("a.wav")), ("play head", 1.5)]


def test_another_recording_drops_the_selection_before_it_is_told() -> None:
    session = Session()
    session.recording = Path("a.wav")
    session.selection = Selection(1, 2)
    session.play_head_s = 1.0
    told = watch(session)
    session.recording = Path("b.wav")
    assert told == [("selection", None), ("play head", 0.0), ("recording", Path("b.wav"))]


def test_another_folder_closes_the_recording() -> None:
    session = Session()
    session.folder = Path("one")
    session.recording = Path("one/a.wav")
    session.folder = Path("two")
    assert session.recording is None


def test_a_drag_in_any_direction_gives_the_same_selection() -> None:
    assert Selection.between(3, 1, 900, 100) == Selection.between(1, 3, 100, 900) == Selection(1, 3, 100, 900)
    assert Selection(1, 3).duration_s == 2


@pytest.mark.parametrize("corners", [(2, 1), (0, 1, 900, 100)])
def test_a_backward_selection_is_refused(corners: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="runs forwards"):
        Selection(*corners)
