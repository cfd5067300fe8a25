"""What the labels of a project come to: how far people are, and one verdict for each recording."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop_app.annotation.annotations import Annotation, Status, by_onset
from desktop_app.annotation.fingerprints import folder_of
from desktop_app.annotation.rows import JOIN_NAMES, SELECT_ANNOTATION, annotation_of, fetch_all, path_of


@dataclass(frozen=True)
class FolderProgress:
    """How far the review of one folder is; recordings without annotations are not counted."""

    folder: str
    """From the project's folder on; empty: the project's own."""
    done: int
    """Recordings without a draft."""
    left: int
    """Recordings with at least one draft."""


@dataclass(frozen=True)
class RecordingVerdict:
    """One recording's labels, as columns of an exported table."""

    recording_id: str
    path: str
    accepted: tuple[str, ...]
    """Labels that were accepted, each once, in the order of their onsets."""
    rejected: tuple[str, ...]
    uncertain: tuple[str, ...]
    drafts: tuple[str, ...]
    """Labels that nobody has judged."""
    score: float | None
    """The highest of a draft, or else of an accepted annotation; None where none has one."""
    reviewer: str
    """Who judged last."""
    time: datetime | None
    """When that was."""

    @property
    def status(self) -> Status:
        """Return the status of the whole: draft while anything is one, then uncertain, accepted, rejected."""
        held = {
            Status.DRAFT: self.drafts,
            Status.UNCERTAIN: self.uncertain,
            Status.ACCEPTED: self.accepted,
            Status.REJECTED: self.rejected,
        }
        return next((status for status, labels in held.items() if labels), Status.DRAFT)

    @property
    def label(self) -> str:
        """Return the label of the whole: what was accepted, or else is still a draft or uncertain."""
        return ", ".join(self.accepted or self.drafts or self.uncertain)


def progress_of(connection: sqlite3.Connection) -> list[FolderProgress]:
    """Return the progress of every folder that has labels, by name."""
    statement = """SELECT r.path, c.drafts FROM recordings r JOIN
        (SELECT recording, sum(status = 0) AS drafts FROM annotations GROUP BY recording) c ON c.recording = r.id"""
    done: defaultdict[str, int] = defaultdict(int)
    left: defaultdict[str, int] = defaultdict(int)
    for path, drafts in fetch_all(connection, statement):
        counted, other = (left, done) if drafts else (done, left)
        folder = folder_of(path_of(path))
        counted[folder] += 1
        other[folder] += 0
    return [FolderProgress(folder, done[folder], left[folder]) for folder in sorted(done)]


def verdicts_of(connection: sqlite3.Connection, recording_ids: Sequence[str] | None) -> list[RecordingVerdict]:
    """Return a verdict for each recording that has annotations, by path; None: for all of them."""
    where = "" if recording_ids is None else "WHERE r.uid IN (SELECT value FROM json_each(?))"
    statement = f"SELECT {SELECT_ANNOTATION}, r.path FROM annotations a {JOIN_NAMES} {where} ORDER BY r.path"
    rows = fetch_all(connection, statement, None if recording_ids is None else [json.dumps(list(recording_ids))])
    held: dict[tuple[str, str], list[Annotation]] = defaultdict(list)
    for row in rows:
        held[row[1], path_of(row[16])].append(annotation_of(row))
    return [verdict_of(uid, path, annotations) for (uid, path), annotations in held.items()]


def verdict_of(recording_id: str, path: str, annotations: Sequence[Annotation]) -> RecordingVerdict:
    """Return what the annotations of one recording come to."""
    ordered = by_onset(annotations)

    def labels(status: Status) -> tuple[str, ...]:
        return tuple(dict.fromkeys(it.label for it in ordered if it.status == status))

    judged = [it for it in ordered if it.status != Status.DRAFT and it.time is not None]
    last = max(judged, key=lambda it: it.time or datetime.min, default=None)
    counting = [it for it in ordered if it.status == Status.DRAFT] or [
        it for it in ordered if it.status == Status.ACCEPTED
    ]
    return RecordingVerdict(
        recording_id,
        path,
        labels(Status.ACCEPTED),
        labels(Status.REJECTED),
        labels(Status.UNCERTAIN),
        labels(Status.DRAFT),
        max((it.score for it in counting if it.score is not None), default=None),
        last.reviewer if last is not None else "",
        last.time if last is not None else None,
    )
