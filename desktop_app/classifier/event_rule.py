"""When scores that come many times a second become an event: the rule of keyword spotters, as plain numbers.

Averaging, minimum count and suppression are those of TensorFlow's streaming test of Speech Commands
(test_streaming_accuracy.py: mean of 500 ms, at least 3-4 results) and of TFLite Micro (recognize_commands.h). Their
threshold is 0.7; ours was measured (docs/evaluation.md). Theirs loses the second of two equal words where no silence
class lies between; here a class must fall below half of its threshold before it can fire again (hysteresis), as well as
wait.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from desktop_app.annotation.records import BACKGROUND_LABELS

Scores = npt.NDArray[np.float32]
ROUNDING_S = 1e-9
"""What sums of hops may be off: three of 0.1 s are 0.3 s, wherever in a stream they begin."""


@dataclass(frozen=True)
class EventRule:
    """What makes an event."""

    averaging_s: float = 0.5
    """Scores are averaged over so long before they are compared."""
    threshold: float = 0.65
    """Averaged score from which a class fires."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Other thresholds for some classes, by label."""
    minimum_count: int = 3
    """Least number of results that are averaged; where fewer lie in `averaging_s`, older ones are taken."""
    suppression_s: float = 1.0
    """A class does not fire again so soon."""
    other_suppression_s: float = 0.3
    """Nor does another one after it."""
    rearm_share: float = 0.5
    """A class that fired does not fire again before its averaged score was below this part of its threshold."""

    def threshold_of(self, label: str) -> float:
        """Return the averaged score from which a class fires."""
        return self.thresholds.get(label, self.threshold)


@dataclass(frozen=True)
class Detection:
    """That a rule fired."""

    label: str
    """The class."""
    score: float
    """Its averaged score."""
    at_s: float
    """End of the sound that had been judged when the rule fired."""
    peak_s: float
    """End of the window that scored highest among those averaged."""


class EventDetector:
    """Applies a rule to one result after the other. No clock, no thread: time is what it is told."""

    def __init__(self, classes: Sequence[str], rule: EventRule) -> None:
        self._classes = tuple(classes)
        self._speaks = np.array([label.lower() not in BACKGROUND_LABELS for label in classes])
        self._recent: deque[tuple[float, Scores]] = deque()
        self._fired_s = np.full(len(classes), -np.inf)
        self._armed = np.ones(len(classes), dtype=bool)
        self.rule = rule

    @property
    def rule(self) -> EventRule:
        """The rule; a change holds from the next result on, and forgets nothing."""
        return self._rule

    @rule.setter
    def rule(self, rule: EventRule) -> None:
        self._rule = rule
        self._thresholds = np.array([rule.threshold_of(label) for label in self._classes])

    def reset(self) -> None:
        """Forget the results so far: what comes next is other sound. What has fired stays suppressed."""
        self._recent.clear()

    def push(self, at_s: float, scores: Scores) -> tuple[Scores, Detection | None]:
        """Take the scores (classes,) of a window that ends at `at_s`; return the averaged ones and what fired, if any.

        Times must rise. Of several classes that may fire at once the one furthest above its threshold does.
        """
        self._recent.append((at_s, scores))
        self._forget(at_s)
        averaged: Scores = np.mean([each for _, each in self._recent], axis=0, dtype=np.float32)
        self._armed |= averaged < self._rule.rearm_share * self._thresholds
        if len(self._recent) < self._rule.minimum_count:
            return averaged, None
        return averaged, self._fire(at_s, averaged)

    def _forget(self, at_s: float) -> None:
        """Drop results older than the averaging time, but never below the minimum count."""
        oldest_s = at_s - self._rule.averaging_s + ROUNDING_S  # a result that is exactly so old is out
        while len(self._recent) > max(self._rule.minimum_count, 1) and self._recent[0][0] < oldest_s:
            self._recent.popleft()

    def _fire(self, at_s: float, averaged: Scores) -> Detection | None:
        since_s = at_s - self._fired_s + ROUNDING_S
        waited = (since_s >= self._rule.suppression_s) & (since_s.min() >= self._rule.other_suppression_s)
        ready = self._speaks & self._armed & waited & (averaged >= self._thresholds)
        if not ready.any():
            return None
        top = int(np.where(ready, averaged - self._thresholds, -np.inf).argmax())
        self._fired_s[top], self._armed[top] = at_s, False
        peak_s, _ = max(self._recent, key=lambda result: result[1][top])
        return Detection(self._classes[top], float(averaged[top]), at_s, peak_s)


def detect(classes: Sequence[str], rule: EventRule, ends_s: Sequence[float], scores: Scores) -> list[Detection]:
    """Return what a rule finds in the scores (windows, classes) of windows that end at these times."""
    detector = EventDetector(classes, rule)
    found = (detector.push(at_s, of_window)[1] for at_s, of_window in zip(ends_s, scores, strict=True))
    return [each for each in found if each is not None]
