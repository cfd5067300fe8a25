"""The edits that people make, each from annotations as they are; nothing is changed until an edit is applied."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desktop_app.annotation.annotations import MANUAL, Annotation, Extent, Status, new_id
from desktop_app.annotation.edits import Edit, counted
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.scheme import LabelClass, LabelScheme
from desktop_app.errors import UserError

_VERBS = {
    Status.DRAFT: "Make a draft of",
    Status.ACCEPTED: "Accept",
    Status.REJECTED: "Reject",
    Status.UNCERTAIN: "Mark as uncertain:",
}


def local_now() -> datetime:
    """Return the time with the offset from UTC that the computer is set to."""
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Hand:
    """Whose edits they are; every annotation that comes out of one bears the name and the time."""

    reviewer: str = ""
    """Name of the person; empty: not told."""
    now: Callable[[], datetime] = local_now
    """Tells the time, with its offset from UTC."""

    def draw(self, annotation: Annotation, recording: Recording | None = None) -> Edit:
        """Add an annotation; `recording` where the store may not know it yet."""
        new = self._stamped(annotation)
        words = "Label the clip" if new.extent is Extent.CLIP else "Draw"
        return Edit(f"{words} {counted([new])}", added=(new,), recordings=(recording,) if recording is not None else ())

    def relabel(self, annotations: Iterable[Annotation], label: str) -> Edit:
        """Give annotations a label, and accept them.

        What a model said stays as a rejected example of its label, beside a new annotation with the right one; what
        it said rightly is accepted.
        """
        removed, added = [], []
        for old in annotations:
            removed.append(old)
            if old.label == label or old.score is None:
                added.append(self._stamped(replace(old, label=label, status=Status.ACCEPTED)))
            else:
                added.append(self._stamped(replace(old, status=Status.REJECTED)))
                added.append(self._stamped(_made_by_hand(old, label)))
        return Edit(f"Label {counted(removed)} as “{label}”", tuple(removed), tuple(added))

    def set_status(self, annotations: Iterable[Annotation], status: Status) -> Edit:
        """Accept, reject or doubt annotations; those that are so already keep who did it and when."""
        old = tuple(each for each in annotations if each.status != status)
        new = tuple(self._stamped(replace(each, status=status)) for each in old)
        return Edit(f"{_VERBS[status]} {counted(old)}", old, new)

    def set_note(self, annotation: Annotation, note: str) -> Edit:
        """Write about an annotation."""
        return self._change("Note on", [annotation], lambda it: replace(it, note=note))

    def resize(self, annotation: Annotation, changed: Annotation) -> Edit:
        """Move the edges of an annotation to where those of `changed`, a copy of it, are; also to another channel."""
        return self._change("Move the edges of", [annotation], lambda _: changed)

    def set_channel(self, annotations: Sequence[Annotation], channel: int | None) -> Edit:
        """Put annotations on one channel, counted from 0, or on all (None)."""
        where = "all channels" if channel is None else f"channel {channel + 1}"
        return self._change(f"Put on {where}:", annotations, lambda it: replace(it, channel=channel))

    def nudge(self, annotations: Iterable[Annotation], by_s: float, duration_s: float = math.inf) -> Edit:
        """Move annotations in time as a whole, none beyond start or end; those on whole recordings stay."""
        timed = [each for each in annotations if each.onset_s is not None]
        step_s = _step_within(timed, by_s, duration_s)
        return self._change("Nudge", timed, lambda it: _shifted(it, step_s))

    def split(self, annotation: Annotation, at_s: float) -> Edit:
        """Cut an annotation in two; the first part keeps its id."""
        if annotation.onset_s is None or annotation.offset_s is None:
            raise UserError("An annotation of a whole recording cannot be split: draw its parts.")
        if not annotation.onset_s < at_s < annotation.offset_s:
            raise UserError("The cursor is not inside the annotation: put it where the annotation should be split.")
        parts = (replace(annotation, offset_s=at_s), replace(annotation, onset_s=at_s, id=new_id()))
        return Edit(f"Split {counted([annotation])}", (annotation,), tuple(map(self._stamped, parts)))

    def merge(self, annotations: Sequence[Annotation]) -> Edit:
        """Make one annotation of several of one label in one recording; it covers all of them, gaps included."""
        old = sorted(annotations, key=lambda it: it.onset_s or 0.0)
        _check_mergeable(old)
        merged = replace(
            old[0],
            offset_s=max(it.offset_s or 0.0 for it in old),
            low_hz=_reach(min, [it.low_hz for it in old]),
            high_hz=_reach(max, [it.high_hz for it in old]),
            channel=old[0].channel if len({it.channel for it in old}) == 1 else None,
            score=_reach(max, [it.score for it in old]),
            note="\n".join(dict.fromkeys(it.note for it in old if it.note)),
        )
        return Edit(f"Merge {counted(old)}", tuple(old), (self._stamped(merged),))

    def duplicate(self, annotations: Sequence[Annotation], by_s: float = 0.0, duration_s: float = math.inf) -> Edit:
        """Add copies, moved in time as a whole, as made by hand; none goes beyond start or end of the recording."""
        step_s = _step_within(annotations, by_s, duration_s)
        if by_s and not step_s:
            raise UserError("There is no room left in the recording for a copy beside the annotation.")
        copies = tuple(self._stamped(_shifted(_made_by_hand(it, it.label), step_s)) for it in annotations)
        return Edit(f"Duplicate {counted(copies)}", added=copies)

    def delete(self, annotations: Iterable[Annotation]) -> Edit:
        """Remove annotations; to say that a model is wrong, reject them instead."""
        old = tuple(annotations)
        return Edit(f"Delete {counted(old)}", removed=old)

    def _change(self, verb: str, annotations: Sequence[Annotation], change: Callable[[Annotation], Annotation]) -> Edit:
        pairs = [(old, new) for old in annotations if (new := change(old)) != old]
        old = tuple(before for before, _ in pairs)
        return Edit(f"{verb} {counted(old)}", old, tuple(self._stamped(after) for _, after in pairs))

    def _stamped(self, annotation: Annotation) -> Annotation:
        return replace(annotation, reviewer=self.reviewer, time=self.now())


def change_class(scheme: LabelScheme, name: str, changed: LabelClass) -> Edit:
    """Rename a class, or change its colour, key or group, or add it; annotations follow a new name."""
    after = scheme.changing(changed, name)
    if after == scheme:
        return Edit(f"Change “{name}”")
    if changed.name == name or scheme.get(name) is None:
        return Edit(f"Change “{changed.name}”", scheme=(scheme, after))
    return Edit(f"Rename “{name}” to “{changed.name}”", scheme=(scheme, after), renamed=(name, changed.name))


def merge_classes(scheme: LabelScheme, into: str, others: Iterable[str], annotations: Iterable[Annotation]) -> Edit:
    """Make one class of several; `annotations` are all that have a label of `others`. Reviewers and times stay."""
    gone = frozenset(others) - {into}
    old = tuple(each for each in annotations if each.label in gone)
    named = ", ".join(f"“{name}”" for name in sorted(gone))
    after = scheme.adding([into]).without(gone)
    return Edit(
        f"Merge {named} into “{into}”",
        old,
        tuple(replace(each, label=into) for each in old),
        (scheme, after) if after != scheme else None,
    )


def remove_class(scheme: LabelScheme, name: str) -> Edit:
    """Take a class out of the scheme; annotations keep their label."""
    return Edit(f"Remove the class “{name}”", scheme=(scheme, scheme.without({name})))


def _made_by_hand(annotation: Annotation, label: str) -> Annotation:
    return replace(annotation, label=label, source=MANUAL, score=None, status=Status.ACCEPTED, extra={}, id=new_id())


def _step_within(annotations: Iterable[Annotation], by_s: float, duration_s: float) -> float:
    """Return how far annotations can go of a step; those beyond an end already go no further, and not back."""
    timed = [(it.onset_s, it.offset_s) for it in annotations if it.onset_s is not None and it.offset_s is not None]
    if not timed:
        return 0.0
    if by_s < 0:
        return max(by_s, -min(onset_s for onset_s, _ in timed))
    return min(by_s, max(duration_s - max(offset_s for _, offset_s in timed), 0.0))


def _shifted(annotation: Annotation, by_s: float) -> Annotation:
    """Return it moved in time."""
    if annotation.onset_s is None or annotation.offset_s is None:
        return annotation
    return replace(annotation, onset_s=annotation.onset_s + by_s, offset_s=annotation.offset_s + by_s)


def _reach(choose: Callable[[list[float]], float], values: list[float | None]) -> float | None:
    """Return the smallest or largest value, or None where one of them is open."""
    known = [value for value in values if value is not None]
    return choose(known) if len(known) == len(values) else None


def _check_mergeable(annotations: Sequence[Annotation]) -> None:
    if len(annotations) < 2:
        raise UserError("One annotation has nothing to be merged with: select several.")
    if any(it.onset_s is None for it in annotations):
        raise UserError("Annotations of whole recordings cannot be merged: select regions or boxes.")
    if len({it.recording_id for it in annotations}) > 1:
        raise UserError("Annotations of several recordings cannot be merged: select some of one recording.")
    if len({it.label for it in annotations}) > 1:
        raise UserError("Annotations of several labels cannot be merged: give them one label first.")
