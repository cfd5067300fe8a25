"""BirdNET's results, in all layouts that its versions write, and what other recognisers write in the same manner.

Read by the names of columns alone: the layouts changed with every year, and tools that count columns broke
(`analyze/core.py`, older `analyze/utils.py`). Confidence is a score, not a probability. Written as
`*.BirdNET.results.csv`, all recordings in one file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.interchange import audacity, raven
from desktop_app.interchange.columns import OwnColumns, checked, full_row, whole_filled, with_rest
from desktop_app.interchange.kaleidoscope import path_of
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
from desktop_app.interchange.reading import Glimpse, Notes, decimal_text, number, read_text
from desktop_app.interchange.tables import Cells, Table, index, read_table, write_table

START, END, SCIENTIFIC, COMMON, CONFIDENCE, FILE = (
    "Start (s)", "End (s)", "Scientific name", "Common name", "Confidence", "File",
)  # fmt: skip
CODE = "Species Code"
NO_CALL = "nocall"
PARAMETERS = "analyze-params.csv"

_STARTS = (START, "start", "start_time", "timestamp_s", "window_start", "offset")
_ENDS = (END, "end", "end_time", "window_end")
_SCIENTIFIC = (SCIENTIFIC, "scientific_name")
_COMMON = (COMMON, "common_name", "top1match", "label", "name")
_SCORES = (CONFIDENCE, "score", "logit", "logits")
_FILES = (FILE, "filepath", "filename", "recording")
_OWN = OwnColumns(
    (START, END, SCIENTIFIC, COMMON, CONFIDENCE, FILE),
    frozenset({"score"}),
    frozenset({*_STARTS, *_ENDS, *_SCIENTIFIC, *_COMMON, *_SCORES, *_FILES, "duration", "indir", "folder", "in file",
               "view", "selection", "channel", "file offset (s)", "begin path", "begin file", "species code",
               "begin time (s)", "end time (s)", "low freq (hz)", "high freq (hz)"}),
)  # fmt: skip
_HAWKEARS = re.compile(r"(?P<label>.+);(?P<score>[01](\.\d+)?)")
"""`CODE;0.88` in a label of Audacity's."""
_TRACK_NAMES = ("birdnet", "hawkears")


def recognises(seen: Glimpse) -> bool:
    """Return whether the columns are those of a recogniser: a score beside a species, and times."""
    if seen.name.endswith(PARAMETERS):
        return True
    if any(maker in seen.name for maker in _TRACK_NAMES) and audacity.recognises(seen):
        return True
    if raven.is_ours(seen):  # labels of BirdNET in Raven's format, with BirdNET's columns after its own
        return False
    score = any(seen.has(name) for name in _SCORES)
    species = any(seen.has(name) for name in (*_SCIENTIFIC, *_COMMON, CODE))
    times = any(seen.has(name) for name in (*_STARTS, raven.BEGIN))
    return score and species and times


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return what was found, by recording; placeholders where nothing was found are skipped."""
    text = read_text(path, notes)
    if notes.name.lower().endswith(PARAMETERS):
        notes.skipped["settings of an analysis, no labels"] += 1
        return []
    if audacity.recognises(Glimpse(path, text[:4096].encode())):
        return [FileLabels(stem_of(path), tuple(_of_tracks(text, notes)), named=False)]
    return read_rows(read_table(text, notes), path, notes)


def read_rows(table: Table, path: Path, notes: Notes) -> list[FileLabels]:
    """Return the rows of a table, by recording."""
    gathering = Gathering()
    for cells in table.cells(notes):
        with notes.row(cells.row):
            if NO_CALL in [cells.peek(name).strip().lower() for name in (*_COMMON, *_SCIENTIFIC, CODE)]:
                notes.skipped["placeholders where nothing was found"] += 1
                continue
            gathering.add(_path(cells), _annotation(cells))
    return raven.named_by_file(gathering, path)


def _of_tracks(text: str, notes: Notes) -> list[Annotation]:
    """Return the labels of an Audacity track; the score is a fourth column, or follows a semicolon."""
    rows = (_with_score(annotation) for _, annotation in audacity.rows_of(text, notes))
    return [replace(annotation, **FORMAT.default) for annotation in rows if annotation.label.lower() != NO_CALL]


def _with_score(annotation: Annotation) -> Annotation:
    found = _HAWKEARS.fullmatch(annotation.label) if annotation.score is None else None
    return replace(annotation, label=found["label"], score=float(found["score"])) if found else annotation


def _path(cells: Cells) -> str:
    return raven.recording_of(cells) or path_of(cells) or cells.take(*_FILES).strip()


def _times(cells: Cells) -> tuple[Decimal, Decimal]:
    if cells.peek(raven.BEGIN).strip():
        return raven.times_of(cells)
    onset = number(cells.take(*_STARTS), "start")
    duration, end = cells.take("duration").strip(), cells.take(*_ENDS).strip()
    if duration:
        return onset, onset + number(duration, "duration")
    return onset, number(end, "end") if end else onset  # Perch tells the start of its windows alone


def _annotation(cells: Cells) -> Annotation:
    for name in (raven.SELECTION, raven.VIEW):
        cells.take(name)
    onset_s, offset_s = span(*_times(cells))
    low_hz, high_hz = band(cells.number(raven.LOW), cells.number(raven.HIGH))
    channel = index(cells.take(raven.CHANNEL), "channel")
    scientific, common = cells.take(*_SCIENTIFIC).strip(), cells.take(*_COMMON).strip()
    code = cells.peek(CODE).strip()
    made = checked(
        Annotation,
        label=common or scientific or code,
        onset_s=onset_s,
        offset_s=offset_s,
        low_hz=low_hz,
        high_hz=high_hz,
        channel=channel - 1 if channel else None,
        score=cells.number(*_SCORES),
        extra={SCIENTIFIC: scientific} if common and scientific else {},
        **FORMAT.default,
    )
    return with_rest(made, cells)


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a table of all recordings."""
    rows = [_row(each, annotation) for each in labels for annotation in each.annotations]
    return write_table(rows, _OWN.names)


def _row(labels: FileLabels, annotation: Annotation) -> Mapping[str, str]:
    onset_s, offset_s = whole_as_span(labels, annotation) or (0.0, 0.0)
    extra = dict(annotation.extra)
    label = FORMAT.keeps.label(annotation.label)
    values = (
        decimal_text(onset_s), decimal_text(offset_s), extra.pop(SCIENTIFIC, ""), label,
        "" if annotation.score is None else decimal_text(annotation.score), labels.path,
    )  # fmt: skip
    cells = dict(zip(_OWN.names, values, strict=True))
    return full_row(cells, replace(annotation, extra=extra), _OWN, FORMAT.default, *whole_filled(annotation))


FORMAT = LabelFormat(
    name="birdnet",
    title="BirdNET results",
    suffixes=(".BirdNET.results.csv", ".csv", ".txt", ".selection.table.txt"),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(
        remarks=(
            "Columns that begin with `earmark_` follow BirdNET's own.",
            "Rows `nocall` and the file `BirdNET_analysis_params.csv` are skipped on reading.",
        )
    ),
    status=Status.DRAFT,
    program="BirdNET",
)
