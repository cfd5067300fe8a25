"""Sound that a device never delivered, found by counting frames against the clock.

Drivers have a flag for it, but PulseAudio never raises it: 64 % of the sound was measured to be missing without one.
"""

from dataclasses import dataclass
from typing import Literal

INTERVAL_S = 1.0
"""How long the smallest lateness is looked for. Callbacks jitter by 20 ms, and under load come late in bursts; the one
that comes soonest is as late as the device's buffer makes it, to a millisecond."""
LEAST_GAP_S = 0.02
"""A rise of lateness below this is jitter."""
DRIFT = 0.001
"""What a sound card's clock may go wrong by; good ones keep to a tenth of it."""


GapKind = Literal["lost", "reported", "away"]
_CAUSES: dict[GapKind, str] = {
    "lost": "lost by the system",
    "reported": "reported by the driver",
    "away": "the microphone was away",
}


@dataclass(frozen=True)
class Gap:
    """Sound that is missing."""

    at_frame: int
    """Number of the first frame after it, in the ring."""
    frames: int
    """How much is missing, at the rate of the capture."""
    kind: GapKind
    """`lost`: by the system, found by counting, to about a second. `reported`: by the driver, which does not say how
    much. `away`: the device was gone; exactly here."""

    @property
    def cause(self) -> str:
        """Return what happened, for the person."""
        return _CAUSES[self.kind]


class FrameCount:
    """Compares frames with time. `count` is called by one thread, after each block; it computes and keeps numbers only.

    Lateness is the time that has gone by less the sound that has come. Within an interval the smallest one counts. A
    rise that two intervals in a row agree on is sound that is missing; one alone is a machine that was busy.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._started_s: float | None = None
        self._usual_s: float | None = None
        self._least_s = float("inf")
        self._interval_end_s = 0.0
        self._interval_frame = 0
        self._suspect_s: float | None = None
        self._suspect_frame = 0

    def count(self, written: int, now_s: float) -> Gap | None:
        """Take note that `written` frames have come by `now_s`, and return the gap that has become certain, if any."""
        if self._started_s is None:
            self._started_s = now_s - written / self._rate_hz
            self._begin_interval(written, now_s)
        self._least_s = min(self._least_s, now_s - self._started_s - written / self._rate_hz)
        if now_s < self._interval_end_s:
            return None
        gap = self._judge(self._least_s)
        self._begin_interval(written, now_s)
        return gap

    def _begin_interval(self, written: int, now_s: float) -> None:
        self._interval_end_s = now_s + INTERVAL_S
        self._interval_frame = written
        self._least_s = float("inf")

    def _judge(self, least_s: float) -> Gap | None:
        """Return a gap where the interval that ends is as late as the one before it, and later than usual."""
        usual_s = least_s if self._usual_s is None else self._usual_s
        if least_s - usual_s < LEAST_GAP_S:
            self._usual_s, self._suspect_s = min(least_s, usual_s + DRIFT * INTERVAL_S), None
            return None
        if self._suspect_s is None:
            self._suspect_s, self._suspect_frame = least_s, self._interval_frame
            return None
        missing_s = min(least_s, self._suspect_s) - usual_s
        frame, self._usual_s, self._suspect_s = self._suspect_frame, usual_s + missing_s, None
        return Gap(frame, round(missing_s * self._rate_hz), "lost")
