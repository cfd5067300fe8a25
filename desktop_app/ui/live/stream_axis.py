"""Where frames of a stream lie on the screen, and the round times of day among them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, takewhile

from desktop_app.audio.gaps import Gap
from desktop_app.ui.ticks import time_step

Clock = Callable[[int], float]
"""Returns when a frame sounded, in seconds since 1970."""

LATE_S = 10.0
"""Gaps stand in the order in which they were noted, which takes some seconds of one that is found by counting."""
LENGTH_SHARE = 0.75
"""Of the room of a tick, what the length of a gap needs on both sides."""


@dataclass(frozen=True)
class StreamAxis:
    """A stretch of columns with the newest at the right edge."""

    columns: range
    """Numbers of the columns from edge to edge; there need not be sound in the first ones."""
    hop: int
    """Frames from one column to the next."""
    sample_rate_hz: int
    left: float
    """First pixel."""
    width: float
    """Pixels."""

    @property
    def newest_frame(self) -> int:
        """Return the frame at the right edge."""
        return self.columns.stop * self.hop - self.hop // 2

    @property
    def oldest_frame(self) -> int:
        """Return the frame at the left edge, below 0 where the stream is younger than the screen is wide."""
        return self.columns.start * self.hop - self.hop // 2

    @property
    def span_s(self) -> float:
        """Return how much sound is in sight."""
        return len(self.columns) * self.hop / self.sample_rate_hz

    def x(self, frame: float) -> float:
        """Return where a frame lies."""
        share = (frame - self.oldest_frame) / max(self.newest_frame - self.oldest_frame, 1)
        return self.left + share * self.width

    def frame(self, x: float) -> int:
        """Return which frame lies somewhere."""
        share = (x - self.left) / max(self.width, 1)
        return round(self.oldest_frame + share * (self.newest_frame - self.oldest_frame))

    def ticks(self, clock: Clock, gaps: tuple[Gap, ...], spacing: float) -> list[tuple[float, str]]:
        """Return places and words of round times of day at least `spacing` pixels apart; none inside a gap, or
        where the length of one stands."""
        step_s = max(time_step(self.span_s, self.width / spacing), 1.0)
        inside = sorted({gap.at_frame for _, gap in self.gaps(gaps) if gap.at_frame < self.newest_frame})
        edges = [max(self.oldest_frame, 0), *inside, self.newest_frame]
        lengths = [x for x, _ in self.gaps(gaps)]
        ticks: list[tuple[float, str]] = []
        for begin, end in pairwise(edges):
            begin_s, rate_hz = clock(begin), self.sample_rate_hz
            first, last = math.ceil(begin_s / step_s), math.ceil((begin_s + (end - begin) / rate_hz) / step_s)
            for at_s in (number * step_s for number in range(first, last)):
                place = self.x(begin + (at_s - begin_s) * rate_hz)
                if all(abs(place - x) >= LENGTH_SHARE * spacing for x in lengths):
                    ticks.append((place, f"{datetime.fromtimestamp(at_s):%H:%M:%S}"))
        return ticks

    def gaps(self, gaps: tuple[Gap, ...]) -> list[tuple[float, Gap]]:
        """Return the gaps in sight and where they lie; hours of others are not looked at."""
        noted = takewhile(lambda gap: gap.at_frame > self.oldest_frame - LATE_S * self.sample_rate_hz, reversed(gaps))
        return [(self.x(gap.at_frame), gap) for gap in noted if gap.at_frame > self.oldest_frame][::-1]


def gap_words(gap: Gap, sample_rate_hz: int) -> str:
    """Return how much is missing: 0.35 s missing; of what a driver only reports, that."""
    return f"{gap.frames / sample_rate_hz:.2f} s missing" if gap.frames else "sound lost"
