"""Where the texts of annotations stand: each at the start of its own, none over another."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from desktop_app.ui.labels.marks import Bools, Floats, Ints

PADDING = 4
GAP = 2


@dataclass(frozen=True)
class Wanted:
    """The texts that want a place, in order of time."""

    left: Floats
    """Where each begins: at its annotation, or at the left edge if that began earlier."""
    widths: Floats
    urgent: Bools
    """These are placed first: the selected ones."""
    row: Ints | None = None
    """The row in which each must stand; None: in the first that has room."""


@dataclass(frozen=True)
class Tag:
    """A text on its place."""

    place: int
    """Which of those wanted."""
    left: float
    row: int
    width: float


def placed_tags(wanted: Wanted, rows: int) -> list[Tag]:
    """Return the tags that find room in so many rows.

    A text that is longer than its annotation may stand over what follows, as long as no other text begins there: the
    text of a short annotation thus stays readable at any zoom.
    """
    taken: dict[int, list[tuple[float, float]]] = defaultdict(list)
    tags: list[Tag] = []
    for place in _urgent_first(wanted.urgent):
        left, width = float(wanted.left[place]), float(wanted.widths[place])
        rows_of_it: Iterable[int] = range(rows) if wanted.row is None else (int(wanted.row[place]),)
        for row in rows_of_it:
            if all(end <= left or left + width <= begin for begin, end in taken[row]):
                taken[row].append((left, left + width + GAP))
                tags.append(Tag(place, left, row, width))
                break
    return tags


def _urgent_first(urgent: Bools) -> list[int]:
    return [*np.flatnonzero(urgent).tolist(), *np.flatnonzero(~urgent).tolist()]
