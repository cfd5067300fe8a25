"""Where frames of a stream lie on the screen, and the round times of day among them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from desktop_app.audio.gaps import Gap
from desktop_app.ui.ticks import time_step

Clock = Callable[[int], float]
"""Returns when a frame sounded, in seconds since 1970."""
SAME_S = 0.001


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

    def ticks(self, clock: Clock, spacing: float) -> list[tuple[float, str]]:
        """Return places and words of round times of day at least `spacing` pixels apart; none inside a gap."""
        step_s = max(time_step(self.span_s, self.width / spacing), 1.0)
        newest_s = clock(self.newest_frame)
        oldest_frame = max(self.oldest_frame, 0)
        ticks: list[tuple[float, str]] = []
        at_s = newest_s // step_s * step_s
        while at_s >= newest_s - self.span_s and (frame := self._frame_at(at_s, clock)) >= oldest_frame:
            if abs(clock(frame) - at_s) < SAME_S + 1 / self.sample_rate_hz:
                ticks.append((self.x(frame), f"{datetime.fromtimestamp(at_s):%H:%M:%S}"))
            at_s -= step_s
        return ticks

    def gaps(self, gaps: tuple[Gap, ...]) -> list[tuple[float, Gap]]:
        """Return the gaps in sight and where they lie."""
        return [(self.x(gap.at_frame), gap) for gap in gaps if gap.at_frame > self.oldest_frame]

    def _frame_at(self, at_s: float, clock: Clock) -> int:
        """Return the frame that sounded at a time: counted back from now, then mended by the gaps between."""
        frame = self.newest_frame
        for _ in range(3):
            frame = max(frame + round((at_s - clock(frame)) * self.sample_rate_hz), 0)
        return frame


def gap_words(gap: Gap, sample_rate_hz: int) -> str:
    """Return how much is missing: 0.35 s missing; of what a driver only reports, that."""
    return f"{gap.frames / sample_rate_hz:.2f} s missing" if gap.frames else "sound lost"
