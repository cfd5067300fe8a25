"""Earmark's own table, as CSV and as Parquet: one row an annotation, nothing is lost.

Version 1. The columns of `COLUMNS`; times in seconds and empty for a whole recording, frequencies in Hz, channels from
0 on, `time` in ISO 8601 with its offset from UTC. Columns of other programs follow under their own names; those that
would be taken for one of ours begin with `extra.`. A reader must refuse a later version than it knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.errors import UserError
from desktop_app.interchange.columns import OwnColumns, checked, extra_cells, text_of, with_rest
from desktop_app.interchange.labels import FileLabels, Gathering, Keeps, LabelFormat, Options, band, span
from desktop_app.interchange.raven import named_by_file
from desktop_app.interchange.reading import Glimpse, Notes, folded, is_number, number, read_text
from desktop_app.interchange.tables import Cells, Table, read_table, write_table

VERSION = 1
RECORDING, VERSION_COLUMN = "recording", "earmark_labels"
FIELDS = ("label", "onset_s", "offset_s", "low_hz", "high_hz", "channel", "status", "source", "score", "note",
          "reviewer", "time", "id")  # fmt: skip
COLUMNS = (RECORDING, *FIELDS, VERSION_COLUMN)

LABELS = ("label", "class", "species", "annotation", "category", "name", "common_name", "primary_label")
RECORDINGS = (RECORDING, "path", "file", "filename", "file_name", "filepath", "file_path", "audio", "audio_path")
ONSETS = ("onset_s", "onset", "start_s", "start", "start_time", "start_seconds", "begin", "begin_time", "start (s)")
OFFSETS = ("offset_s", "offset", "end_s", "end", "end_time", "stop", "stop_s", "stop_seconds", "end (s)")
DURATIONS = ("duration_s", "duration")

_OWN = OwnColumns((*COLUMNS, "all_of"), frozenset(FIELDS))


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line names a label and either a recording or a time."""
    named = any(seen.has(name) for name in LABELS)
    return named and any(seen.has(name) for name in (*RECORDINGS, *ONSETS)) and len(seen.columns) > 1


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the rows of a table, by recording."""
    return read_rows(read_table(read_text(path, notes), notes), path, notes)


def read_rows(table: Table, path: Path, notes: Notes, *, own: bool = False) -> list[FileLabels]:
    """Return the rows of our own table, or of one that has columns for labels and for recordings or times.

    Ours is told by the column of its version; `own`: it is ours without that.
    """
    own = own or table.has(VERSION_COLUMN)
    gathering = Gathering()
    for cells in table.cells(notes):
        if own:
            refuse_newer(cells.take(VERSION_COLUMN), notes.name)
        with notes.row(cells.row):
            if own:
                gathering.add(cells.take(RECORDING), _own_annotation(cells))
            else:
                gathering.add(cells.take(*RECORDINGS).strip(), _foreign_annotation(cells))
    return named_by_file(gathering, path)


def refuse_newer(version: str, name: str) -> None:
    """Raise UserError where a file was written by a later Earmark."""
    if is_number(version) and number(version, "version") > VERSION:
        raise UserError(f"“{name}” was written by a newer Earmark (version {version.strip()}): update this one.")


def _own_annotation(cells: Cells) -> Annotation:
    label = cells.take("label")
    onset_s, offset_s = _ends(cells, ("onset_s",), ("offset_s",), ())
    made = checked(Annotation, label, onset_s=onset_s, offset_s=offset_s, source=FORMAT.source)
    given = cells.take("id").strip()
    return with_rest(replace(made, id=given) if given else made, cells, prefix="")


def _foreign_annotation(cells: Cells) -> Annotation:
    label = cells.take(*LABELS).strip()
    onset_s, offset_s = _ends(cells, ONSETS, OFFSETS, DURATIONS)
    low_hz, high_hz = band(cells.number("low_hz", "low_freq", "low_f"), cells.number("high_hz", "high_freq", "high_f"))
    score = cells.number("score", "confidence") if is_number(cells.peek("score") or cells.peek("confidence")) else None
    made = checked(
        Annotation,
        label=label,
        onset_s=onset_s,
        offset_s=offset_s,
        low_hz=low_hz,
        high_hz=high_hz,
        score=score,
        status=_foreign_status(cells),
        source=FORMAT.source,
    )
    return with_rest(made, cells)


def _foreign_status(cells: Cells) -> Status:
    """Return what a column of that name says in our words; others' words leave it a column of theirs."""
    told = folded(cells.peek("status"))
    return Status(cells.take("status").strip().lower()) if told in frozenset(Status) else FORMAT.status


def _ends(
    cells: Cells, onsets: Sequence[str], offsets: Sequence[str], durations: Sequence[str]
) -> tuple[float | None, float | None]:
    """Return both ends; a row without any is about a whole recording."""
    onset, offset, duration = (cells.take(*names).strip() if names else "" for names in (onsets, offsets, durations))
    if not onset and not offset:
        return None, None
    start = number(onset or "0", "onset")
    if offset or not duration:
        return span(start, number(offset, "offset") if offset else start)
    return span(start, start + number(duration, "duration"))


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a CSV file of all recordings."""
    return write_table(rows_of(labels), COLUMNS)


def rows_of(labels: Iterable[FileLabels]) -> list[Mapping[str, str]]:
    """Return a row for each annotation, all cells as text."""
    return [_row(each, annotation) for each in labels for annotation in each.annotations]


def _row(labels: FileLabels, annotation: Annotation) -> Mapping[str, str]:
    cells = {RECORDING: labels.path}
    cells |= {name: text_of(annotation, name) for name in FIELDS}
    return cells | {VERSION_COLUMN: str(VERSION)} | extra_cells(annotation.extra, _OWN)


FORMAT = LabelFormat(
    name="csv",
    title="Earmark table (CSV)",
    suffixes=(".csv", ".tsv"),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(tight=False, remarks=("Tables of others are read where their columns have common names.",)),
)
