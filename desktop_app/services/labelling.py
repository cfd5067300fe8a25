"""What a person does with the labels of the recording on screen: name, select, reshape, judge, go on."""

import math
from collections.abc import Callable, Collection
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.annotations import MANUAL, Annotation, Status, by_onset
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.hand import Hand
from desktop_app.errors import UserError
from desktop_app.services.project import Project
from desktop_app.services.session import Selection, Session
from desktop_app.services.stretches import shares_an_edge, span_of

NOTHING_SELECTED = "Select an annotation first: click it, or Alt+Right takes the next one."


class Labelling(QObject):
    """The annotations of the session's recording, and which of them are selected. GUI thread only.

    The session's selection follows the selected annotation, so that it can be played, zoomed to and reshaped like
    any other stretch.
    """

    changed = Signal()
    """The annotations are others, or others are selected."""
    went_on = Signal()
    """All of the recording has been labelled or judged: the next one may be shown."""
    refused = Signal(str)
    """Why nothing was done, as a sentence."""
    gone_to = Signal(object)
    """Selection: what was selected by stepping, judging or in a list covers it; it may be out of sight."""
    nothing_to_judge = Signal()
    """Nothing is selected and no draft is left in the recording."""

    def __init__(self, project: Project, session: Session) -> None:
        super().__init__()
        self._project = project
        self._session = session
        self.annotations: list[Annotation] = []
        """Of the recording, by onset; those on all of it come first."""
        self.selected_ids: frozenset[str] = frozenset()
        self.last_label = ""
        self._duration_s, self._channels = math.inf, 1
        self._goes_back = False
        session.recording_changed.connect(self._recording_changed)
        session.selection_changed.connect(self._selection_changed)
        project.opened.connect(self._reload)
        project.closed.connect(lambda: self._reload(forget=True))
        project.annotations_changed.connect(lambda _: self._reload())
        project.scheme_changed.connect(lambda _: self.changed.emit())
        project.history.went_back.connect(self._note_way_back)
        project.history.changed.connect(self._follow_way_back)

    @property
    def selected(self) -> list[Annotation]:
        """Return the selected annotations, by onset."""
        return [each for each in self.annotations if each.id in self.selected_ids]

    @property
    def of_whole(self) -> list[Annotation]:
        """Return the annotations on the whole recording that are not rejected."""
        return [each for each in self.annotations if each.onset_s is None and each.status != Status.REJECTED]

    def note_length(self, duration_s: float, channels: int = 1) -> None:
        """Take in how long and broad the recording on screen is, once that is known: nothing is moved beyond it."""
        self._duration_s, self._channels = duration_s, channels

    def label(self, name: str, *, beside: bool = False) -> None:
        """Give a label: to the selected annotations, else to the selected stretch, else to the whole recording.

        On the whole recording it takes the place of the label that is there, or with `beside` stands beside it, and
        `went_on` follows.
        """
        name = name.strip()
        if not name or self._session.recording is None:
            return
        self.last_label = name
        if self.selected:
            self._do(lambda hand: hand.relabel(self.selected, name))
        elif self._session.selection is not None:
            self._draw(name, self._session.selection)
        else:
            self._label_whole(name, beside=beside)

    def label_key(self, key: str, *, beside: bool = False) -> None:
        """Give the label whose class has this key."""
        known = self._project.scheme.of_key(key)
        if known is not None:
            self.label(known.name, beside=beside)

    def repeat_label(self) -> None:
        """Give the label that was given last."""
        if self.last_label:
            self.label(self.last_label)
        else:
            self.refused.emit("There is no last label yet: press the key of a class, or Ctrl+B to type one.")

    def mark_play_head(self) -> None:
        """Put a point with the last label, or without one, where the play head is; also while sound plays."""
        at_s = self._session.play_head_s
        self._draw(self.last_label, Selection(at_s, at_s), select=False)

    def select(self, ids: Collection[str]) -> None:
        """Select annotations and nothing else; the session's selection goes to where they are."""
        self.selected_ids = frozenset(ids)
        spans = [each for each in self.selected if each.onset_s is not None]
        if spans:
            self._session.selection = span_of(spans)
            self._session.play_head_s = self._session.selection.onset_s
        self.changed.emit()

    def go_to(self, ids: Collection[str]) -> None:
        """Select annotations, brought into view before the play head is there: else the page would turn to that."""
        timed = [each for each in self.annotations if each.id in ids and each.onset_s is not None]
        if timed:
            self.gone_to.emit(span_of(timed))
        self.select(ids)

    def click(self, annotation: Annotation, join: bool) -> None:
        """Select an annotation; with `join`, beside those that are selected, or no longer."""
        self.select(self.selected_ids ^ {annotation.id} if join else {annotation.id})

    def clear(self) -> None:
        """Select no annotation."""
        if self.selected_ids:
            self.selected_ids = frozenset()
            self.changed.emit()

    def step(self, by: int) -> None:
        """Select the next (1) or the one before (-1) of the annotations with times, from the play head on."""
        timed = [each for each in self.annotations if each.onset_s is not None and each.status != Status.REJECTED]
        if not timed:
            self.refused.emit("There is no annotation here to go to.")
            return
        here = [place for place, each in enumerate(timed) if each.id in self.selected_ids]
        if here:
            place = here[-1 if by > 0 else 0] + by
        else:
            before = sum(1 for each in timed if (each.onset_s or 0.0) < self._session.play_head_s)
            place = before if by > 0 else before - 1
        self.go_to({timed[min(max(place, 0), len(timed) - 1)].id})

    def reshape(self, selection: Selection) -> None:
        """Give the one selected annotation the edges of a selection that was dragged."""
        if len(self.selected) != 1 or self.selected[0].onset_s is None:
            return
        old = self.selected[0]
        new = replace(
            old,
            onset_s=selection.onset_s,
            offset_s=selection.offset_s,
            low_hz=selection.low_hz if old.low_hz is not None else None,
            high_hz=selection.high_hz if old.high_hz is not None else None,
        )
        self._do(lambda hand: hand.resize(old, new))

    def judge(self, status: Status) -> None:
        """Accept, reject or doubt what `_in_question` returns, and go on.

        From a selected draft it goes to the next draft; after the last one, or without any, `went_on` is emitted.
        """
        wanted = self._in_question()
        was_selected = bool(self.selected)
        if not wanted:
            self.nothing_to_judge.emit()
            return
        if not self._do(lambda hand: hand.set_status(wanted, status)):
            return
        left = [each for each in self.annotations if each.status == Status.DRAFT and each.onset_s is not None]
        if was_selected and left:
            self.go_to({left[0].id})
        else:
            self.went_on.emit()

    def accept_or_repeat(self) -> None:
        """Give a fresh stretch the last label; anything else is accepted."""
        if self._session.selection is not None and not self.selected:
            self.repeat_label()
        else:
            self.judge(Status.ACCEPTED)

    def reject(self) -> None:
        """Reject what a model said; delete what people drew."""
        wanted = self._in_question()
        if wanted and all(each.source == MANUAL for each in wanted):
            self._do(lambda hand: hand.delete(wanted))
        else:
            self.judge(Status.REJECTED)

    def delete(self) -> None:
        """Remove the selected annotations for good; undo brings them back."""
        self._with_selected(lambda hand, chosen: hand.delete(chosen))

    def duplicate(self) -> None:
        """Add a copy of each selected annotation right after it, or as far as the recording goes."""
        self._with_selected(lambda hand, chosen: hand.duplicate(chosen, span_of(chosen).duration_s, self._duration_s))
        self._follow_selected()

    def merge(self) -> None:
        """Make one annotation of those selected."""
        self._with_selected(lambda hand, chosen: hand.merge(chosen))

    def split(self) -> None:
        """Cut the selected annotation in two at the play head."""
        self._with_selected(lambda hand, chosen: hand.split(chosen[0], self._session.play_head_s))

    def nudge(self, by_s: float) -> None:
        """Move the selected annotations in time."""
        self._with_selected(lambda hand, chosen: hand.nudge(chosen, by_s, self._duration_s))
        self._follow_selected()

    def turn_channel(self) -> None:
        """Put the selected annotations on the channel after theirs; from all to the first, from the last to all."""
        if self._channels < 2:
            self.refused.emit("This recording has one channel: every annotation is on it.")
            return

        def turn(hand: Hand, chosen: list[Annotation]) -> Edit:
            after = 0 if chosen[0].channel is None else chosen[0].channel + 1
            return hand.set_channel(chosen, after if after < self._channels else None)

        self._with_selected(turn)

    def set_note(self, annotation: Annotation, note: str) -> None:
        """Write about an annotation."""
        self._do(lambda hand: hand.set_note(annotation, note))

    def _in_question(self) -> list[Annotation]:
        """Return the selected annotations, else all drafts, else those on the whole recording: judged too quickly."""
        drafts = [each for each in self.annotations if each.status == Status.DRAFT]
        return self.selected or drafts or [each for each in self.annotations if each.onset_s is None]

    def _label_whole(self, name: str, *, beside: bool) -> None:
        there = self.of_whole
        if there and not beside:
            done = self._do(lambda hand: hand.relabel(there, name))
        else:
            known = {each.label for each in there if each.status == Status.ACCEPTED}
            done = name in known or self._add(Annotation(name))
        if done:
            self.went_on.emit()

    def _draw(self, name: str, where: Selection, *, select: bool = True) -> None:
        drawn = Annotation(
            name,
            onset_s=where.onset_s,
            offset_s=where.offset_s,
            low_hz=where.low_hz,
            high_hz=where.high_hz,
        )
        if self._add(drawn) and select:
            self.select({drawn.id})

    def _add(self, annotation: Annotation) -> bool:
        path = self._session.recording
        if path is None:
            return False
        if self._project.store is None:
            self.refused.emit("The labels of this folder are not open yet: wait a moment and do it again.")
            return False
        return self._project.draw(path, annotation)

    def _with_selected(self, make: Callable[[Hand, list[Annotation]], Edit]) -> None:
        chosen = [each for each in self.selected if each.onset_s is not None] or self.selected
        if chosen:
            self._do(lambda hand: make(hand, chosen))
        else:
            self.refused.emit(NOTHING_SELECTED)

    def _do(self, make: Callable[[Hand], Edit]) -> bool:
        """Make an edit and carry it out; what it adds alone is selected afterwards if something was before.

        Returns whether it was done; where not, it has been told why.
        """
        try:
            edit = make(self._project.hand)
        except UserError as problem:
            self.refused.emit(str(problem))
            return False
        had_selected = bool(self.selected_ids)
        if not self._project.do(edit):
            return False
        fresh = {each.id for each in edit.added} - {each.id for each in edit.removed}
        if had_selected and fresh & {each.id for each in self.annotations}:
            self.select(fresh)
        return True

    def _recording_changed(self) -> None:
        self._duration_s, self._channels = math.inf, 1
        self._reload(forget=True)

    def _reload(self, *, forget: bool = False) -> None:
        path = self._session.recording
        self.annotations = by_onset(self._project.annotations_of(path)) if path is not None else []
        known = frozenset(each.id for each in self.annotations)
        self.selected_ids = frozenset() if forget else self.selected_ids & known
        self.changed.emit()

    def _note_way_back(self) -> None:
        self._goes_back = True

    def _follow_way_back(self, edit: Edit) -> None:
        """Select stretches that an undo or redo has brought, so that they are seen and can be judged again."""
        back = {each.id for each in edit.added if each.onset_s is not None} & {each.id for each in self.annotations}
        if self._goes_back and back:
            self.go_to(back)
        self._goes_back = False

    def _follow_selected(self) -> None:
        timed = [each for each in self.selected if each.onset_s is not None]
        if timed:
            self._session.selection = span = span_of(timed)
            self.gone_to.emit(span)

    def _selection_changed(self, selection: Selection | None) -> None:
        """Let go of an annotation when another stretch is selected, not while an edge of it is dragged."""
        timed = [each for each in self.selected if each.onset_s is not None]
        if not timed:
            return
        if selection is None or not shares_an_edge(span_of(timed), selection):
            self.clear()
