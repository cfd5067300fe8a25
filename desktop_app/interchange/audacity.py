"""Audacity label tracks: `start TAB end TAB text`, and below it the band, if there is one (`LabelTrack.cpp`)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange.labels import (
    BAND,
    POINTS,
    SCORE,
    FileLabels,
    Keeps,
    LabelFormat,
    Options,
    band,
    span,
    stem_of,
    whole_as_span,
)
from desktop_app.interchange.reading import (
    Glimpse,
    Notes,
    decimal_text,
    is_number,
    lines_of,
    maybe_number,
    number,
    read_text,
)

BAND_MARK = "\\"
_DIGITS = 6
_OPEN = -1.0  # how Audacity writes a band without that edge


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line is two columns or more, the first of them a number."""
    if not seen.head:
        return seen.name.endswith(".txt")  # a track without labels
    cells = seen.lines[0].split("\t") if seen.lines else []
    return len(cells) > 1 and is_number(cells[0]) and not seen.name.endswith((".csv", ".tsv"))


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the labels of one recording, of all tracks in the file."""
    annotations = tuple(annotation for _, annotation in rows_of(read_text(path, notes), notes))
    return [FileLabels(stem_of(path), annotations, named=False)]


def rows_of(text: str, notes: Notes) -> Iterator[tuple[int, Annotation]]:
    """Yield the labels with the numbers of their lines."""
    lines = lines_of(text)
    for place, line in enumerate(lines, 1):
        if not line.strip() or line.startswith(BAND_MARK):
            continue
        below = lines[place] if place < len(lines) else ""
        with notes.row(place):
            yield place, _label(line, below if below.startswith(BAND_MARK) else "")


def _label(line: str, band_line: str) -> Annotation:
    """Return one label; without a second time it is a point, and its text is the second column."""
    cells = line.split("\t")
    if len(cells) > 2 and not cells[1].strip():  # Audacity takes several tabs for one
        del cells[1]
    onset = number(cells[0], "start")
    offset, rest = (number(cells[1], "end"), cells[2:]) if is_number("".join(cells[1:2])) else (onset, cells[1:])
    onset_s, offset_s = span(onset, offset)
    low_hz, high_hz = _band(band_line)
    more = rest[1:]
    score = float(number(more.pop(0), "score")) if more and is_number(more[0]) else None
    return Annotation(
        label=rest[0].strip() if rest else "",
        onset_s=onset_s,
        offset_s=offset_s,
        low_hz=low_hz,
        high_hz=high_hz,
        score=score,
        extra={f"column {place}": text for place, text in enumerate(more, 4) if text.strip()},
        **FORMAT.default,
    )


def _band(line: str) -> tuple[float | None, float | None]:
    cells = line.split("\t")[1:3]
    if len(cells) < 2:
        return None, None
    low_hz, high_hz = (maybe_number(cell, "frequency") for cell in cells)
    return band(None if low_hz == _OPEN else low_hz, None if high_hz == _OPEN else high_hz)


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a label track; a score stands in a fourth column, which Audacity passes over."""
    lines: list[str] = []
    for each in labels:
        for annotation in each.annotations:
            lines += _lines(each, annotation)
    return "".join(f"{line}\n" for line in lines).encode()


def _lines(labels: FileLabels, annotation: Annotation) -> list[str]:
    times = whole_as_span(labels, annotation)
    if times is None:
        return []
    cells = [*(decimal_text(time, _DIGITS) for time in times), FORMAT.keeps.label(annotation.label)]
    if annotation.score is not None:
        cells.append(decimal_text(annotation.score))
    edges = (annotation.low_hz, annotation.high_hz)
    if edges == (None, None):
        return ["\t".join(cells)]
    return [
        "\t".join(cells),
        "\t".join([BAND_MARK, *(decimal_text(_OPEN if e is None else e, _DIGITS) for e in edges)]),
    ]


FORMAT = LabelFormat(
    name="audacity",
    title="Audacity label track",
    suffixes=(".txt",),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(
        frozenset({POINTS, BAND, SCORE}),
        unlabelled=True,
        forbidden="\t\n\r",
        remarks=("Scores stand in a fourth column; Audacity passes over it and does not save it again.",),
    ),
    per_recording=True,
)
