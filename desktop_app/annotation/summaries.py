"""What the labels of a project come to: how far people are, and one verdict for each recording."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.rows import STATUSES, Row, fetch_all, path_of, time_of

_DRAFT = STATUSES.index(Status.DRAFT)
_JUDGED = [STATUSES.index(each) for each in (Status.ACCEPTED, Status.UNCERTAIN, Status.REJECTED)]


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
    """The highest of the drafts, or else of what is accepted, uncertain or rejected, in that order; None where none
    has one."""
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
    def has_labels(self) -> bool:
        """Return whether there is any annotation behind it; False when the last one went."""
        return bool(self.accepted or self.rejected or self.uncertain or self.drafts)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels of the whole: what was accepted, or else is still a draft or uncertain."""
        return self.accepted or self.drafts or self.uncertain

    @property
    def label(self) -> str:
        """Return `labels` as one text."""
        return ", ".join(self.labels)


def progress_of(connection: sqlite3.Connection) -> list[FolderProgress]:
    """Return the progress of every folder that has labels, by name."""
    statement = """SELECT r.path, c.drafts FROM recordings r JOIN
        (SELECT recording, sum(status = 0) AS drafts FROM annotations GROUP BY recording) c ON c.recording = r.id"""
    done: defaultdict[str, int] = defaultdict(int)
    left: defaultdict[str, int] = defaultdict(int)
    for path, drafts in fetch_all(connection, statement):
        counted, other = (left, done) if drafts else (done, left)
        folder = path_of(path).rpartition("/")[0]
        counted[folder] += 1
        other[folder] += 0
    return [FolderProgress(folder, done[folder], left[folder]) for folder in sorted(done)]


def verdicts_of(connection: sqlite3.Connection, recording_ids: Sequence[str] | None) -> list[RecordingVerdict]:
    """Return verdicts by path: for each of these recordings, or (None) for all that have annotations."""
    wanted = "" if recording_ids is None else "WHERE r.uid IN (SELECT value FROM json_each(?))"
    statement = f"""SELECT r.uid, r.path, l.name, a.status, a.score, a.reviewer, a.time_us, a.utc_offset_s
        FROM recordings r {"JOIN" if recording_ids is None else "LEFT JOIN"} annotations a ON a.recording = r.id
        LEFT JOIN labels l ON l.id = a.label {wanted} ORDER BY r.path, a.onset_s, a.offset_s"""
    rows = fetch_all(connection, statement, None if recording_ids is None else [json.dumps(list(recording_ids))])
    return [_verdict_of(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row[0])]


def _verdict_of(rows: list[Row]) -> RecordingVerdict:
    """Return what the annotations of one recording come to, from their rows by onset."""
    labels: dict[int | None, dict[str, None]] = {place: {} for place in (*range(len(STATUSES)), None)}
    scores: dict[int | None, float] = {}
    last: Row | None = None
    for row in rows:
        label, status, score, time_us = row[2], row[3], row[4], row[6]
        labels[status][label] = None
        if score is not None:
            scores[status] = max(score, scores.get(status, score))
        if status != _DRAFT and time_us is not None and (last is None or time_us >= last[6]):
            last = row

    def of(status: Status) -> tuple[str, ...]:
        return tuple(labels[STATUSES.index(status)])

    return RecordingVerdict(
        recording_id=rows[0][0],
        path=path_of(rows[0][1]),
        accepted=of(Status.ACCEPTED),
        rejected=of(Status.REJECTED),
        uncertain=of(Status.UNCERTAIN),
        drafts=of(Status.DRAFT),
        score=next((scores[each] for each in ([_DRAFT] if labels[_DRAFT] else _JUDGED) if each in scores), None),
        reviewer=last[5] if last is not None else "",
        time=time_of(last[6], last[7]) if last is not None else None,
    )
