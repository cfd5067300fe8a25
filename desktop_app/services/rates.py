"""How fast a job goes, smoothed so that the time left does not jump about."""

import math

SMOOTHING_S = 4.0
"""Time constant: a change of speed is mostly shown after this long."""


class RateMeter:
    """Exponentially weighted speed of a growing count; pauses are taken out of the clock."""

    def __init__(self) -> None:
        self._done = 0.0
        self._at_s: float | None = None
        self._rate = 0.0
        self._weight = 0.0
        self._paused_at_s: float | None = None

    def rate(self, done: float, at_s: float) -> float:
        """Return the speed in counts per second after `done` was reached at clock time `at_s`."""
        if self._at_s is None or done < self._done:
            self._done, self._at_s = done, at_s
            return self._smoothed()
        step_s = at_s - self._at_s
        if step_s > 0:
            share = 1 - math.exp(-step_s / SMOOTHING_S)
            self._rate += share * ((done - self._done) / step_s - self._rate)
            self._weight += share * (1 - self._weight)
            self._done, self._at_s = done, at_s
        return self._smoothed()

    def pause(self, at_s: float) -> None:
        """Stop the clock."""
        if self._paused_at_s is None:
            self._paused_at_s = at_s

    def resume(self, at_s: float) -> None:
        """Let the clock go on from where it stopped."""
        if self._paused_at_s is not None and self._at_s is not None:
            self._at_s += at_s - self._paused_at_s
        self._paused_at_s = None

    def _smoothed(self) -> float:
        """Return the rate without the pull of the zero that it started from (as Adam's bias correction does)."""
        return self._rate / self._weight if self._weight > 0 else 0.0
