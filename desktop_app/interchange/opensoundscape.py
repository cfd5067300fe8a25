"""OpenSoundscape's wide tables: a row for each window of a recording, a column of scores for each class."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.interchange.columns import checked
from desktop_app.interchange.labels import FileLabels, Gathering, Keeps, LabelFormat, Options, span
from desktop_app.interchange.reading import Glimpse, Notes, folded, is_number, number, read_text
from desktop_app.interchange.tables import Cells, Table, read_table

WINDOW = ("file", "start_time", "end_time")
_NOT_CLASSES = ("label", "class", "species", "annotation", "score", "confidence", "low_f", "high_f", "duration")
"""In one of these a table of another kind has its labels."""
LOWER = "scores of classes that are not the highest of their window"


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line names a window and only classes beside it."""
    classes = seen.columns - set(map(folded, WINDOW))
    return seen.has(*WINDOW) and bool(classes) and not classes & set(map(folded, _NOT_CLASSES))


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the highest class of each window as a draft; of a table of 0 and 1 alone, every 1 as a label.

    A score may be any number; the highest is taken even where it is low, for a limit is set by sorting and rejecting.
    """
    table = read_table(read_text(path, notes), notes)
    classes = [name for name in table.columns if folded(name) not in map(folded, WINDOW)]
    is_truth = _is_truth(table, classes)
    gathering = Gathering()
    for cells in table.cells(notes):
        with notes.row(cells.row):
            recording = cells.take("file").strip()
            window = span(number(cells.take("start_time"), "start"), number(cells.take("end_time"), "end"))
            for made in _labels_of(cells, classes, window, is_truth=is_truth):
                gathering.add(recording, made)
            if not is_truth:
                notes.skipped[LOWER] += max(len(classes) - 1, 0)
    return gathering.labels()


def _is_truth(table: Table, classes: list[str]) -> bool:
    """Return whether nothing but 0 and 1 stands in the columns of the classes."""
    places = [table.columns.index(name) for name in classes]
    cells = {row[place].strip() for row in table.rows for place in places if place < len(row)}
    return all(cell == "" or (is_number(cell) and number(cell, "score") in (0, 1)) for cell in cells)


def _labels_of(
    cells: Cells, classes: list[str], window: tuple[float, float], *, is_truth: bool
) -> Iterator[Annotation]:
    scores = {name: score for name in classes if (score := cells.number(name)) is not None}
    onset_s, offset_s = window
    if is_truth:
        for name in (name for name, score in scores.items() if score):
            yield checked(Annotation, label=name, onset_s=onset_s, offset_s=offset_s, source=FORMAT.source)
    elif scores:
        best = max(scores, key=scores.__getitem__)
        made = checked(Annotation, label=best, onset_s=onset_s, offset_s=offset_s, score=scores[best])
        yield replace(made, **FORMAT.default)


FORMAT = LabelFormat(
    name="opensoundscape",
    title="OpenSoundscape scores",
    suffixes=(".csv",),
    recognises=recognises,
    read=read,
    keeps=Keeps(
        remarks=(
            "The class with the highest score of each window comes as a draft; the others are counted and left out.",
            "Where the table holds 0 and 1 alone, every 1 is a label.",
        )
    ),
    status=Status.DRAFT,
    program="OpenSoundscape",
)
