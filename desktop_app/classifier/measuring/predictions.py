"""The table that all measures are made of: one row a clip, what it is, and how the model scored it."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.classifier.data.clips import Stretch

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

CSV_COLUMNS = ("path", "onset_s", "offset_s", "group", "target", "prediction", "score", "right")


@dataclass(frozen=True, eq=False)
class PredictionTable:
    """What a model said of clips whose class is known."""

    classes: tuple[str, ...]
    """Names of the columns of `scores`."""
    paths: tuple[Path, ...]
    """The clips."""
    groups: tuple[str, ...]
    """Who spoke each clip, or what it was cut from."""
    targets: Integers
    """What each clip is, index into `classes`, shape (clips,)."""
    scores: Floats
    """Shape (clips, classes), each row adding up to 1."""
    spans_s: tuple[tuple[float, float], ...] = ()
    """Onset and offset of the window that spoke for each clip; empty where nobody noted them."""
    stretches: tuple[Stretch | None, ...] = ()
    """Which part of its recording each clip is, None for all of it; empty where all are whole recordings."""

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def judged(self) -> Integers:
        """Return what each clip was taken for, index into `classes`, shape (clips,)."""
        best: Integers = self.scores.argmax(axis=1)
        return best

    @cached_property
    def top_scores(self) -> Floats:
        """Return the highest score of each clip, shape (clips,)."""
        best: Floats = self.scores.max(axis=1)
        return best

    @cached_property
    def right(self) -> Booleans:
        """Return whether each clip was judged right, shape (clips,)."""
        return np.equal(self.judged, self.targets)

    def subset(self, rows: Sequence[int]) -> "PredictionTable":
        """Return the clips at these places, in this order."""
        paths, groups = tuple(self.paths[row] for row in rows), tuple(self.groups[row] for row in rows)
        places = np.asarray(rows, dtype=np.int64)
        spans_s = tuple(self.spans_s[row] for row in rows) if self.spans_s else ()
        stretches = tuple(self.stretches[row] for row in rows) if self.stretches else ()
        values = (self.targets[places], self.scores[places])
        return PredictionTable(self.classes, paths, groups, *values, spans_s, stretches)

    def rows_of_clips(self) -> dict[tuple[Path, Stretch | None], int]:
        """Return the place of each clip by what it is: a recording, or a part of one."""
        stretches = self.stretches or (None,) * len(self)
        return {clip: row for row, clip in enumerate(zip(self.paths, stretches, strict=True))}

    def span_s(self, row: int) -> tuple[float, float]:
        """Return onset and offset of what was judged of a clip; the offset is infinite where nobody noted it."""
        return self.spans_s[row] if self.spans_s else (0.0, math.inf)


def table_to_csv(table: PredictionTable) -> str:
    """Return the table as CSV, one row a clip, the scores of all classes at the end of each row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*CSV_COLUMNS, *(f"score {name}" for name in table.classes)))
    columns = (table.paths, table.groups, table.targets, table.judged, table.scores)
    for row, (path, group, target, judged, scores) in enumerate(zip(*columns, strict=True)):
        names = (table.classes[target], table.classes[judged])
        right = int(target == judged)
        span = [f"{time_s:.3f}" if math.isfinite(time_s) else "" for time_s in table.span_s(row)]
        writer.writerow(
            (path, *span, group, *names, f"{scores[judged]:.6f}", right, *(f"{score:.6f}" for score in scores))
        )
    return text.getvalue()
