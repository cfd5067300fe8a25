"""Open sets: when a model had better say “unknown” than name the nearest of its classes.

The rule: a class that is no background is named only if its score reaches the limit, the score that 95 % of the clips
held back and judged right reach (the highest score as a detector: Hendrycks and Gimpel 2017, arXiv 1610.02136).
Energy, highest logit, margin and limits by class were measured beside it (docs/decisions.md): none refused more of what
is unknown at the price of as few known clips.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.annotation.records import BACKGROUND_LABELS

Scores = npt.NDArray[np.floating]

KEPT_SHARE = 0.95
ENOUGH_CLIPS = 20  # so that the lowest of them is one of twenty
HIGHEST_LIMIT = 0.95  # a limit above refuses whatever sounds a little different from the clips held back
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Rejection:
    """The limit of a model, and what it does."""

    limit: float
    """Score that a class must reach to be named."""
    how: str = ""
    """What it was measured to do: shares of known clips refused and of unknown sounds named."""

    @property
    def sentence(self) -> str:
        """Return the rule in one sentence."""
        return f"What scores less than {self.limit:.2f} is called unknown."

    def refuses(self, scores: Scores, classes: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return which rows of scores, shape (windows, classes), are not named; backgrounds are never refused."""
        refused: npt.NDArray[np.bool_] = foreground(classes)[scores.argmax(axis=1)]
        refused &= scores.max(axis=1) < self.limit
        return refused


Named = tuple[str, float, str]
"""Label, score, and the class that was refused or ""."""


class Naming:
    """Says what windows are called."""

    def __init__(self, classes: Sequence[str], rejection: Rejection | None) -> None:
        self._classes = tuple(classes)
        self._rejection = rejection or Rejection(0.0)
        self._unknown = unknown_label(classes)

    def __call__(self, scores: Scores) -> Iterator[Named]:
        """Yield the name of each row of scores, shape (windows, classes); the rest of 1 is a refused one's score."""
        tops, highest = scores.argmax(axis=1).tolist(), scores.max(axis=1).tolist()
        refused = self._rejection.refuses(scores, self._classes).tolist()
        for top, score, is_refused in zip(tops, highest, refused, strict=True):
            label = self._classes[top]
            yield (self._unknown, 1 - score, label) if is_refused else (label, score, "")


def foreground(classes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which classes say that something of interest is there, shape (classes,)."""
    return np.array([name.lower() not in BACKGROUND_LABELS for name in classes])


def unknown_label(classes: Sequence[str]) -> str:
    """Return what refused windows are called: the class for it, where the model has one."""
    return next((name for name in classes if name.lower().strip("_") == UNKNOWN), UNKNOWN)


def fit_rejection(scores: Scores, targets: npt.NDArray[np.integer], classes: Sequence[str]) -> Rejection | None:
    """Return the limit for scores of clips held back, shape (clips, classes); None where too few are judged right.

    `targets` are their classes, as places among `classes`.
    """
    right = (scores.argmax(axis=1) == targets) & foreground(classes)[targets]
    if right.sum() < ENOUGH_CLIPS:
        return None
    reached = float(np.quantile(scores.max(axis=1)[right], 1 - KEPT_SHARE))
    return Rejection(round(min(reached, HIGHEST_LIMIT), 3))


def share_refused(
    rejection: Rejection, scores: Scores, targets: npt.NDArray[np.integer], classes: Sequence[str]
) -> float:
    """Return the share of known clips that are judged right but refused; 0 where none is judged right."""
    right = (scores.argmax(axis=1) == targets) & foreground(classes)[targets]
    return float(rejection.refuses(scores, classes)[right].mean()) if right.any() else 0.0


def share_named(rejection: Rejection, scores: Scores, classes: Sequence[str]) -> float:
    """Return the share of windows that are given a class, backgrounds aside: of sounds that are none of the classes."""
    return float((foreground(classes)[scores.argmax(axis=1)] & ~rejection.refuses(scores, classes)).mean())
