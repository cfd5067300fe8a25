"""The labels of the open folder in a running window: opened, changed, told, followed, given back after damage."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.annotation.relinking import same_names
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.annotation.store import AnnotationStore, open_store
from desktop_app.annotation.summaries import RecordingVerdict
from desktop_app.services import project as project_module
from desktop_app.services import project_jobs
from desktop_app.services.jobs import JobContext, JobRunner
from desktop_app.services.label_verdicts import LabelVerdicts
from desktop_app.services.messages import Message, Messages
from desktop_app.services.project import Project
from desktop_app.services.project_jobs import Opening
from desktop_app.services.relinking import Relinking
from desktop_app.services.session import Session
from desktop_app.services.settings import Settings


@dataclass
class Window:
    """What a window has to do with labels."""

    session: Session
    settings: Settings
    messages: Messages
    project: Project
    verdicts: LabelVerdicts
    relinking: Relinking
    told: list[Message]

    def open(self, folder: Path, qtbot: QtBot) -> None:
        with qtbot.waitSignal(self.project.opened):
            self.session.folder = folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with files that stand for recordings."""
    made = tmp_path / "recordings"
    (made / "night").mkdir(parents=True)
    for name in ("a.wav", "b.wav", "night/c.wav"):
        (made / name).write_bytes(name.encode() * 5_000)
    return made


@pytest.fixture
def new_window(runner: JobRunner, tmp_path: Path) -> Iterator[Callable[[], Window]]:
    """Return what opens one more window in this process."""
    windows: list[Window] = []

    def make() -> Window:
        session, messages = Session(), Messages()
        settings = Settings(tmp_path / "settings.json", messages)
        project = Project(runner, session, settings, messages)
        told: list[Message] = []
        messages.posted.connect(told.append)
        relinking = Relinking(project, messages)
        window = Window(session, settings, messages, project, LabelVerdicts(project), relinking, told)
        windows.append(window)
        return window

    yield make
    for window in windows:
        window.project.close()
        window.settings.close()


@pytest.fixture
def window(new_window: Callable[[], Window], folder: Path, qtbot: QtBot) -> Window:
    """Return a window with the folder open."""
    made = new_window()
    made.open(folder, qtbot)
    return made


def prediction(path: Path, label: str, score: float) -> FileVerdict:
    return FileVerdict(path, (Prediction(path, 0.0, 1.0, label, score, "model"),), None)


def test_opening_closing_and_changing_folders_is_told(window: Window, folder: Path, qtbot: QtBot) -> None:
    assert window.project.store is not None and "recordings" in window.project.where
    with qtbot.waitSignals([window.project.closed, window.project.opened]):
        window.session.folder = folder / "night"
    with qtbot.waitSignal(window.project.closed):
        window.session.folder = None
    assert window.project.store is None and window.project.where == ""
    assert window.project.annotations_of(folder / "a.wav") == []
    window.project.draw(folder / "a.wav", Annotation("robin"))
    window.project.take([prediction(folder / "a.wav", "yes", 0.9)])
    assert "are not open" in window.told[-1].text


def test_a_fault_while_labels_are_opened_does_not_keep_them_locked(
    window: Window, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.project.draw(folder / "a.wav", Annotation("robin"))
    window.session.folder = None
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(AnnotationStore, "scheme", lambda _: 1 / 0)
        Opening(folder).run(JobContext(lambda: None))
    with open_store(folder) as store:
        assert store.read_only == ""


def test_a_folder_left_before_its_labels_were_there_is_let_go(
    new_window: Callable[[], Window], folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, opened = threading.Event(), []

    def slow_open(project: Path) -> AnnotationStore:
        let_go.wait(10)
        opened.append(open_store(project))
        return opened[-1]

    open_store(folder).close()
    monkeypatch.setattr(project_jobs, "open_store", slow_open)
    window = new_window()
    window.session.folder = folder
    qtbot.waitUntil(lambda: bool(window.project._runner.active))
    window.session.folder = folder / "night"
    window.session.folder = None
    let_go.set()
    qtbot.waitUntil(lambda: not window.project._runner.active)
    assert window.project.store is None
    again = open_store(folder)
    assert again.read_only == ""
    again.close()


def test_drawing_on_a_file_makes_it_known_bears_the_reviewer_and_adds_the_class(
    window: Window, folder: Path, qtbot: QtBot
) -> None:
    window.settings.change(reviewer="Ada")
    schemes: list[LabelScheme] = []
    window.project.scheme_changed.connect(schemes.append)
    with qtbot.waitSignal(window.project.annotations_changed) as told:
        window.project.draw(folder / "a.wav", Annotation("robin", "", 1.0, 2.0))
    (drawn,) = window.project.annotations_of(folder / "a.wav")
    known = window.project.recording(folder / "a.wav")
    assert known is not None and told.args == [frozenset({known.id})]
    assert (drawn.label, drawn.reviewer, drawn.recording_id) == ("robin", "Ada", known.id)
    assert schemes[-1].names == ("robin",) == window.project.scheme.names
    window.project.history.undo()
    assert window.project.annotations_of(folder / "a.wav") == [] and window.project.scheme.names == ()


def test_what_cannot_be_labelled_is_told(window: Window, folder: Path) -> None:
    window.project.draw(folder / "gone.wav", Annotation("robin"))
    window.project.draw(folder.parent / "elsewhere.wav", Annotation("robin"))
    assert ["does not exist" in window.told[0].text, "outside" in window.told[1].text] == [True, True]
    assert window.project.history.undo_text == ""


def test_predictions_arrive_as_drafts_in_one_step_and_unreadable_files_do_not_stop_them(
    window: Window, folder: Path, qtbot: QtBot
) -> None:
    a, b = folder / "a.wav", folder / "b.wav"
    gone, damaged = folder / "gone.wav", FileVerdict(folder / "night" / "c.wav", (), "It is damaged.")
    with qtbot.waitSignal(window.project.history.changed):
        window.project.take([prediction(a, "yes", 0.9), prediction(b, "no", 0.6), prediction(gone, "no", 1.0), damaged])
    (draft,) = window.project.annotations_of(a)
    assert (draft.label, draft.status, draft.source, draft.score) == ("yes", Status.DRAFT, "model", 0.9)
    assert window.project.scheme.names == ("yes", "no")
    window.project.history.undo()
    assert window.project.annotations_of(a) == window.project.annotations_of(b) == []


def test_verdicts_on_recordings_follow_every_edit(window: Window, folder: Path, qtbot: QtBot) -> None:
    a = folder / "a.wav"
    with qtbot.waitSignal(window.verdicts.changed):
        window.project.take([prediction(a, "yes", 0.9)])
    found = window.verdicts.of(a)
    assert found is not None and (found.label, found.status, found.score) == ("yes", Status.DRAFT, 0.9)
    assert window.verdicts.path_of(found) == a
    window.project.do(window.project.hand.relabel(window.project.annotations_of(a), "no"))
    found = window.verdicts.of(a)
    assert found is not None and (found.accepted, found.rejected, found.status) == (("no",), ("yes",), Status.ACCEPTED)
    window.project.history.undo()
    window.project.history.undo()
    found = window.verdicts.of(a)
    assert found is not None and found.label == ""
    assert window.verdicts.of(folder.parent) is None


def test_verdicts_are_there_after_opening_however_many(
    window: Window, new_window: Callable[[], Window], folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.services.label_verdicts.FEW", 1)
    monkeypatch.setattr(project_jobs, "VERDICTS_AT_ONCE", 1)
    a, b = folder / "a.wav", folder / "b.wav"
    window.project.take([prediction(a, "yes", 0.9), prediction(b, "no", 0.6)])
    qtbot.waitUntil(lambda: window.verdicts.of(a) is not None and window.verdicts.of(b) is not None)
    with qtbot.waitSignal(window.verdicts.cleared):
        window.session.folder = None
    seen: list[RecordingVerdict] = []
    window.verdicts.changed.connect(seen.extend)
    window.open(folder, qtbot)
    qtbot.waitUntil(lambda: {each.path for each in seen} == {"a.wav", "b.wav"})


def test_a_second_window_says_why_it_only_reads_follows_the_first_and_takes_over(
    window: Window, new_window: Callable[[], Window], folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_module, "LOOK_EVERY_MS", 20)
    window.project.draw(folder / "a.wav", Annotation("robin"))
    second = new_window()
    second.open(folder, qtbot)
    assert "another window" in second.told[0].text and "another window" in second.project.where
    second.project.draw(folder / "a.wav", Annotation("wren"))
    second.project.take([prediction(folder / "a.wav", "yes", 0.9)])
    assert set(second.told) == {second.told[0]}
    assert len(window.project.annotations_of(folder / "a.wav")) == 1
    with qtbot.waitSignal(second.project.annotations_changed):
        window.project.draw(folder / "a.wav", Annotation("owl"))
    assert second.project.scheme.names == ("robin", "owl")
    withdrawn: list[str] = []
    second.messages.withdrawn.connect(withdrawn.append)
    with qtbot.waitSignal(second.project.opened):
        window.session.folder = None
    assert second.project.read_only == "" and withdrawn == [second.told[0].text]
    assert "can be changed here now" in second.told[-1].text
    second.project.draw(folder / "a.wav", Annotation("wren"))
    assert len(second.project.annotations_of(folder / "a.wav")) == 3


def test_labels_that_cannot_be_in_the_folder_are_said_to_be_elsewhere(
    new_window: Callable[[], Window], folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.annotation.places.is_remote", lambda _: True)
    window = new_window()
    window.open(folder, qtbot)
    assert "network drive" in window.told[0].text and "network drive" in window.project.where


def test_damaged_labels_are_told_and_the_backup_is_one_click_away(window: Window, folder: Path, qtbot: QtBot) -> None:
    window.project.draw(folder / "a.wav", Annotation("robin"))
    store = window.project.store
    assert store is not None
    window.project.back_up()
    qtbot.waitUntil(lambda: store.place.backups.exists() and len(list(store.place.backups.glob("labels-*"))) == 1)
    window.session.folder = None
    store.place.database.write_bytes(b"damaged" * 100)
    window.session.folder = folder
    qtbot.waitUntil(lambda: bool(window.told))
    message = window.told[-1]
    assert "damaged: go back to the backup of" in message.text and message.action is not None
    with qtbot.waitSignal(window.project.opened):
        message.action()
    assert [it.label for it in window.project.annotations_of(folder / "a.wav")] == ["robin"]
    assert "kept as" in window.told[-1].text and len(list(store.place.home.glob("labels.damaged-*.sqlite"))) == 1


def test_without_a_backup_it_is_offered_to_begin_anew(
    new_window: Callable[[], Window], folder: Path, qtbot: QtBot
) -> None:
    (folder / ".earmark").mkdir()
    (folder / ".earmark" / "labels.sqlite").write_bytes(b"damaged" * 100)
    window = new_window()
    window.session.folder = folder
    qtbot.waitUntil(lambda: bool(window.told))
    message = window.told[-1]
    assert "begin anew" in message.text and message.action is not None
    with qtbot.waitSignal(window.project.opened):
        message.action()
    window.project.draw(folder / "a.wav", Annotation("robin"))
    assert len(window.project.annotations_of(folder / "a.wav")) == 1


def test_labels_follow_a_renamed_recording_and_the_missing_are_listed_and_relinked(
    window: Window, folder: Path, qtbot: QtBot
) -> None:
    for name in ("a.wav", "b.wav", "night/c.wav"):
        window.project.draw(folder / name, Annotation(name))
    (folder / "a.wav").rename(folder / "robin.wav")
    (folder / "night" / "c.wav").unlink()
    (folder / "c.wav").write_bytes(b"edited")
    missing: list[list[Recording]] = []
    window.relinking.missing_changed.connect(missing.append)
    with qtbot.waitSignal(window.relinking.missing_changed):
        window.relinking.look([folder / "robin.wav", folder / "b.wav", folder / "c.wav"])
    assert [it.label for it in window.project.annotations_of(folder / "robin.wav")] == ["a.wav"]
    assert window.verdicts.of(folder / "a.wav") is None and window.verdicts.of(folder / "robin.wav") is not None
    assert "1 labelled recording was moved or renamed" in window.told[-1].text
    assert [it.path for it in window.relinking.missing] == ["night/c.wav"]
    with qtbot.waitSignal(window.project.history.changed):
        window.relinking.relink(same_names(window.relinking.missing, "", ["b.wav", "c.wav"]))
    assert window.relinking.missing == [] and missing[-1] == []
    assert [it.label for it in window.project.annotations_of(folder / "c.wav")] == ["night/c.wav"]
    window.project.history.undo()
    assert window.project.annotations_of(folder / "c.wav") == []


def test_a_window_that_only_reads_never_says_that_labels_went_along(
    window: Window, new_window: Callable[[], Window], folder: Path, qtbot: QtBot
) -> None:
    window.project.draw(folder / "a.wav", Annotation("robin"))
    reading = new_window()
    reading.open(folder, qtbot)
    (folder / "a.wav").rename(folder / "robin.wav")
    reading.relinking.look([folder / "robin.wav"])
    qtbot.waitUntil(lambda: not reading.project._jobs)
    assert not [message for message in reading.told if "went along" in message.text]
    assert reading.project.annotations_of(folder / "robin.wav") == []


def test_a_file_with_other_sound_than_when_it_was_labelled_is_told(window: Window, folder: Path, qtbot: QtBot) -> None:
    window.project.draw(folder / "a.wav", Annotation("robin"))
    (folder / "a.wav").write_bytes(b"other sound")
    window.relinking.look([folder / "a.wav"])
    qtbot.waitUntil(lambda: bool(window.told))
    assert "“a.wav” holds other sound" in window.told[-1].text
    assert len(window.project.annotations_of(folder / "a.wav")) == 1
    for name in ("b.wav", "night/c.wav"):
        window.project.draw(folder / name, Annotation("robin"))
        (folder / name).write_bytes(b"other sound, too")
    window.relinking.look([folder / "a.wav", folder / "b.wav", folder / "night" / "c.wav"])
    qtbot.waitUntil(
        lambda: "“b.wav” and 1 other labelled file hold other sound" in window.told[-1].text
    )  # a.wav was told
