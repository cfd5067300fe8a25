"""What the folds of a recipe come to together, and how long it took to be as good as another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop_app.classifier.measuring.metrics import class_measures, macro_f1
from desktop_app.classifier.measuring.predictions import Integers
from tools.evaluation.folds import Values
from tools.evaluation.jobs import read_values


@dataclass(frozen=True, eq=False)
class Summary:
    """Several folds of one recipe as one measurement: each clip is judged once, by a net that never heard its group."""

    folds: tuple[Values, ...]
    """Results, fold by fold."""
    classes: tuple[str, ...]
    """Their names."""
    confusion: Integers
    """Sum of the folds' counts; row: what it is, column: what it was taken for."""

    @property
    def clips(self) -> int:
        """Return how many clips were judged."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Return the share of all clips judged right."""
        return float(self.confusion.trace() / self.clips)

    @property
    def macro_f1(self) -> float:
        """Return the mean F1 of the classes over all clips."""
        return macro_f1(class_measures(self.confusion, self.classes))

    @property
    def calibration_error(self) -> float:
        """Return the mean of the folds, weighted by their clips: each has a temperature of its own."""
        return float(np.average(self.of("calibration_error"), weights=self.of("clips")))

    @property
    def loss(self) -> float:
        """Return the mean cross-entropy of all clips, in nats."""
        return float(np.average(self.of("loss"), weights=self.of("clips")))

    @property
    def train_cpu_s(self) -> float:
        """Return the median processor time of a training."""
        return float(np.median(self.of("train_cpu_s")))

    @property
    def groups(self) -> int:
        """Return how many speakers or sources were held back."""
        return sum(len(fold["group_accuracy"]) for fold in self.folds)

    def of(self, name: str) -> list[float]:
        """Return a value of each fold."""
        return [float(fold[name]) for fold in self.folds]

    def fold(self, name: str) -> Values | None:
        """Return the results of a fold, None where it is not measured."""
        return next((fold for fold in self.folds if fold["fold"] == name), None)


def summary_of(folder: Path) -> Summary | None:
    """Return what the files of results in a folder come to, None where there are none."""
    folds = tuple(read_values(path) for path in sorted(folder.glob("fold*.json")))
    if not folds:
        return None
    confusion = np.array([fold["confusion"] for fold in folds], np.int64).sum(axis=0)
    return Summary(folds, tuple(folds[0]["class_accuracy"]), confusion)


def seconds_to(fold: Values, accuracy: float) -> float | None:
    """Return the processor time after which a training was as good on the fold's clips; None where it never was."""
    curve: Sequence[Values] = fold["curve"]
    return next((point["cpu_s"] for point in curve if (point.get("test_accuracy") or 0.0) >= accuracy), None)


def seconds_to_best(fold: Values) -> float:
    """Return the processor time up to the round that was kept, the last one where that is not known."""
    curve: Sequence[Values] = fold["curve"]
    kept = [point["cpu_s"] for point in curve if point["epoch"] == fold.get("best_epoch")]
    return float(kept[0] if kept else fold["train_cpu_s"])
