"""Raven selection tables: tabs, no quotes, 1-based selections and channels, one row for each view of a selection.

Times count from the start of the sequence of files that was open; where “File Offset (s)” stands, that is the place in
the recording (Rraven, `imp_raven` and `exp_raven`). There is no column for labels of that name: people name their own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.errors import UserError
from desktop_app.interchange.columns import (
    BAND_FILLED,
    CHANNEL_FILLED,
    TIME_FILLED,
    OwnColumns,
    checked,
    full_row,
    with_rest,
)
from desktop_app.interchange.labels import (
    FileLabels,
    Gathering,
    Keeps,
    LabelFormat,
    Options,
    band,
    span,
    stem_of,
    whole_as_span,
)
from desktop_app.interchange.reading import Glimpse, Notes, decimal_text, folded, is_number, number, read_text
from desktop_app.interchange.tables import Cells, Table, index, read_table, write_table

SELECTION, VIEW, CHANNEL = "Selection", "View", "Channel"
BEGIN, END, LOW, HIGH = "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)"
BEGIN_FILE, BEGIN_PATH, FILE_OFFSET = "Begin File", "Begin Path", "File Offset (s)"
ANNOTATION, SCORE, NOTES = "Annotation", "Score", "Notes"

LABEL_COLUMNS = (
    ANNOTATION, "Annotations", "Label", "Labels", "Species", "Species Name", "Common Name", "Species Code", "Class",
    "Call Type", "Call", "Sound Type", "Tags", "Tag", "Type", "ID",
)  # fmt: skip
"""Names under which people keep their labels, the likeliest first."""
SPECTROGRAM, WAVEFORM = "Spectrogram 1", "Waveform 1"

_CORE = (SELECTION, VIEW, CHANNEL, BEGIN, END, LOW, HIGH, ANNOTATION, BEGIN_FILE, BEGIN_PATH, FILE_OFFSET)
_MEASUREMENT = re.compile(r"\(.+\)$|^(begin|end|file|delta|length|max|min|peak|avg|rms)\b", re.IGNORECASE)
_WRITTEN = frozenset({"low_hz", "high_hz", "channel", "score", "note"})


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line names Raven's columns."""
    return seen.has(BEGIN, END) and (seen.has(SELECTION) or seen.has(VIEW))


def is_ours(seen: Glimpse) -> bool:
    """Return whether the columns are all that Earmark writes; nobody else names a recording by file and by path."""
    return seen.has(*(name for name in _CORE if name != ANNOTATION))


def read(path: Path, notes: Notes, options: Options) -> list[FileLabels]:
    """Return the selections, by recording; a selection that stands there for several views comes once."""
    table = read_table(read_text(path, notes), notes, quoted=False)
    label_column = _label_column(table, notes, options)
    gathering = Gathering()
    for cells in _one_view_each(list(table.cells(notes)), notes):
        with notes.row(cells.row):
            written = recording_of(cells)
            gathering.add(written, _annotation(cells, label_column))
    _tell_of_sequences(table, gathering, notes)
    return named_by_file(gathering, path)


def recording_of(cells: Cells) -> str:
    """Return the recording that a row names, "" where it names none."""
    path, name = cells.take(BEGIN_PATH).strip(), cells.take(BEGIN_FILE).strip()
    return path or name


def named_by_file(gathering: Gathering, path: Path) -> list[FileLabels]:
    """Return the labels; those of rows that name no recording belong to the one of the label file's name."""
    if not gathering.found:
        return [FileLabels(stem_of(path), named=False)]
    return [
        each if each.path else FileLabels(stem_of(path), each.annotations, named=False) for each in gathering.labels()
    ]


def times_of(cells: Cells) -> tuple[Decimal, Decimal]:
    """Return the ends of a row in its recording, exactly: from “File Offset (s)” on where that stands."""
    begin, end = number(cells.take(BEGIN), "begin time"), number(cells.take(END), "end time")
    offset = cells.take(FILE_OFFSET)
    return (begin, end) if not offset.strip() else (start := number(offset, "file offset"), start + (end - begin))


def _annotation(cells: Cells, label_column: str) -> Annotation:
    cells.take(SELECTION)
    view = cells.take(VIEW)
    channel = index(cells.take(CHANNEL), "channel")
    onset_s, offset_s = span(*times_of(cells))
    low_hz, high_hz = band(cells.number(LOW), cells.number(HIGH))
    label = cells.take(label_column).strip() if label_column else ""
    made = checked(
        Annotation,
        label=label,
        onset_s=onset_s,
        offset_s=offset_s,
        low_hz=low_hz,
        high_hz=high_hz,
        channel=channel - 1 if channel else None,
        score=cells.number(SCORE) if is_number(cells.peek(SCORE)) else None,
        note=cells.take(NOTES),
        extra={VIEW: view} if view not in ("", SPECTROGRAM, WAVEFORM) else {},
        **FORMAT.default,
    )
    return with_rest(made, cells)


def _one_view_each(rows: list[Cells], notes: Notes) -> Iterator[Cells]:
    """Yield one row for each selection, that of a spectrogram where there is one."""
    best: dict[tuple[str, ...], Cells] = {}
    for row in rows:
        name = row.peek(SELECTION).strip()
        key = (name, row.peek(BEGIN), row.peek(END), row.peek(CHANNEL)) if name else (str(row.row),)
        before = best.get(key)
        if before is None:
            best[key] = row
        elif row.peek(VIEW) == before.peek(VIEW):  # no other view: tables of several files in one
            best[(*key, str(row.row))] = row
        else:
            notes.skipped["rows of further views"] += 1
            best[key] = row if "spectrogram" in row.peek(VIEW).lower() else before
    yield from best.values()


def _label_column(table: Table, notes: Notes, options: Options) -> str:
    """Return the column that holds the labels, and tell where there is none or which was guessed."""
    asked = [options.label_column] if options.label_column else []
    for name in (*asked, *LABEL_COLUMNS):
        if table.has(name):
            return name
    own = {folded(name) for name in (*_CORE, SCORE, NOTES)}
    for name in table.columns:
        if folded(name) not in own and not _MEASUREMENT.search(name) and not name.startswith(("column ", "earmark_")):
            notes.problems.append(f"“{notes.name}”: the column “{name}” was taken for the labels.")
            return name
    if table.rows:
        notes.problems.append(f"“{notes.name}” has no column of labels: its selections have none.")
    return ""


def _tell_of_sequences(table: Table, gathering: Gathering, notes: Notes) -> None:
    if len(gathering.found) > 1 and not table.has(FILE_OFFSET):
        notes.problems.append(
            f"“{notes.name}” is of several recordings and has no column “{FILE_OFFSET}”: its times are taken as they "
            "stand, but Raven counts them from the start of the first recording."
        )


def encode(labels: Sequence[FileLabels], options: Options) -> bytes:
    """Return a selection table as Raven writes it, with lines that end in CRLF."""
    own = _own_columns(FORMAT.keeps.label(options.label_column) or ANNOTATION)
    rows = []
    for each in labels:
        rows += [_row(each, annotation, number, own) for number, annotation in enumerate(each.annotations, 1)]
    return write_table(rows, own.names, delimiter="\t", end="\r\n", quoted=False)


def _own_columns(label_column: str) -> OwnColumns:
    names = tuple(label_column if name == ANNOTATION else name for name in _CORE)
    if len(set(map(folded, names))) < len(names):
        raise UserError(f"“{label_column}” is a column of Raven itself: choose another name for that of the labels.")
    known = [folded(name) for name in LABEL_COLUMNS]
    likelier = known[: known.index(folded(label_column))] if folded(label_column) in known else known
    return OwnColumns(names, _WRITTEN, frozenset({folded(SCORE), folded(NOTES), *likelier}))


def _row(labels: FileLabels, annotation: Annotation, number: int, own: OwnColumns) -> dict[str, str]:
    keeps = FORMAT.keeps
    onset_s, offset_s = whole_as_span(labels, annotation) or (0.0, 0.0)
    low, high, view, all_of = _band_cells(labels, annotation)
    extra = dict(annotation.extra)
    values = (
        str(number), keeps.text(extra.pop(VIEW, "") or view), str((annotation.channel or 0) + 1),
        decimal_text(onset_s), decimal_text(offset_s), low, high, keeps.label(annotation.label),
        keeps.text(labels.name) if labels.named else "", keeps.text(labels.path) if labels.named else "",
        decimal_text(onset_s),
    )  # fmt: skip
    cells = dict(zip(own.names, values, strict=True))
    if annotation.score is not None:
        cells[SCORE] = decimal_text(annotation.score)
    if annotation.note:
        cells[NOTES] = annotation.note
    all_of += [TIME_FILLED] * (annotation.onset_s is None) + [CHANNEL_FILLED] * (annotation.channel is None)
    row = full_row(cells, replace(annotation, extra=extra), own, FORMAT.default, *all_of)
    return {keeps.text(name).strip(): keeps.text(text) for name, text in row.items()}


def _band_cells(labels: FileLabels, annotation: Annotation) -> tuple[str, str, str, list[str]]:
    """Return the cells of a band and its view; a stretch of time alone fills the spectrogram, if its top is known."""
    edges = (annotation.low_hz, annotation.high_hz)
    if edges != (None, None):
        low, high = ("" if edge is None else decimal_text(edge) for edge in edges)
        return low, high, SPECTROGRAM, []
    if labels.sample_rate_hz:
        return "0", decimal_text(labels.sample_rate_hz / 2), SPECTROGRAM, [BAND_FILLED]
    return "", "", WAVEFORM, []


FORMAT = LabelFormat(
    name="raven",
    title="Raven selection table",
    suffixes=(".Table.1.selections.txt", ".selections.txt", ".txt"),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(
        unlabelled=True,
        forbidden="\t\n\r",
        remarks=(
            "What Raven has no column for stands in columns that begin with `earmark_`; Raven keeps them.",
            "A stretch of time without a band is written from 0 Hz to half the sample rate, as Raven draws boxes only.",
        ),
    ),
    per_recording=True,
)
