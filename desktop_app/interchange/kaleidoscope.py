"""Kaleidoscope's results: `cluster.csv` and `id.csv`, and the least that it opens (“File > Open Results”).

A recording is INDIR, FOLDER and IN FILE together. What the program heard stands in TOP1MATCH* (the asterisk belongs to
the name) or AUTO ID*, what a person says in MANUAL ID. Bat mode gives frequencies in kHz.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.interchange.columns import OwnColumns, checked, full_row, whole_filled, with_rest
from desktop_app.interchange.labels import FileLabels, Gathering, Keeps, LabelFormat, Options, band, span, whole_as_span
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
from desktop_app.interchange.tables import Cells, index, read_table, write_table

IN_DIR, FOLDER, IN_FILE, CHANNEL, OFFSET, DURATION = "INDIR", "FOLDER", "IN FILE", "CHANNEL", "OFFSET", "DURATION"
LOW, HIGH, MATCH, MANUAL_ID = "Fmin", "Fmax", "TOP1MATCH*", "MANUAL ID"
MATCHES = (MATCH, "TOP1MATCH", "AUTO ID*", "AUTO ID")
BAT_MODE = ("AUTO ID*", "AUTO ID")
_HZ_IN_KHZ = 1000

_OWN = OwnColumns(
    (IN_DIR, FOLDER, IN_FILE, CHANNEL, OFFSET, DURATION, LOW, HIGH, MATCH, MANUAL_ID),
    frozenset({"low_hz", "high_hz", "channel"}),
    frozenset(name.lower() for name in MATCHES),
)


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line names Kaleidoscope's columns."""
    return seen.has(IN_FILE) and any(seen.has(name) for name in (*MATCHES, MANUAL_ID, OFFSET))


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the rows, by recording: judged ones accepted under their MANUAL ID, the others as drafts."""
    table = read_table(read_text(path, notes), notes)
    in_khz = any(table.has(name) for name in BAT_MODE)
    gathering = Gathering()
    for cells in table.cells(notes):
        with notes.row(cells.row):
            recording = path_of(cells)
            if not recording:
                raise DamagedRowError("it names no recording")
            gathering.add(recording, _annotation(cells, in_khz))
    return gathering.labels()


def path_of(cells: Cells) -> str:
    """Return INDIR, FOLDER and IN FILE as one path, "" where they name none."""
    folder, below, name = (cells.take(part).strip() for part in (IN_DIR, FOLDER, IN_FILE))
    slash = "\\" if "\\" in f"{folder}{below}{name}" else "/"
    path = name
    for part in (below, folder):
        path = path if not part else part + path if part.endswith(("/", "\\")) else f"{part}{slash}{path}"
    return path if name else ""


def _annotation(cells: Cells, in_khz: bool) -> Annotation:
    onset = number(cells.take(OFFSET).strip() or "0", "offset")
    duration = number(cells.take(DURATION), "duration")
    onset_s, offset_s = span(onset, onset + duration)
    low_hz, high_hz = band(*(_frequency(cells, name, in_khz) for name in (LOW, HIGH)))
    manual, heard = cells.take(MANUAL_ID).strip(), cells.take(*MATCHES).strip()
    made = checked(
        Annotation,
        label=manual or heard,
        onset_s=onset_s,
        offset_s=offset_s,
        low_hz=low_hz,
        high_hz=high_hz,
        channel=index(cells.take(CHANNEL), "channel"),
        status=Status.ACCEPTED if manual else Status.DRAFT,
        source=FORMAT.source,
        extra={MATCH: heard} if heard and manual and heard != manual else {},
    )
    return with_rest(made, cells)


def _frequency(cells: Cells, name: str, in_khz: bool) -> float | None:
    """Return a frequency in Hz; cells that hold none are left as they are."""
    if not is_number(cells.peek(name)):
        return None
    return float(number(cells.take(name), name) * (_HZ_IN_KHZ if in_khz else 1))


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a table of all recordings, with frequencies in Hz."""
    rows = [_row(each, annotation) for each in labels for annotation in each.annotations]
    return write_table(rows, _OWN.names, end="\r\n")


def _row(labels: FileLabels, annotation: Annotation) -> Mapping[str, str]:
    times = whole_as_span(labels, annotation) or (0.0, 0.0)
    onset, offset = (exactly(time) for time in times)
    label, extra = FORMAT.keeps.label(annotation.label), dict(annotation.extra)
    judged = annotation.status is Status.ACCEPTED and bool(label)
    folder, name = _divided(labels.path)
    values = (
        folder, "", name, "" if annotation.channel is None else str(annotation.channel),
        decimal_text(onset), decimal_text(offset - onset),
        *("" if edge is None else decimal_text(edge) for edge in (annotation.low_hz, annotation.high_hz)),
        (extra.pop(MATCH, "") or label) if judged else label, label if judged else "",
    )  # fmt: skip
    cells = dict(zip(_OWN.names, values, strict=True))
    default = {"status": Status.ACCEPTED if judged else Status.DRAFT, "source": FORMAT.source}
    return full_row(cells, replace(annotation, extra=extra), _OWN, default, *whole_filled(annotation))


def _divided(path: str) -> tuple[str, str]:
    """Return the folder and the name; where reading would join them by another slash the folder keeps its own."""
    place = max(path.rfind("/"), path.rfind("\\")) + 1
    folder = path[: place - 1] if place > 1 else path[:place]
    name = path[place:]
    is_usual = path[place - 1 : place] == ("\\" if "\\" in folder + name else "/")
    return folder if is_usual else path[:place], name


FORMAT = LabelFormat(
    name="kaleidoscope",
    title="Kaleidoscope results",
    suffixes=(".csv",),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(
        remarks=(
            "An accepted label stands in MANUAL ID, all others in TOP1MATCH* only.",
            "Columns that begin with `earmark_` follow Kaleidoscope's own.",
        )
    ),
    status=Status.DRAFT,
    program="Kaleidoscope",
)
