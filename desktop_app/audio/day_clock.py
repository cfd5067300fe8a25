"""Which time of day each frame of a stream sounded at, although the clocks of sound card and computer come apart.

Cards run up to 100 ppm fast or slow, ten seconds a day, and a computer in the field may learn the time of day hours
after it was switched on. So frames are counted from marks, and a new one is set where the count has left the clock.
"""

import logging
from bisect import bisect_right

COMPARED_S = 10.0
"""Sound between two comparisons. A busy computer hears of blocks seconds late, but hardly of all of them."""
TOLERANCE_S = 0.1
"""What the two may differ by: names of files hold whole seconds, and jitter must not shift events."""

_log = logging.getLogger(__name__)


class DayClock:
    """Maps frames to seconds since 1970. Changed by one thread at a time, read by any."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._marks: tuple[tuple[int, float], ...] = ()
        self._compared_frame = 0
        self._least_s = float("inf")

    def at_s(self, frame: int) -> float:
        """Return when a frame sounded; once `begin` was called."""
        marks = self._marks
        at_frame, at_s = marks[max(bisect_right(marks, (frame, float("inf"))) - 1, 0)]
        return at_s + (frame - at_frame) / self._rate_hz

    def begin(self, frame: int, at_s: float) -> None:
        """Count anew from a frame that sounded at this time."""
        self._marks = (*self._marks, (frame, at_s))
        self._compared_frame, self._least_s = frame, float("inf")

    def delay(self, frame: int, by_s: float) -> None:
        """Take note that frames from this one on sounded later, as sound before it is missing."""
        before = [mark for mark in self._marks if mark[0] < frame]
        after = [(at_frame, at_s + by_s) for at_frame, at_s in self._marks if at_frame > frame]
        self._marks = (*before, (frame, self.at_s(frame) + by_s), *after)

    def compare(self, frame: int, now_s: float) -> None:
        """Take note that the sound before a frame had come by `now_s`, and set the count right where it is off.

        Blocks may come late and never early, so the least lateness of some time is how far the count is off.
        """
        self._least_s = min(self._least_s, now_s - self.at_s(frame))
        if frame - self._compared_frame < COMPARED_S * self._rate_hz:
            return
        if abs(self._least_s) > TOLERANCE_S:
            _log.info("the time of day of frame %d is moved by %.3f s", frame, self._least_s)
            self.delay(frame, self._least_s)
        self._compared_frame, self._least_s = frame, float("inf")
