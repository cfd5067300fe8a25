"""Where a wave crosses zero: the places to cut at without a click."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


def nearest_zero(samples: Samples, at: float, reach: float) -> float | None:
    """Return the place nearest to `at` where the line through the samples of one channel is zero.

    Places count in frames from the first sample and may lie between two; the nearer one when rounded is the quieter
    sample of the two. Shape (frames,). None where there is no zero within `reach` frames, to the left before to the
    right where both are as near. In silence `at` itself is returned.
    """
    first = max(int(np.floor(at - reach)), 0)
    lanes = samples[first : max(int(np.ceil(at + reach)) + 1, 0)].astype(np.float64)
    if not len(lanes):
        return None
    zeros = _zeros(lanes, at - first) + first
    nearest = float(zeros[np.argmin(np.abs(zeros - at))]) if len(zeros) else None
    return nearest if nearest is not None and abs(nearest - at) <= reach else None


def _zeros(samples: npt.NDArray[np.float64], at: float) -> npt.NDArray[np.float64]:
    """Return the zeros of the line through samples in order, of a stretch of silence the place nearest to `at`."""
    on_samples = np.flatnonzero(samples == 0.0).astype(np.float64)
    left, right = samples[:-1], samples[1:]
    before = np.flatnonzero(np.sign(left) * np.sign(right) < 0)
    between = before + left[before] / (left[before] - right[before])
    silent = np.flatnonzero((left == 0.0) & (right == 0.0))
    within = np.clip(at, silent, silent + 1.0)
    return np.unique(np.concatenate([on_samples, between, within]))
