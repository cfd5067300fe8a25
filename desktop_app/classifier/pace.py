"""How often a stream can be judged on this machine: the hop grows before the lag does."""

from dataclasses import dataclass

from desktop_app.classifier.streaming import HOP_S

TOO_BUSY, IDLE_AGAIN = 0.7, 0.3
"""Share of the time spent judging: above the first the hop is doubled, below the second it would be halved."""
SMOOTHING = 0.1
"""Weight of a new measurement: some ten results set the pace."""
LEAST_MEASURED = 10
"""Results before the pace is changed, and changed again."""


@dataclass(frozen=True)
class Load:
    """What judging costs at one moment."""

    hop_s: float = HOP_S
    """From one window to the next."""
    real_time_factor: float = 0.0
    """Seconds of work for a second of sound."""
    lag_s: float = 0.0
    """Sound that has come and was not judged yet."""
    skipped_frames: int = 0
    """Sound that was passed over because there was no time for it."""


class Pace:
    """Chooses the hop from what results have cost: as wanted, or doubled as often as it takes. No clock."""

    def __init__(self, wanted_s: float, most_s: float) -> None:
        """Try to judge every `wanted_s`, and at least every `most_s`."""
        self._wanted_s, self._most_s = wanted_s, max(most_s, wanted_s)
        self.hop_s = wanted_s
        """From one window to the next."""
        self._cost_s: float | None = None
        self._measured = 0

    @property
    def real_time_factor(self) -> float:
        """Return the seconds of work for a second of sound, at the present hop."""
        return (self._cost_s or 0.0) / self.hop_s

    def note(self, took_s: float, results: int) -> bool:
        """Take note of what some results cost, and return whether the hop has changed."""
        if not results:
            return False
        cost_s = took_s / results
        weight = 1.0 if self._cost_s is None else min(SMOOTHING * results, 1.0)
        self._cost_s = cost_s if self._cost_s is None else self._cost_s + weight * (cost_s - self._cost_s)
        self._measured += results
        if self._measured < LEAST_MEASURED:
            return False
        before_s, self.hop_s = self.hop_s, self._chosen()
        if self.hop_s != before_s:
            self._measured = 0
        return self.hop_s != before_s

    def _chosen(self) -> float:
        if self.real_time_factor > TOO_BUSY:
            return min(2 * self.hop_s, self._most_s)
        shorter_s = max(self.hop_s / 2, self._wanted_s)
        if shorter_s < self.hop_s and (self._cost_s or 0.0) / shorter_s < IDLE_AGAIN:
            return shorter_s
        return self.hop_s
