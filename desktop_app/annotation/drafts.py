"""What a model said, as draft annotations for people to judge."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.records import FileVerdict, Prediction

Claim = tuple[str, float | None, float | None]
"""Recording and stretch that an annotation speaks about."""


def drafts_of(verdict: FileVerdict, recording_id: str, now: datetime) -> list[Annotation]:
    """Return a draft for each find of a verdict, or one on the whole recording.

    That is where the model heard it in one piece, or found nothing that it is sure of. None where there is an error.
    """
    best = verdict.best
    if best is None:
        return []
    finds: Sequence[Prediction] = verdict.finds if len(verdict.predictions) > 1 else ()
    return [
        Annotation(
            it.label,
            recording_id,
            it.onset_s if finds else None,
            it.offset_s if finds else None,
            status=Status.DRAFT,
            source=it.source,
            score=it.score,
            time=now,
        )
        for it in finds or (best,)
    ]


def take_predictions(
    verdicts: Iterable[FileVerdict],
    recordings: Mapping[Path, Recording],
    existing: Iterable[Annotation],
    now: datetime,
) -> Edit:
    """Return the edit that puts a model's verdicts beside what people said; files not in `recordings` are left out.

    `existing` are the annotations of these recordings. Drafts that the same model left before and nobody judged go;
    what people judged stays, and no draft comes to a stretch that they have spoken about.
    """
    judged, old = [verdict for verdict in verdicts if verdict.path in recordings], list(existing)
    drafts = [draft for it in judged for draft in drafts_of(it, recordings[it.path].id, now)]
    again = {(recordings[it.path].id, each.source) for it in judged for each in it.predictions[:1]}
    stale = [it for it in old if it.status == Status.DRAFT and (it.recording_id, it.source) in again]
    accepted = {_claim(it) for it in old if it.status in (Status.ACCEPTED, Status.UNCERTAIN)}
    rejected = {(_claim(it), it.label, it.source) for it in old if it.status == Status.REJECTED}
    new = [it for it in drafts if _claim(it) not in accepted and (_claim(it), it.label, it.source) not in rejected]
    kept = {_content(it) for it in stale} & {_content(it) for it in new}
    added = tuple(it for it in new if _content(it) not in kept)
    files = "1 file" if len(judged) == 1 else f"{len(judged):,} files"
    return Edit(
        f"Take predictions on {files}",
        tuple(it for it in stale if _content(it) not in kept),
        added,
        recordings=tuple(recordings[it.path] for it in judged),
    )


def _claim(annotation: Annotation) -> Claim:
    return annotation.recording_id, annotation.onset_s, annotation.offset_s


def _content(annotation: Annotation) -> tuple[Claim, str, str, float | None]:
    return _claim(annotation), annotation.label, annotation.source, annotation.score
