"""Measurements of the annotations that are on screen, made in jobs from their sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.store import AnnotationStore
from desktop_app.annotation.table_query import TableRow
from desktop_app.audio.measurements import CONTEXT_S, Measurements, measure
from desktop_app.audio.reader import open_audio
from desktop_app.errors import UserError
from desktop_app.services.job_context import JobContext
from desktop_app.services.project import Project

MOST_KEPT = 10_000
LONGEST_S = 120.0
"""Of a longer stretch nothing is measured: its sound would not fit beside everything else."""

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

    def _keep(self, results: list[Measured]) -> None:
        self._known.update((each.key, each) for each in results)
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]
        self.measured.emit()


def _key(row: TableRow) -> Key:
    it = row.annotation
    return row.path, it.recording_id, it.onset_s, it.offset_s, it.low_hz, it.high_hz, it.channel


def _measure_all(context: JobContext, store: AnnotationStore, rows: Sequence[TableRow]) -> None:
    for row in rows:
        context.checkpoint()
        try:
            values = measure_annotation(store.place.project / row.path, row.annotation)
            context.emit(Measured(_key(row), values))
        except UserError as problem:
            context.emit(Measured(_key(row), None, str(problem)))


def measure_annotation(path: Path, it: Annotation) -> Measurements:
    """Return what an annotation of a recording measures; UserError where its sound cannot be read or is too long."""
    with open_audio(path) as reader:
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
