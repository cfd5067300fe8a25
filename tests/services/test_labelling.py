"""Labelling as a person does it: a key for a stretch, a clip or a draft; judge, go on, take back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.services.jobs import JobRunner
from desktop_app.services.labelling import Labelling
from desktop_app.services.messages import Messages
from desktop_app.services.project import Project
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings


@dataclass
class Desk:
    """A labelling in use."""

    folder: Path
    session: Session
    project: Project
    labelling: Labelling
    went_on: list[bool] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def labels(self) -> list[tuple[str, Status]]:
        return [(each.label, each.status) for each in self.labelling.annotations]

    def take(self, qtbot: QtBot, *finds: tuple[str, float, float, float]) -> None:
        """Let a model find label, onset, offset, score in the first recording."""
        path = self.folder / "a.wav"
        found = tuple(Prediction(path, onset, offset, label, score, "model") for label, onset, offset, score in finds)
        with qtbot.waitSignal(self.project.annotations_changed):
            self.project.take([FileVerdict(path, found, None)])


@pytest.fixture
def desk(runner: JobRunner, tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    """Return a folder of two recordings with the first one shown."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("a.wav", "b.wav"):
        (folder / name).write_bytes(name.encode() * 5_000)
    session, messages = Session(), Messages()
    settings = Settings(tmp_path / "settings.json", messages)
    project = Project(runner, session, settings, messages)
    desk = Desk(folder, session, project, Labelling(project, session))
    desk.labelling.went_on.connect(lambda: desk.went_on.append(True))
    desk.labelling.refused.connect(desk.refused.append)
    with qtbot.waitSignal(project.opened):
        session.folder = folder
    session.recording = folder / "a.wav"
    yield desk
    project.close()
    settings.close()


def test_a_key_labels_the_whole_clip_and_goes_on(desk: Desk) -> None:
    desk.labelling.label("yes")
    assert desk.labels == [("yes", Status.ACCEPTED)]
    assert desk.went_on == [True]
    assert desk.project.scheme.names == ("yes",)
    desk.session.recording = desk.folder / "b.wav"
    assert desk.labels == []
    desk.labelling.label_key("1")
    assert desk.labels == [("yes", Status.ACCEPTED)]


def test_another_key_corrects_the_clip_and_undo_brings_the_first_label_back(desk: Desk) -> None:
    desk.labelling.label("yes")
    desk.labelling.label("no")
    assert desk.labels == [("no", Status.ACCEPTED)]
    desk.project.history.undo()
    assert desk.labels == [("yes", Status.ACCEPTED)]


def test_a_second_label_stands_beside_the_first_when_asked_to(desk: Desk) -> None:
    desk.labelling.label("frog")
    desk.labelling.label("rain", beside=True)
    desk.labelling.label("rain", beside=True)
    assert sorted(label for label, _ in desk.labels) == ["frog", "rain"]


def test_a_selected_stretch_becomes_an_annotation_that_is_selected(desk: Desk) -> None:
    desk.session.selection = Selection(0.5, 1.5, 2000, 4000)
    desk.labelling.label("robin")
    (drawn,) = desk.labelling.selected
    assert (drawn.onset_s, drawn.offset_s, drawn.low_hz, drawn.high_hz) == (0.5, 1.5, 2000, 4000)
    assert desk.went_on == []
    desk.labelling.label("wren")
    assert desk.labels == [("wren", Status.ACCEPTED)]


def test_a_dragged_edge_reshapes_the_selected_annotation_in_one_step(desk: Desk) -> None:
    desk.session.selection = Selection(0.5, 1.5)
    desk.labelling.label("robin")
    for offset_s in (1.6, 1.8, 2.0):
        desk.session.selection = Selection(0.5, offset_s)
    desk.labelling.reshape(Selection(0.5, 2.0))
    assert [each.offset_s for each in desk.labelling.selected] == [2.0]
    desk.project.history.undo()
    assert [each.offset_s for each in desk.labelling.annotations] == [1.5]


def test_selecting_elsewhere_lets_go_of_the_annotation(desk: Desk) -> None:
    desk.session.selection = Selection(0.5, 1.5)
    desk.labelling.label("robin")
    desk.session.selection = Selection(3.0, 4.0)
    assert desk.labelling.selected == []
    desk.labelling.label("wren")
    assert len(desk.labelling.annotations) == 2


def test_clicks_select_one_and_with_ctrl_several(desk: Desk) -> None:
    for onset_s in (0.0, 2.0):
        desk.session.selection = Selection(onset_s, onset_s + 1)
        desk.labelling.label("robin")
    first, second = desk.labelling.annotations
    desk.labelling.click(first, False)
    assert desk.session.selection == Selection(0.0, 1.0)
    desk.labelling.click(second, True)
    assert desk.labelling.selected == [first, second]
    assert desk.session.selection == Selection(0.0, 3.0)
    desk.labelling.merge()
    assert [(each.onset_s, each.offset_s) for each in desk.labelling.annotations] == [(0.0, 3.0)]


def test_enter_accepts_the_drafts_of_a_clip_and_goes_on(desk: Desk, qtbot: QtBot) -> None:
    desk.take(qtbot, ("yes", 0.0, 1.0, 0.9))
    desk.labelling.accept_or_repeat()
    assert desk.labels == [("yes", Status.ACCEPTED)]
    assert desk.went_on == [True]


def test_del_rejects_a_draft_but_keeps_it_as_an_example(desk: Desk, qtbot: QtBot) -> None:
    desk.take(qtbot, ("yes", 0.0, 1.0, 0.9))
    desk.labelling.reject()
    assert desk.labels == [("yes", Status.REJECTED)]
    assert desk.went_on == [True]


def test_a_class_key_corrects_a_draft_and_keeps_what_the_model_said_as_rejected(desk: Desk, qtbot: QtBot) -> None:
    desk.take(qtbot, ("yes", 0.0, 1.0, 0.9))
    desk.labelling.label("no")
    assert sorted(desk.labels) == [("no", Status.ACCEPTED), ("yes", Status.REJECTED)]


def test_drafts_in_a_long_recording_are_judged_one_after_the_other(desk: Desk, qtbot: QtBot) -> None:
    desk.take(qtbot, ("yes", 0.0, 1.0, 0.9), ("no", 4.0, 5.0, 0.8))
    desk.labelling.step(1)
    assert [each.label for each in desk.labelling.selected] == ["yes"]
    desk.labelling.accept_or_repeat()
    assert [each.label for each in desk.labelling.selected] == ["no"]
    assert desk.went_on == []
    desk.labelling.reject()
    assert desk.labels == [("yes", Status.ACCEPTED), ("no", Status.REJECTED)]
    assert desk.went_on == [True]


def test_del_removes_what_was_drawn_by_hand_and_undo_brings_it_back(desk: Desk) -> None:
    desk.session.selection = Selection(0.5, 1.5)
    desk.labelling.label("robin")
    desk.labelling.reject()
    assert desk.labels == []
    desk.project.history.undo()
    assert desk.labels == [("robin", Status.ACCEPTED)]


def test_enter_gives_a_fresh_stretch_the_last_label(desk: Desk) -> None:
    desk.session.selection = Selection(0.5, 1.0)
    desk.labelling.accept_or_repeat()
    assert desk.refused and desk.labels == []
    desk.labelling.label("robin")
    desk.session.selection = Selection(2.0, 3.0)
    desk.labelling.accept_or_repeat()
    assert [label for label, _ in desk.labels] == ["robin", "robin"]


def test_split_duplicate_and_nudge_act_on_what_is_selected(desk: Desk) -> None:
    desk.labelling.split()
    assert desk.refused
    desk.session.selection = Selection(0.0, 2.0)
    desk.labelling.label("robin")
    desk.session.play_head_s = 0.5
    desk.labelling.split()
    assert [(each.onset_s, each.offset_s) for each in desk.labelling.annotations] == [(0.0, 0.5), (0.5, 2.0)]
    desk.labelling.select({desk.labelling.annotations[1].id})
    desk.labelling.duplicate()
    assert [(each.onset_s, each.offset_s) for each in desk.labelling.selected] == [(2.0, 3.5)]
    desk.labelling.nudge(0.25)
    assert desk.session.selection == Selection(2.25, 3.75)


def test_what_is_nudged_or_doubled_stays_inside_the_recording(desk: Desk) -> None:
    desk.labelling.note_length(4.0)
    desk.session.selection = Selection(1.0, 2.5)
    desk.labelling.label("robin")
    desk.labelling.duplicate()
    assert desk.session.selection == Selection(2.5, 4.0)
    desk.labelling.duplicate()
    desk.labelling.nudge(0.5)
    assert len(desk.labels) == 2 and len(desk.refused) == 1
    assert desk.session.selection == Selection(2.5, 4.0)
    desk.session.recording = desk.folder / "b.wav"
    desk.session.selection = Selection(3.0, 4.0)
    desk.labelling.label("robin")
    desk.labelling.nudge(0.5)
    assert desk.session.selection == Selection(3.5, 4.5)


def test_a_mark_at_the_play_head_is_a_point(desk: Desk) -> None:
    desk.session.play_head_s = 1.25
    desk.labelling.mark_play_head()
    assert [(each.onset_s, each.offset_s, each.label) for each in desk.labelling.annotations] == [(1.25, 1.25, "")]


def test_what_was_judged_too_quickly_can_be_judged_again_without_selecting_it(desk: Desk, qtbot: QtBot) -> None:
    desk.take(qtbot, ("yes", 0.0, 1.0, 0.9))
    desk.labelling.judge(Status.ACCEPTED)
    desk.labelling.judge(Status.UNCERTAIN)
    assert desk.labels == [("yes", Status.UNCERTAIN)]
    desk.labelling.reject()
    assert desk.labels == [("yes", Status.REJECTED)]
    assert desk.went_on == [True] * 3


def test_del_takes_the_own_label_of_a_clip_away(desk: Desk) -> None:
    desk.labelling.label("yes")
    desk.labelling.reject()
    assert desk.labels == []
    desk.project.history.undo()
    assert desk.labels == [("yes", Status.ACCEPTED)]


def test_nothing_goes_on_where_nothing_could_be_saved(desk: Desk, qtbot: QtBot) -> None:
    desk.take(qtbot, ("yes", 0.0, 1.0, 0.9))
    store = desk.project.store
    assert store is not None
    store.read_only = "Another window writes."
    desk.labelling.judge(Status.ACCEPTED)
    desk.labelling.label("no")
    desk.labelling.select(())
    desk.session.selection = Selection(0.1, 0.2)
    desk.labelling.label("no")
    assert desk.went_on == []
    assert desk.labels == [("yes", Status.DRAFT)]
    assert desk.labelling.selected == []


def test_what_is_stepped_to_is_asked_into_view_and_what_is_clicked_is_not(desk: Desk) -> None:
    gone_to: list[Selection] = []
    desk.labelling.gone_to.connect(gone_to.append)
    for onset_s in (0.0, 5.0):
        desk.labelling.select(())
        desk.session.selection = Selection(onset_s, onset_s + 1)
        desk.labelling.label("robin")
    desk.labelling.click(desk.labelling.annotations[0], False)
    assert gone_to == []
    desk.labelling.step(1)
    desk.labelling.nudge(0.5)
    assert [(each.onset_s, each.offset_s) for each in gone_to] == [(5.0, 6.0), (5.5, 6.5)]


def test_an_annotation_is_put_on_one_channel_after_the_other_and_on_all_again(desk: Desk) -> None:
    desk.session.selection = Selection(1.0, 2.0)
    desk.labelling.label("robin")
    desk.labelling.turn_channel()
    assert "one channel" in desk.refused[-1]
    desk.labelling.note_length(4.0, 2)
    channels = []
    for _ in range(3):
        desk.labelling.turn_channel()
        channels.append(desk.labelling.selected[0].channel)
    assert channels == [0, 1, None]
    assert desk.project.history.undo_text == "Put on all channels: “robin”"


def test_undo_selects_the_stretches_that_come_back_and_no_whole_clip(desk: Desk) -> None:
    desk.session.selection = Selection(1.0, 2.0)
    desk.labelling.label("robin")
    desk.session.play_head_s = 1.5
    desk.labelling.split()
    desk.labelling.delete()
    desk.project.history.undo()
    assert [(each.onset_s, each.offset_s) for each in desk.labelling.selected] == [(1.5, 2.0)]
    desk.project.history.undo()
    assert desk.session.selection == Selection(1.0, 2.0)
    assert [(each.onset_s, each.offset_s) for each in desk.labelling.selected] == [(1.0, 2.0)]
    desk.session.selection = None
    desk.labelling.label("yes")
    desk.labelling.label("no")
    desk.project.history.undo()
    assert desk.labelling.selected == []
    assert ("yes", Status.ACCEPTED) in desk.labels
