"""Heads that learn classes from a few vectors of each: ridge regression, or the nearest centroid. Numpy alone.

Both are fitted in closed form, and so is what they would say of each vector had it been left out: that chooses the
strength of the ridge, and the temperature that makes scores honest, without a clip to spare.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.errors import UserError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

STRENGTHS = np.logspace(-4, 2, 13)
TEMPERATURES = np.logspace(-2.5, 1, 71)
LEAST_SCORE = 1e-12
MOST_LEVERAGE = 1 - 1e-9


Fit = Callable[[npt.NDArray[np.floating], Sequence[str]], "FewShotHead"]


@dataclass(frozen=True, eq=False)
class FewShotHead:
    """Classes on top of vectors."""

    classes: tuple[str, ...]
    """Their names, sorted."""
    weights: Floats
    """Shape (width, classes)."""
    offsets: Floats
    """Shape (classes,)."""
    temperature: float
    """Logits are divided by it before the softmax."""

    def scores(self, vectors: npt.NDArray[np.floating]) -> Floats:
        """Return scores, shape (batch, classes), each row adding up to 1, of vectors of shape (batch, width)."""
        return _softmax((vectors @ self.weights + self.offsets) / self.temperature)

    def labels(self, vectors: npt.NDArray[np.floating]) -> list[str]:
        """Return the class with the highest score for each vector."""
        return [self.classes[place] for place in self.scores(vectors).argmax(axis=1)]


class WeightedRidge:
    """Ridge regression with an offset and weights of the rows, for many strengths by one decomposition."""

    def __init__(self, x: Floats, wanted: Floats, share: Floats) -> None:
        """Prepare for rows `x` and what is wanted of each; `share` are their weights, which add up to 1."""
        self._wanted, self._share = wanted, share
        self._middle, self._level = share @ x, share @ wanted
        self._root = np.sqrt(share)[:, None]
        rows, self._goals = (x - self._middle) * self._root, (wanted - self._level) * self._root
        self._left, self._sizes, self._right = np.linalg.svd(rows, full_matrices=False)
        self._turned = self._left.T @ self._goals

    @property
    def largest(self) -> float:
        """Return the largest variance in any direction: strengths are measured by it."""
        return float(self._sizes.max(initial=0.0)) ** 2 or 1.0

    def left_out(self, strength: float) -> Floats:
        """Return what would be said of each row had it been left out: its residual over one minus its leverage.

        R. M. Rifkin and R. A. Lippert, Notes on Regularized Least Squares, 2007. The offset has its part in it.
        """
        kept = self._sizes**2 / (self._sizes**2 + strength)
        leverage = (self._left**2 @ kept + self._share).clip(0, MOST_LEVERAGE)[:, None]
        residual = (self._goals - (self._left * kept) @ self._turned) / self._root
        said: Floats = self._wanted - residual / (1 - leverage)
        return said

    def solved(self, strength: float) -> tuple[Floats, Floats]:
        """Return weights, shape (width, classes), and offsets."""
        weights = self._right.T @ (self._turned * (self._sizes / (self._sizes**2 + strength))[:, None])
        return weights, self._level - self._middle @ weights


def fit_ridge(vectors: npt.NDArray[np.floating], labels: Sequence[str]) -> FewShotHead:
    """Return a head by ridge regression onto +1 and -1, every class with the same weight however many clips it has.

    Strength and temperature are those that lose least on rows left out. UserError where there are not two classes.
    """
    classes, targets = _classes_of(labels)
    share = _even_shares(targets)
    ridge = WeightedRidge(np.asarray(vectors, np.float64), 2.0 * np.eye(len(classes))[targets] - 1, share)
    strengths = [float(strength) for strength in STRENGTHS * ridge.largest]
    fits = [(*_honest(ridge.left_out(strength), targets, share), strength) for strength in strengths]
    _, temperature, strength = min(fits)
    return FewShotHead(classes, *ridge.solved(strength), temperature)


def fit_centroids(vectors: npt.NDArray[np.floating], labels: Sequence[str]) -> FewShotHead:
    """Return a head that compares with the mean direction of each class; it works from one clip a class on.

    UserError where there are not two classes.
    """
    classes, targets = _classes_of(labels)
    x = np.asarray(vectors, np.float64)
    sums = np.stack([x[targets == place].sum(axis=0) for place in range(len(classes))])
    said = x @ _directions(sums).T
    own = np.arange(len(x)), targets
    said[own] = (x * _directions(sums[targets] - x)).sum(axis=1)
    _, temperature = _honest(said, targets, _even_shares(targets))
    return FewShotHead(classes, _directions(sums).T, np.zeros(len(classes)), temperature)


def _classes_of(labels: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    classes = tuple(sorted(set(labels)))
    if len(classes) < 2:
        raise UserError("There is only one class, so there is nothing to tell apart; label clips of another one.")
    return classes, np.array([classes.index(label) for label in labels], np.int64)


def _even_shares(targets: Integers) -> Floats:
    """Return weights of the rows that add up to 1, and to the same for each class."""
    each: Floats = 1 / np.bincount(targets)[targets]
    shares: Floats = each / each.sum()
    return shares


def _honest(said: Floats, targets: Integers, share: Floats) -> tuple[float, float]:
    """Return the least log loss of what was said of vectors that were left out, and the temperature of it."""
    rows = np.arange(len(targets))
    losses = [
        -float(share @ np.log(np.maximum(_softmax(said / heat)[rows, targets], LEAST_SCORE))) for heat in TEMPERATURES
    ]
    best = int(np.argmin(losses))
    return losses[best], float(TEMPERATURES[best])


def _softmax(logits: Floats) -> Floats:
    shares: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _directions(rows: Floats) -> Floats:
    directions: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return directions
