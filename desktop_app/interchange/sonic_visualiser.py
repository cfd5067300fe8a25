"""Sonic Visualiser's layers as CSV, without a head, and as SVL, which is only read.

Boxes are `start,end,low,high,label`, regions `start,value,duration,label` (the third number is a duration, not an end),
instants `time,label` (its export tests). One file is one layer, so its kind follows from what is to be written.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange.columns import checked
from desktop_app.interchange.labels import (
    BAND,
    POINTS,
    FileLabels,
    Keeps,
    LabelFormat,
    Loss,
    Options,
    band,
    span,
    stem_of,
    whole_as_span,
)
from desktop_app.interchange.reading import (
    DamagedRowError,
    Glimpse,
    Notes,
    decimal_text,
    exactly,
    is_number,
    number,
    read_text,
)
from desktop_app.interchange.tables import lines_as_cells, write_rows

VALUE = "value"
"""Where `Annotation.extra` keeps the value of a region."""
_REGION_CELLS, _BOX_CELLS = 4, 5


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line is a layer's: numbers first, no head."""
    cells = next(csv.reader(io.StringIO(seen.lines[0])), []) if seen.lines else []
    return seen.name.endswith(".csv") and bool(cells) and is_number(cells[0])


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the boxes, regions or instants of one recording."""
    annotations = []
    for place, cells in enumerate(lines_as_cells(read_text(path, notes), notes), 1):
        if any(cell.strip() for cell in cells):
            with notes.row(place):
                annotations.append(_annotation(cells))
    return [FileLabels(stem_of(path), tuple(annotations), named=False)]


def _annotation(cells: Sequence[str]) -> Annotation:
    """Return one row; how many numbers it begins with tells what it is."""
    numbers = 0
    while numbers < min(len(cells), _BOX_CELLS - 1) and is_number(cells[numbers]):
        numbers += 1
    if not numbers:
        raise DamagedRowError(f"its time “{cells[0][:60]}” is no number")
    if len(cells) >= _BOX_CELLS and numbers == _BOX_CELLS - 1:
        return _box(cells)
    if len(cells) >= _REGION_CELLS - 1 and numbers >= _REGION_CELLS - 1:
        return _region(cells)
    onset_s, _ = span(number(cells[0], "time"), number(cells[0], "time"))
    return checked(Annotation, _label(cells, 1), onset_s=onset_s, offset_s=onset_s, **FORMAT.default)


def _box(cells: Sequence[str]) -> Annotation:
    onset_s, offset_s = span(number(cells[0], "start"), number(cells[1], "end"))
    low_hz, high_hz = band(*(float(number(cell, "frequency")) for cell in cells[2:4]))
    ends = {"onset_s": onset_s, "offset_s": offset_s, "low_hz": low_hz, "high_hz": high_hz}
    return checked(Annotation, _label(cells, _BOX_CELLS - 1), **ends, **FORMAT.default)


def _region(cells: Sequence[str]) -> Annotation:
    onset, value, duration = (
        number(cell, what) for cell, what in zip(cells, ("start", VALUE, "duration"), strict=False)
    )
    onset_s, offset_s = span(onset, onset + duration)
    extra = {VALUE: decimal_text(value)} if value else {}
    label = _label(cells, _REGION_CELLS - 1)
    return checked(Annotation, label, onset_s=onset_s, offset_s=offset_s, extra=extra, **FORMAT.default)


def _label(cells: Sequence[str], place: int) -> str:
    """Return the text from a place on; commas in it may stand without quotes."""
    return ",".join(cells[place:]).strip()


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a layer of instants, of regions or, where there is a band, of boxes."""
    each = labels[0]
    if _is_boxes(each):
        return write_rows(_boxes(each))
    if each.annotations and all(annotation.duration_s == 0 for annotation in each.annotations):
        return write_rows([decimal_text(a.onset_s or 0.0), FORMAT.keeps.label(a.label)] for a in each.annotations)
    return write_rows(_regions(each))


def _is_boxes(labels: FileLabels) -> bool:
    return any(it.low_hz is not None or it.high_hz is not None for it in labels.annotations)


def _boxes(labels: FileLabels) -> Iterator[list[str]]:
    top_hz = (labels.sample_rate_hz or 0) / 2
    top_hz = top_hz or max(edge or 0.0 for it in labels.annotations for edge in (it.low_hz, it.high_hz))
    for it in labels.annotations:
        times = whole_as_span(labels, it)
        if times is not None:
            low_hz = it.low_hz or 0.0
            high_hz = max(top_hz, low_hz) if it.high_hz is None else it.high_hz
            yield [*(decimal_text(number) for number in (*times, low_hz, high_hz)), FORMAT.keeps.label(it.label)]


def _regions(labels: FileLabels) -> Iterator[list[str]]:
    for it in labels.annotations:
        times = whole_as_span(labels, it)
        if times is not None:
            onset, offset = (exactly(time) for time in times)
            value = it.extra.get(VALUE, "")
            value = value if is_number(value) else "0"
            yield [decimal_text(onset), value, decimal_text(offset - onset), FORMAT.keeps.label(it.label)]


def _filled_bands(labels: Sequence[FileLabels]) -> Iterator[Loss]:
    boxed = [it for each in labels if _is_boxes(each) for it in each.annotations]
    count = sum(it.low_hz is None or it.high_hz is None for it in boxed)
    yield "Given a whole band, as a layer with boxes has boxes alone: {n}.", count


FORMAT = LabelFormat(
    name="sonic-visualiser",
    title="Sonic Visualiser layer",
    suffixes=(".csv",),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(frozenset({POINTS, BAND}), columns=frozenset({VALUE}), forbidden="\n\r"),
    per_recording=True,
    more_losses=_filled_bands,
)
