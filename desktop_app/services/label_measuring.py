"""Measurements of annotations, made in jobs from their sound: of those on screen, and of all where they are sorted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.store import AnnotationStore
from desktop_app.annotation.table_query import Order, TableQuery, TableRow
from desktop_app.audio.measurements import CONTEXT_S, Measurements, measure
from desktop_app.audio.reader import Reader, open_audio
from desktop_app.errors import UserError
from desktop_app.services.job_context import JobContext
from desktop_app.services.project import Project

MOST_KEPT = 10_000
"""Annotations whose measurements are remembered, and that can be sorted by them: about 20 s of work at first."""
LONGEST_S = 120.0
"""Of a longer stretch nothing is measured: its sound would not fit beside everything else."""

Value = Callable[[Measurements], float | None]
"""Picks one of the measurements."""
Key = tuple[str, str, float | None, float | None, float | None, float | None, int | None]


@dataclass(frozen=True)
class Measured:
    """What came of measuring one annotation."""

    key: Key
    """Its recording and edges."""
    values: Measurements | None
    """None where it could not be measured."""
    problem: str = ""
    """Why not, as a sentence."""


class LabelMeasuring(QObject):
    """Measures annotations and keeps the results. GUI thread only; sound is read in jobs."""

    measured = Signal()
    """More is known."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._known: dict[Key, Measured] = {}
        project.closed.connect(self._known.clear)

    def of(self, row: TableRow) -> Measured | None:
        """Return the measurements of an annotation; None while they are not made."""
        return self._known.get(_key(row))

    def want(self, rows: Sequence[TableRow]) -> None:
        """Measure those that are not known; what was wanted before is no longer."""
        store, missing = self._project.store, [row for row in rows if _key(row) not in self._known]
        if store is None or not missing:
            return
        job = self._project.in_background(_measure_all, missing, newest="label measurements")
        if job is not None:
            job.items.connect(self._keep)

    def rank(
        self, query: TableQuery, value: Value, *, descending: bool, then: Callable[[TableQuery | None], None]
    ) -> None:
        """Measure all that a query finds, and hand `then` the query in the order of a value; None: too many of them.

        What cannot be measured comes last. A newer call takes the place of one that is under way.
        """
        job = self._project.in_background(
            _measure_ranked,
            query,
            dict(self._known),
            then=lambda found: then(_ranked(query, found, value, descending)),
            title="Measuring",
            newest="label ranking",
        )
        if job is not None:
            job.items.connect(self._keep)

    def _keep(self, results: list[Measured]) -> None:
        self._known.update((each.key, each) for each in results)
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]
        self.measured.emit()


def _key(row: TableRow) -> Key:
    it = row.annotation
    return row.path, it.recording_id, it.onset_s, it.offset_s, it.low_hz, it.high_hz, it.channel


def _measure_all(context: JobContext, store: AnnotationStore, rows: Sequence[TableRow]) -> None:
    for measured in _measured(context, store, rows):
        context.emit(measured)


def _measure_ranked(
    context: JobContext, store: AnnotationStore, query: TableQuery, known: dict[Key, Measured]
) -> list[tuple[str, Measured]] | None:
    """Return the ids of all that a query finds with what they measure; None where they are too many."""
    with store.reader() as reader:
        rows = reader.page(replace(query, order=Order.PATH, ranking=()), 0, MOST_KEPT + 1)
    if len(rows) > MOST_KEPT:
        return None
    missing = [row for row in rows if _key(row) not in known]
    for number, measured in enumerate(_measured(context, store, missing)):
        context.report(number, len(missing), f"{number:,} of {len(missing):,} annotations")
        context.emit(measured)
        known[measured.key] = measured
    return [(row.annotation.id, known[_key(row)]) for row in rows]


def _ranked(
    query: TableQuery, found: Sequence[tuple[str, Measured]] | None, value: Value, descending: bool
) -> TableQuery | None:
    """Return the query with its ranking by a value."""
    if found is None:
        return None
    values = [(it, None if measured.values is None else value(measured.values)) for it, measured in found]
    known = [(number, it) for it, number in values if number is not None]
    known.sort(key=lambda each: each[0], reverse=descending)
    without = [it for it, number in values if number is None]
    return replace(query, ranking=(*(it for _, it in known), *without))


def _measured(context: JobContext, store: AnnotationStore, rows: Sequence[TableRow]) -> Iterator[Measured]:
    """Yield what rows measure, in their order; a recording is opened once for all that follow each other."""
    for path, of_path in groupby(rows, key=lambda row: row.path):
        of_file = list(of_path)
        try:
            with open_audio(store.place.project / path) as reader:
                for row in of_file:
                    context.checkpoint()
                    yield _measured_in(reader, row)
        except UserError as problem:
            yield from (Measured(_key(row), None, str(problem)) for row in of_file)


def _measured_in(reader: Reader, row: TableRow) -> Measured:
    try:
        return Measured(_key(row), measure_annotation(reader, row.annotation))
    except UserError as problem:
        return Measured(_key(row), None, str(problem))


def measure_annotation(reader: Reader, it: Annotation) -> Measurements:
    """Return what an annotation of an open recording measures; UserError where it cannot be read or is too long."""
    rate_hz, frames = reader.sample_rate_hz, reader.frames
    first = round((it.onset_s or 0.0) * rate_hz)
    last = frames if it.offset_s is None else min(round(it.offset_s * rate_hz), frames)
    if (last - first) / rate_hz > LONGEST_S:
        raise UserError(f"An annotation of more than {LONGEST_S:g} s is not measured: draw shorter ones.")
    if last <= first:
        raise UserError("An annotation without length is not measured: draw a stretch.")
    margin = round(CONTEXT_S * rate_hz)
    start = max(first - margin, 0)
    sound = reader.read(start, min(last + margin, frames) - start)
    if it.channel is not None:
        sound = sound[:, min(it.channel, sound.shape[1] - 1)][:, None]
    before, inside, after = np.split(sound, [first - start, last - start])
    context = np.concatenate([before, after])
    return measure(inside, rate_hz, (it.low_hz, it.high_hz), context if len(context) else None)
