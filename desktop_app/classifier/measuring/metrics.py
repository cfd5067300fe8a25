"""Numbers that say how good a model is: shares, F1, loss, confusion, by class and by group; two models compared."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from desktop_app.classifier.measuring.predictions import Booleans, Floats, Integers, PredictionTable

LEAST_SCORE = 1e-12  # a score of 0 for the right class costs 27.6 nats, not infinity
RESAMPLES = 1000
RESAMPLES_AT_ONCE = 50  # bounds the memory: 65,000 groups take 26 MB
CONFIDENCE = 0.95
DEVIATIONS = 1.959963984540054  # of a normal distribution, both ways, for that confidence


@dataclass(frozen=True)
class Interval:
    """Where a value lies with a probability of 95 %."""

    low: float
    high: float


@dataclass(frozen=True)
class ClassMeasure:
    """How well one class is found."""

    label: str
    """Its name."""
    clips: int
    """How many clips are of it."""
    named: int
    """How many clips were taken for it."""
    precision: float
    """Share of the clips taken for it that are of it; 0 where none was."""
    recall: float
    """Share of its clips that were found; 0 where it has none."""
    f1: float
    """Harmonic mean of the two."""


@dataclass(frozen=True)
class GroupMeasure:
    """How well the clips of one speaker or source are judged."""

    name: str
    """Of the group."""
    clips: int
    """How many it has."""
    wrong: int
    """How many were judged wrong."""
    accuracy: float
    """Share judged right."""


@dataclass(frozen=True)
class ConfusedPair:
    """One class taken for another."""

    target: str
    """What the clips are."""
    judged: str
    """What they were taken for."""
    share: float
    """Of the clips of the target."""
    rows: tuple[int, ...]
    """Places of these clips in the table, the surest mistake first."""


@dataclass(frozen=True)
class Comparison:
    """Two models on the same clips."""

    both_right: int
    """Clips that both judged right."""
    only_first: int
    """Clips that only the first one judged right."""
    only_second: int
    """Clips that only the second one judged right."""
    both_wrong: int
    """Clips that both judged wrong."""
    difference: float
    """Accuracy of the second minus accuracy of the first."""
    interval: Interval
    """Of the difference, when speakers or sources like these are met anew."""
    p_value: float
    """Chance of so uneven a split where both are equally good (exact McNemar test)."""


def confusion_of(targets: Integers, judged: Integers, classes: int) -> Integers:
    """Return counts, shape (classes, classes); row: what it is, column: what it was taken for."""
    return np.bincount(targets * classes + judged, minlength=classes**2).reshape(classes, classes)


def log_loss(scores: Floats, targets: Integers) -> float:
    """Return the mean negative log of the score of the right class, in nats."""
    of_target = scores[np.arange(len(targets)), targets]
    return float(-np.log(np.maximum(of_target, LEAST_SCORE)).mean())


def class_measures(confusion: Integers, classes: Sequence[str]) -> tuple[ClassMeasure, ...]:
    """Return the measures of each class, in the order of the classes."""
    hits, clips, named = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassMeasure(
            label=label,
            clips=int(clips[place]),
            named=int(named[place]),
            precision=_ratio(hits[place], named[place]),
            recall=_ratio(hits[place], clips[place]),
            f1=_ratio(2 * hits[place], clips[place] + named[place]),
        )
        for place, label in enumerate(classes)
    )


def macro_f1(measures: Sequence[ClassMeasure]) -> float:
    """Return the mean F1 of the classes that have clips; a class that only occurs as a mistake lowers the others'."""
    return float(np.mean([measure.f1 for measure in measures if measure.clips]))


def group_measures(right: Booleans, groups: Sequence[str]) -> tuple[GroupMeasure, ...]:
    """Return the measures of each group, those with the most mistakes first; of equals, the least accurate."""
    names, hits, clips = _by_group(right, groups)
    found = [
        GroupMeasure(name, int(count), int(count - hit), float(hit / count))
        for name, hit, count in zip(names, hits, clips, strict=True)
    ]
    return tuple(sorted(found, key=lambda group: (-group.wrong, group.accuracy, group.name)))


def confused_pairs(table: PredictionTable) -> tuple[ConfusedPair, ...]:
    """Return all pairs of classes of which one was taken for the other, the most frequent first."""
    confusion = confusion_of(table.targets, table.judged, len(table.classes))
    clips = confusion.sum(axis=1)
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in np.argsort(-table.top_scores, kind="stable"):
        if not table.right[row]:
            rows[int(table.targets[row]), int(table.judged[row])].append(int(row))
    pairs = sorted(rows, key=lambda pair: (-confusion[pair], -confusion[pair] / clips[pair[0]], pair))
    return tuple(
        ConfusedPair(
            target=table.classes[target],
            judged=table.classes[judged],
            share=float(confusion[target, judged] / clips[target]),
            rows=tuple(rows[target, judged]),
        )
        for target, judged in pairs
    )


def accuracy_interval(right: Booleans, groups: Sequence[str]) -> Interval:
    """Return where the accuracy lies: the wider of Wilson's interval and a bootstrap over groups.

    Clips of one speaker are not independent, so whole groups are drawn (A. C. Davison and D. V. Hinkley, Bootstrap
    Methods and their Application, 1997, 3.8); Wilson's takes over where all groups agree or there is only one.
    """
    wilson = wilson_interval(int(right.sum()), len(right))
    drawn = _resampled(right.astype(np.float64), groups)
    return Interval(min(wilson.low, drawn.low), max(wilson.high, drawn.high))


def compare(first: Booleans, second: Booleans, groups: Sequence[str]) -> Comparison:
    """Return how two models differ on the same clips, of which `first` and `second` say whether each was right.

    The interval is the wider of a bootstrap over groups and that of paired clips, as in `accuracy_interval`: drawing
    the only speaker again and again would leave no doubt at all.
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    gains = second.astype(np.float64) - first.astype(np.float64)
    drawn, paired = _resampled(gains, groups), paired_interval(only_first, only_second, len(first))
    return Comparison(
        both_right=int((first & second).sum()),
        only_first=only_first,
        only_second=only_second,
        both_wrong=int((~first & ~second).sum()),
        difference=float(gains.mean()),
        interval=Interval(min(drawn.low, paired.low), max(drawn.high, paired.high)),
        p_value=mcnemar(only_first, only_second),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of McNemar's exact test: a fair coin for each clip on which the two differ."""
    from scipy.special import bdtr  # 0.2 s that only comparisons need

    tail = bdtr(min(only_first, only_second), only_first + only_second, 0.5)
    return min(1.0, 2 * float(tail))


def wilson_interval(hits: int, clips: int) -> Interval:
    """Return the interval of a share of independent clips (E. B. Wilson, Probable Inference, 1927)."""
    share, spread = hits / clips, DEVIATIONS**2 / clips
    middle = (share + spread / 2) / (1 + spread)
    half = np.sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    return Interval(max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def paired_interval(only_first: int, only_second: int, clips: int) -> Interval:
    """Return the interval of the difference of two shares of the same clips, which are taken as independent.

    A. Agresti and Y. Min, Simple improved confidence intervals for comparing matched proportions, 2005: Wald's, with
    half a clip more of each of the four outcomes.
    """
    total, gain, differ = clips + 2, only_second - only_first, only_first + only_second + 1
    half = DEVIATIONS * np.sqrt(differ - gain**2 / total) / total
    return Interval(max(-1.0, float(gain / total - half)), min(1.0, float(gain / total + half)))


def _by_group(values: Booleans | Floats, groups: Sequence[str]) -> tuple[list[str], Floats, Integers]:
    """Return the groups' names, sorted, and for each the sum of the values and how many there are."""
    names, places = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    sums = np.bincount(places, weights=values.astype(np.float64), minlength=len(names)).astype(np.float64)
    clips: Integers = np.bincount(places, minlength=len(names))
    return [str(name) for name in names], sums, clips


def _resampled(values: Floats, groups: Sequence[str]) -> Interval:
    """Return the interval of the mean when the groups are drawn anew, with replacement, a thousand times."""
    names, sums, clips = _by_group(values, groups)
    draw = np.random.default_rng(1)
    even = np.full(len(names), 1 / len(names))
    means: list[float] = []
    for _ in range(RESAMPLES // RESAMPLES_AT_ONCE):
        times = draw.multinomial(len(names), even, size=RESAMPLES_AT_ONCE)  # (resamples, groups)
        means += (times @ sums / (times @ clips)).tolist()
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))


def _ratio(part: np.int64, whole: np.int64) -> float:
    return float(part / whole) if whole else 0.0
