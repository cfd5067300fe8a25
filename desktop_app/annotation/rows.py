"""Values to rows of the database, and rows to values."""

import json
import sqlite3
from datetime import datetime, timedelta, timezone
from typing import Any

from desktop_app.annotation.annotations import NO_COLUMNS, Annotation, Status
from desktop_app.annotation.recordings import Recording

STATUSES = tuple(Status)
"""A status is stored as its place here."""
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - one name for this and for other offsets
_MICROSECOND = timedelta(microseconds=1)

ANNOTATION_COLUMNS = (
    "uid, recording, label, status, source, onset_s, offset_s, low_hz, high_hz, channel, score, note, reviewer, "
    "time_us, utc_offset_s, extra"
)
SELECT_ANNOTATION = """
    a.uid, r.uid, l.name, a.status, s.name, a.onset_s, a.offset_s, a.low_hz, a.high_hz, a.channel, a.score, a.note,
    a.reviewer, a.time_us, a.utc_offset_s, a.extra"""
JOIN_NAMES = """
    JOIN recordings r ON r.id = a.recording JOIN labels l ON l.id = a.label JOIN sources s ON s.id = a.source"""
RECORDING_COLUMNS = "uid, path, size_bytes, fingerprint, modified_s, duration_s, sample_rate_hz"

Row = tuple[Any, ...]


def annotation_row(it: Annotation, recording: int, label: int, source: int) -> Row:
    """Return the values of `ANNOTATION_COLUMNS`; numbers of numpy become Python's, which SQLite knows."""
    time_us = None if it.time is None else (it.time - _EPOCH) // _MICROSECOND
    offset = None if it.time is None else it.time.utcoffset()
    return (
        it.id,
        recording,
        label,
        STATUSES.index(it.status),
        source,
        *(None if value is None else float(value) for value in (it.onset_s, it.offset_s, it.low_hz, it.high_hz)),
        None if it.channel is None else int(it.channel),
        None if it.score is None else float(it.score),
        it.note,
        it.reviewer,
        time_us,
        None if offset is None else round(offset.total_seconds()),
        json.dumps(dict(it.extra)) if it.extra else "",
    )


def annotation_of(row: Row) -> Annotation:
    """Return the annotation of a row of `SELECT_ANNOTATION`."""
    uid, recording, label, status, source, onset_s, offset_s, low_hz, high_hz, channel, score = row[:11]
    note, reviewer, time_us, utc_offset_s, extra = row[11:16]
    return Annotation(
        label,
        recording,
        onset_s,
        offset_s,
        low_hz,
        high_hz,
        channel,
        STATUSES[status],
        source,
        score,
        note,
        reviewer,
        None if time_us is None else time_of(time_us, utc_offset_s),
        json.loads(extra) if extra else NO_COLUMNS,
        uid,
    )


def time_of(time_us: int, utc_offset_s: int) -> datetime:
    """Return a stored time, with its offset from UTC."""
    return (_EPOCH + timedelta(microseconds=time_us)).astimezone(timezone(timedelta(seconds=utc_offset_s)))


def recording_row(it: Recording) -> Row:
    """Return the values of `RECORDING_COLUMNS`."""
    return it.id, path_value(it.path), it.size_bytes, it.fingerprint, it.modified_s, it.duration_s, it.sample_rate_hz


def recording_of(row: Row) -> Recording:
    """Return the recording of a row of `RECORDING_COLUMNS`."""
    uid, path, size_bytes, fingerprint, modified_s, duration_s, sample_rate_hz = row
    return Recording(path_of(path), size_bytes, fingerprint, modified_s, duration_s, sample_rate_hz, uid)


def path_value(path: str) -> str | bytes:
    """Return a path as it is stored: a name that is no UTF-8 as its bytes, which text could not hold."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape")
    return path


def path_of(value: str | bytes) -> str:
    """Return the path of a stored value."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


Parameters = list[str | bytes | float | int | None]


def marks(count: int) -> str:
    """Return so many question marks for a statement."""
    return ", ".join("?" * count)


def fetch_all(connection: sqlite3.Connection, statement: str, parameters: Parameters | None = None) -> list[Row]:
    """Return all rows of a query."""
    found: list[Row] = connection.execute(statement, parameters or []).fetchall()
    return found
