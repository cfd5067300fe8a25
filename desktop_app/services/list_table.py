"""The folder list as a table for a spreadsheet: one row a recording, with what models and people say of it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from desktop_app.audio.atomic import replacing
from desktop_app.services.job_context import JobContext

ROWS_AT_ONCE = 1_000
"""Rows that are written between two looks whether anybody still wants them."""


@dataclass(frozen=True)
class ListedRecording:
    """One row; the fields are the columns, in their order. What is not known is empty."""

    path: str
    """Below the open folder, with “/”."""
    duration_s: float | None
    model_label: str
    """What a model says, or said before people judged it."""
    model_score: float | None
    label: str
    """What people accepted; several stand beside each other with commas."""
    status: str
    """draft, accepted, rejected or uncertain."""
    reviewer: str
    """Who judged last."""
    time: datetime | None
    """When that was; written in ISO 8601 with the offset from UTC."""


COLUMNS = tuple(field.name for field in fields(ListedRecording))


def write_table(context: JobContext, rows: Sequence[ListedRecording], path: Path) -> str:
    """Write rows as CSV (UTF-8, commas, quotes where needed), whole or not at all, and say so in a sentence.

    UserError where it cannot be written. Any thread.
    """
    with replacing(path) as file:
        file.write(_lines([COLUMNS]))
        for done in range(0, len(rows), ROWS_AT_ONCE):
            context.checkpoint()
            context.report(done, len(rows), f"{done:,} of {len(rows):,} rows")
            some = rows[done : done + ROWS_AT_ONCE]
            file.write(_lines([[_cell(getattr(row, name)) for name in COLUMNS] for row in some]))
    files = "1 file" if len(rows) == 1 else f"{len(rows):,} files"
    return f"The list of {files} was saved as {path}."


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
