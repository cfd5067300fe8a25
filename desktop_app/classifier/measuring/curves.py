"""Scores against truth: precision over recall for each class, and whether a score means what it says."""

from dataclasses import dataclass

import numpy as np

from desktop_app.classifier.measuring.predictions import Booleans, Floats, Integers

RELIABILITY_BINS = 10


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """Precision and recall of one class when everything above a score is taken for it."""

    label: str
    """The class."""
    thresholds: Floats
    """Scores, falling, shape (points,)."""
    precision: Floats
    """Share of what scores at least that much which is of the class, shape (points,)."""
    recall: Floats
    """Share of the class that scores at least that much, rising, shape (points,)."""
    average_precision: float
    """Mean precision over the steps of recall."""


@dataclass(frozen=True)
class ReliabilityBin:
    """Clips whose top score lies in one range."""

    low: float
    """From this score."""
    high: float
    """Below this score; the last bin includes 1."""
    clips: int
    """How many there are."""
    mean_score: float
    """What the model says of them; the middle of the bin where it has no clips."""
    accuracy: float
    """Share judged right; 0 where the bin has no clips."""


def precision_recall(label: str, scores: Floats, positive: Booleans) -> PrecisionRecall | None:
    """Return the curve of a class from its scores and whether each clip is of it, or None where no clip is.

    One point for each score that occurs; no interpolation. Average precision is the sum of precision times the step
    of recall (E. Zhang and Y. Zhang, Average Precision, Encyclopedia of Database Systems, 2009).
    """
    total = int(positive.sum())
    if not total:
        return None
    order = np.argsort(-scores, kind="stable")
    falling, hits = scores[order], np.cumsum(positive[order])
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)  # the last clip of each score
    precision, recall = hits[last] / (last + 1), hits[last] / total
    average = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    return PrecisionRecall(label, falling[last], precision, recall, average)


def reliability(top_scores: Floats, right: Booleans, bins: int = RELIABILITY_BINS) -> tuple[ReliabilityBin, ...]:
    """Return the clips counted in equal ranges of their top score (C. Guo et al., On Calibration, 2017)."""
    which = bins_of(top_scores, bins)
    clips = np.bincount(which, minlength=bins)
    score_sums = np.bincount(which, weights=top_scores, minlength=bins)
    hits = np.bincount(which, weights=right.astype(np.float64), minlength=bins)
    return tuple(
        ReliabilityBin(
            low=place / bins,
            high=(place + 1) / bins,
            clips=int(clips[place]),
            mean_score=float(score_sums[place] / clips[place]) if clips[place] else (place + 0.5) / bins,
            accuracy=float(hits[place] / clips[place]) if clips[place] else 0.0,
        )
        for place in range(bins)
    )


def bins_of(top_scores: Floats, bins: int = RELIABILITY_BINS) -> Integers:
    """Return the place of the bin that each score falls into."""
    places: Integers = np.minimum((top_scores * bins).astype(np.int64), bins - 1)
    return places


def calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Return the mean distance between score and share judged right, weighted by the clips in each bin."""
    total = sum(each.clips for each in bins)
    return sum(each.clips * abs(each.mean_score - each.accuracy) for each in bins) / max(1, total)
