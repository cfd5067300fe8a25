"""Clips picked out of an evaluation to be listened to: by what they were taken for, by speaker, by score. No torch."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from desktop_app.classifier.measuring.curves import RELIABILITY_BINS, bins_of
from desktop_app.classifier.measuring.predictions import Booleans, PredictionTable


@dataclass(frozen=True)
class Choice:
    """Some clips of a table."""

    title: str
    """What they have in common."""
    rows: tuple[int, ...]
    """Their places: mistakes first, the surest one in front; then what was right, the least sure in front."""
    is_pair: bool = False
    """Whether all are of one class and were taken for one class, so that only the title need say so."""


def of_pair(table: PredictionTable, target: int, judged: int) -> Choice:
    """Return the clips of one class that were taken for another one, or found."""
    names = table.classes[target], table.classes[judged]
    title = f"{names[0]} found" if target == judged else f"{names[0]} taken for {names[1]}"
    rows = _ranked(table, np.equal(table.targets, target) & np.equal(table.judged, judged))
    return Choice(title, rows, is_pair=True)


def of_class(table: PredictionTable, place: int) -> Choice:
    """Return the clips of a class, and those that were taken for it."""
    concerned = np.equal(table.targets, place) | np.equal(table.judged, place)
    return Choice(f"{table.classes[place]}, and what was taken for it", _ranked(table, concerned))


def of_group(table: PredictionTable, name: str) -> Choice:
    """Return the clips of a speaker or source."""
    return Choice(name, _ranked(table, np.array([group == name for group in table.groups], dtype=np.bool_)))


def of_bin(table: PredictionTable, place: int) -> Choice:
    """Return the clips whose top score lies in a bin of the reliability diagram."""
    low, high = place / RELIABILITY_BINS, (place + 1) / RELIABILITY_BINS
    return Choice(f"Score {low:.1f} to {high:.1f}", _ranked(table, np.equal(bins_of(table.top_scores), place)))


def _ranked(table: PredictionTable, chosen: Booleans) -> tuple[int, ...]:
    right, scores = table.right, table.top_scores
    rows: Iterable[int] = (int(row) for row in np.flatnonzero(chosen))
    return tuple(sorted(rows, key=lambda row: (right[row], scores[row] if right[row] else -scores[row], row)))
