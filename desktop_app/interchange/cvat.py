"""CVAT's Generic TSV 1.0 for audio: `id filename start stop label source score` and attributes, times as h:mm:ss."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange.columns import OwnColumns, checked, full_row, whole_filled, with_rest
from desktop_app.interchange.labels import FileLabels, Gathering, Keeps, LabelFormat, Options, span, whole_as_span
from desktop_app.interchange.raven import named_by_file
from desktop_app.interchange.reading import DamagedRowError, Glimpse, Notes, decimal_text, exactly, number, read_text
from desktop_app.interchange.tables import Cells, read_table, write_table

ID, FILENAME, START, STOP, LABEL, SOURCE, SCORE = "id", "filename", "start", "stop", "label", "source", "score"

_OWN = OwnColumns((ID, FILENAME, START, STOP, LABEL, SOURCE, SCORE), frozenset({"source", "score"}))
_CLOCK = re.compile(r"(?a)(?:(?P<hours>\d{1,6}):)?(?P<minutes>\d{1,6}):(?P<seconds>\d{1,6}([.,]\d{1,400})?)")
_LEAST_DIGITS = 3


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line names CVAT's columns."""
    return seen.has(START, STOP, LABEL)


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the intervals, by recording."""
    gathering = Gathering()
    for cells in read_table(read_text(path, notes), notes).cells(notes):
        with notes.row(cells.row):
            gathering.add(cells.take(FILENAME).strip(), _annotation(cells))
    return named_by_file(gathering, path)


def _annotation(cells: Cells) -> Annotation:
    onset_s, offset_s = span(clock(cells.take(START), "start"), clock(cells.take(STOP), "stop"))
    given = cells.take(ID).strip()
    made = checked(
        Annotation,
        label=cells.take(LABEL).strip(),
        onset_s=onset_s,
        offset_s=offset_s,
        source=cells.take(SOURCE).strip() or FORMAT.source,
        score=cells.number(SCORE),
        extra={ID: given} if given not in ("", str(cells.row - 1)) else {},  # a mere count is given anew
    )
    return with_rest(made, cells)


def clock(text: str, what: str) -> Decimal:
    """Return a time written as `h:mm:ss.fraction`, `mm:ss` or plain seconds."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return number(text, what)
    whole = 60 * int(found["hours"] or 0) + int(found["minutes"])
    if whole > 60 * 10**6:
        raise DamagedRowError(f"its {what} {text.strip()} is beyond all bounds")
    return 60 * whole + number(found["seconds"], what)


def clock_text(time_s: float) -> str:
    """Return a time as `hh:mm:ss.fraction`, with all digits that it takes to read back the same."""
    time = exactly(time_s)
    minutes = int(time // 60)
    seconds = decimal_text(time - 60 * minutes, _LEAST_DIGITS)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds if seconds[1:2].isdigit() else f'0{seconds}'}"


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a table of all recordings."""
    rows: list[Mapping[str, str]] = []
    for each in labels:
        rows += [_row(each, annotation, len(rows) + place) for place, annotation in enumerate(each.annotations, 1)]
    return write_table(rows, _OWN.names, delimiter="\t")


def _row(labels: FileLabels, annotation: Annotation, number: int) -> Mapping[str, str]:
    onset_s, offset_s = whole_as_span(labels, annotation) or (0.0, 0.0)
    extra = dict(annotation.extra)
    values = (
        extra.pop(ID, "") or str(number), labels.path,
        clock_text(onset_s), clock_text(offset_s),
        FORMAT.keeps.label(annotation.label), annotation.source,
        "" if annotation.score is None else decimal_text(annotation.score),
    )  # fmt: skip
    cells = dict(zip(_OWN.names, values, strict=True))
    return full_row(cells, replace(annotation, extra=extra), _OWN, FORMAT.default, *whole_filled(annotation))


FORMAT = LabelFormat(
    name="cvat",
    title="CVAT Generic TSV",
    suffixes=(".tsv", ".txt", ".csv"),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(remarks=("What CVAT has no column for becomes attributes whose names begin with `earmark_`.",)),
)
