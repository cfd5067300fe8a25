"""All measures of one model on one set of clips."""

from dataclasses import dataclass

import numpy as np

from desktop_app.classifier.measuring.curves import (
    PrecisionRecall,
    ReliabilityBin,
    calibration_error,
    precision_recall,
    reliability,
)
from desktop_app.classifier.measuring.metrics import (
    ClassMeasure,
    ConfusedPair,
    GroupMeasure,
    Interval,
    accuracy_interval,
    class_measures,
    confused_pairs,
    confusion_of,
    group_measures,
    log_loss,
    macro_f1,
)
from desktop_app.classifier.measuring.predictions import Integers, PredictionTable
from desktop_app.errors import UserError


@dataclass(frozen=True, eq=False)
class Measures:
    """What a report shows."""

    clips: int
    """How many were judged."""
    accuracy: float
    """Share judged right."""
    interval: Interval
    """Of the accuracy, when speakers or sources like these are met anew."""
    macro_f1: float
    """Mean F1 of the classes that have clips."""
    loss: float
    """Mean negative log of the score of the right class, in nats."""
    calibration_error: float
    """Mean distance between score and share judged right."""
    confusion: Integers
    """Counts, shape (classes, classes); row: what it is, column: what it was taken for."""
    by_class: tuple[ClassMeasure, ...]
    """In the order of the classes."""
    by_group: tuple[GroupMeasure, ...]
    """Those with the most mistakes first."""
    pairs: tuple[ConfusedPair, ...]
    """The most frequent first."""
    reliability: tuple[ReliabilityBin, ...]
    """By score, rising."""
    curves: tuple[PrecisionRecall, ...]
    """Of the classes that have clips, in their order."""

    @property
    def grouped(self) -> bool:
        """Return whether some group has more than one clip, so that a table by group says something."""
        return len(self.by_group) < self.clips


def measure(table: PredictionTable) -> Measures:
    """Return all measures of a table; UserError where it is empty. Any thread."""
    if not len(table):
        raise UserError("None of the clips could be judged, so there is nothing to measure; choose others.")
    confusion = confusion_of(table.targets, table.judged, len(table.classes))
    by_class = class_measures(confusion, table.classes)
    bins = reliability(table.top_scores, table.right)
    curves = (
        precision_recall(label, table.scores[:, place], np.equal(table.targets, place))
        for place, label in enumerate(table.classes)
    )
    return Measures(
        clips=len(table),
        accuracy=float(table.right.mean()),
        interval=accuracy_interval(table.right, table.groups),
        macro_f1=macro_f1(by_class),
        loss=log_loss(table.scores, table.targets),
        calibration_error=calibration_error(bins),
        confusion=confusion,
        by_class=by_class,
        by_group=group_measures(table.right, table.groups),
        pairs=confused_pairs(table),
        reliability=bins,
        curves=tuple(curve for curve in curves if curve is not None),
    )
