"""History: an edit is on the disk before it can be undone, and what fails changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import AnnotationStore, open_store
from desktop_app.errors import UserError
from desktop_app.services import history as history_module
from desktop_app.services.history import History
from desktop_app.services.jobs import JobRunner

HAND = Hand("Ada")
RECORDING = Recording("a.wav", 1, id="a")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnnotationStore]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def history(runner: JobRunner, store: AnnotationStore) -> History:
    made = History(runner)
    made.set_store(store)
    return made


def draw(label: str = "robin", count: int = 1) -> Edit:
    made = tuple(Annotation(label, "a", float(number), number + 1.0) for number in range(count))
    return Edit(f"Draw {label}", added=made, recordings=(RECORDING,))


def labels(store: AnnotationStore) -> list[str]:
    return [it.label for it in store.annotations_of("a")]


def test_edits_are_undone_and_done_again_in_order(history: History, store: AnnotationStore) -> None:
    told: list[Edit] = []
    history.changed.connect(told.append)
    sentences: list[str] = []
    history.went_back.connect(sentences.append)
    first, second = draw("robin"), draw("wren")
    history.do(first)
    history.do(second)
    assert history.undo_text == "Draw wren" and history.redo_text == ""
    history.undo()
    assert labels(store) == ["robin"] and (history.undo_text, history.redo_text) == ("Draw robin", "Draw wren")
    history.undo()
    history.undo()
    assert labels(store) == [] and history.undo_text == ""
    assert sentences == ["Undone: Draw wren.", "Undone: Draw robin."]
    history.redo()
    history.redo()
    history.redo()
    assert sorted(labels(store)) == ["robin", "wren"]
    assert told == [first, second, second.inverse(), first.inverse(), first, second]


def test_a_new_edit_forgets_what_was_undone(history: History, store: AnnotationStore) -> None:
    history.do(draw("robin"))
    history.undo()
    history.do(draw("wren"))
    assert history.redo_text == ""
    history.redo()
    assert labels(store) == ["wren"]


def test_a_hundred_steps_go_back(history: History, store: AnnotationStore) -> None:
    drawing = draw()
    history.do(drawing)
    now = drawing.added[0]
    for number in range(100):
        edit = HAND.set_status([now], (Status.REJECTED, Status.ACCEPTED)[number % 2])
        history.do(edit)
        now = edit.added[0]
    for _ in range(101):
        history.undo()
    assert history.undo_text == "" and labels(store) == []


def test_an_edit_that_fails_is_told_and_is_no_step(history: History, store: AnnotationStore) -> None:
    problems: list[UserError] = []
    changes: list[Edit] = []
    history.failed.connect(problems.append)
    history.changed.connect(changes.append)
    history.do(HAND.delete([Annotation("never drawn", "a")]))
    assert [str(problem)[:27] for problem in problems] == ["These labels have changed s"]
    assert history.undo_text == "" and not changes


def test_an_undo_that_fails_stays_to_be_undone(history: History, store: AnnotationStore) -> None:
    problems: list[UserError] = []
    history.failed.connect(problems.append)
    drawing = draw()
    history.do(drawing)
    store.apply(HAND.delete(drawing.added))
    history.undo()
    assert len(problems) == 1 and history.undo_text == "Draw robin" and history.redo_text == ""
    store.apply(HAND.delete(drawing.added).inverse())
    history.undo()
    assert labels(store) == [] and history.redo_text == "Draw robin"


def test_nothing_happens_for_an_empty_edit_and_without_labels_it_is_told(runner: JobRunner, history: History) -> None:
    problems: list[UserError] = []
    history.failed.connect(problems.append)
    history.do(Edit("Nothing"))
    assert history.undo_text == "" and not problems
    history.set_store(None)
    history.do(draw())
    assert "open a folder" in str(problems[0])


def test_a_read_only_window_says_why_nothing_is_changed(
    runner: JobRunner, history: History, store: AnnotationStore, tmp_path: Path
) -> None:
    history.do(draw())
    second = History(runner)
    problems: list[UserError] = []
    second.failed.connect(problems.append)
    with open_store(tmp_path) as reading:
        assert isinstance(reading, AnnotationStore)
        second.set_store(reading)
        second.do(draw("wren"))
    assert "another window" in str(problems[0]) and labels(store) == ["robin"]


def test_another_folder_has_a_history_of_its_own(history: History, store: AnnotationStore) -> None:
    history.do(draw())
    history.set_store(store)
    assert history.undo_text == ""


def test_a_large_edit_is_written_off_the_gui_thread_and_is_one_step(
    history: History, store: AnnotationStore, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "LARGE", 10)
    problems: list[UserError] = []
    history.failed.connect(problems.append)
    with qtbot.waitSignal(history.changed):
        history.do(draw(count=50))
        assert history.busy and history.undo_text == ""
        history.do(draw("wren"))
    assert "still being saved" in str(problems[0])
    assert not history.busy and history.undo_text == "Draw robin" and len(labels(store)) == 50
    with qtbot.waitSignal(history.changed):
        history.undo()
    assert labels(store) == [] and history.redo_text == "Draw robin"
    with qtbot.waitSignal(history.changed):
        history.redo()
    assert len(labels(store)) == 50


def test_a_large_edit_that_fails_or_is_cancelled_leaves_things_as_they_are(
    history: History, store: AnnotationStore, runner: JobRunner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "LARGE", 10)
    drawing = draw(count=50)
    with qtbot.waitSignal(history.changed):
        history.do(drawing)
    with qtbot.waitSignal(history.failed):
        history.do(drawing)
    assert len(labels(store)) == 50 and not history.busy
    history.undo()
    runner.active[-1].cancel()
    qtbot.waitUntil(lambda: not history.busy)
    undone = not labels(store)
    assert (history.redo_text == "Draw robin") == undone, "the list of steps and the disk differ"
