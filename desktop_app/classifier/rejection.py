"""Open sets: when a model had better say “unknown” than name the nearest of its classes.

The rule: a class that is no background is named only if it scores at least its limit, the score that 95 % of the clips
held back and judged right reach (Hendrycks and Gimpel 2017, arXiv 1610.02136, as a rule with one number); a class with
at least 20 such clips has a limit of its own. Scores are calibrated, so limits mean the same before and after a new
temperature. docs/decisions.md has what it was compared with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from desktop_app.annotation.records import BACKGROUND_LABELS, SURE_SCORE

Scores = npt.NDArray[np.floating]

KEPT_SHARE = 0.95
ENOUGH_CLIPS = 20
HIGHEST_LIMIT = 0.95  # a limit above refuses whatever sounds a little different from the clips held back
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Rejection:
    """The limits of a model, and what they do."""

    limit: float
    """Score that a class must reach to be named."""
    limits: dict[str, float] = field(default_factory=dict)
    """Other limits of some classes, by label."""
    how: str = ""
    """On what they were measured: shares of known clips refused and of unknown sounds named."""

    def of(self, classes: Sequence[str]) -> Scores:
        """Return the limit of each class, 0 for backgrounds, shape (classes,)."""
        limits = (0.0 if is_background(name) else self.limits.get(name, self.limit) for name in classes)
        return np.fromiter(limits, np.float32, len(classes))

    @property
    def sentence(self) -> str:
        """Return the rule in one sentence."""
        limits = (self.limit, *self.limits.values())
        lowest, highest = min(limits), max(limits)
        reach = f"{lowest:.2f}" if lowest == highest else f"{lowest:.2f} to {highest:.2f}, by class,"
        return f"What scores less than {reach} is called unknown."


Named = tuple[str, float, str]
"""Label, score, and the class that was refused or ""."""


class Naming:
    """Says what windows are called."""

    def __init__(self, classes: Sequence[str], rejection: Rejection | None) -> None:
        self._classes = tuple(classes)
        self._limits = np.zeros(len(self._classes), np.float32) if rejection is None else rejection.of(classes)
        self._unknown = unknown_label(classes)

    def __call__(self, scores: Scores) -> Iterator[Named]:
        """Yield the name of each row of scores, shape (windows, classes); the rest of 1 is a refused one's score."""
        tops = scores.argmax(axis=1)
        highest = np.take_along_axis(scores, tops[:, None], axis=1)[:, 0]
        refused = highest < self._limits[tops]
        for top, score, is_refused in zip(tops.tolist(), highest.tolist(), refused.tolist(), strict=True):
            label = self._classes[top]
            yield (self._unknown, 1 - score, label) if is_refused else (label, score, "")


def is_background(label: str) -> bool:
    """Return whether a class says that nothing of interest is there."""
    return label.lower() in BACKGROUND_LABELS


def unknown_label(classes: Sequence[str]) -> str:
    """Return what refused windows are called: the class for it, where the model has one."""
    return next((name for name in classes if name.lower().strip("_") == UNKNOWN), UNKNOWN)


def fit_rejection(scores: Scores, targets: npt.NDArray[np.integer], classes: Sequence[str]) -> Rejection | None:
    """Return the limits for scores of clips held back, shape (clips, classes); None where too few are judged right.

    `targets` are their classes, as places among `classes`.
    """
    tops = scores.argmax(axis=1)
    foreground = np.array([not is_background(name) for name in classes])
    right = (tops == targets) & foreground[tops]
    if right.sum() < ENOUGH_CLIPS:
        return None
    reached = scores.max(axis=1)
    limits = {
        name: _limit(reached[right & (targets == place)])
        for place, name in enumerate(classes)
        if (right & (targets == place)).sum() >= ENOUGH_CLIPS
    }
    return Rejection(_limit(reached[right]), limits)


def share_refused(rejection: Rejection, scores: Scores, classes: Sequence[str]) -> float:
    """Return the share of windows whose best class is refused, shape of `scores` (windows, classes)."""
    return float((scores.max(axis=1) < rejection.of(classes)[scores.argmax(axis=1)]).mean())


def share_named(rejection: Rejection, scores: Scores, classes: Sequence[str]) -> float:
    """Return the share of windows that are named, backgrounds aside: for sounds that are none of the classes."""
    tops = scores.argmax(axis=1)
    foreground = np.array([not is_background(name) for name in classes])
    sure = scores.max(axis=1) >= np.maximum(rejection.of(classes), SURE_SCORE)[tops]
    return float((sure & foreground[tops]).mean())


def _limit(reached: Scores) -> float:
    lowest = float(np.quantile(reached, 1 - KEPT_SHARE))
    return round(min(max(lowest, SURE_SCORE), HIGHEST_LIMIT), 3)
