"""The newest columns of a stream, spectrogram and envelope, computed as the sound comes: each column once or twice.

They are the columns that a file has (`audio.spectrogram`), on the same grid from frame 0 of the stream on. Those whose
windows reach beyond the newest frame show the newest window that is whole, and are computed again when more has come:
silence behind the newest frame would be a step, which sounds at all frequencies.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.audio.frame_source import Floats
from desktop_app.audio.peaks import sample_envelope
from desktop_app.audio.ring import RingBuffer
from desktop_app.audio.spectrogram import ColumnGrid, ColumnSpan, columns


@dataclass(frozen=True)
class RingSource:
    """The sound in a ring as a recording; what was overwritten is silence."""

    ring: RingBuffer
    """Where the sound is."""
    stop: int
    """Number of the frame after the last one that may be read."""
    margin: int = 0
    """Frames at the end that can be read, but at which nothing is to be centred."""

    @property
    def frames(self) -> int:
        """Return the length on which windows are centred."""
        return max(self.stop - self.margin, 0)

    @property
    def channels(self) -> int:
        """Return the width of a frame."""
        return self.ring.channels

    def read(self, start: int = 0, frames: int | None = None) -> Floats:
        """Return (frames, channels) from frame `start` on, short at the end."""
        most = max(self.stop - start, 0)
        piece = self.ring.read(start, most if frames is None else min(frames, most))
        if not piece.lost:
            return piece.frames
        return np.concatenate([np.zeros((piece.lost, self.channels), np.float32), piece.frames])


class RollingColumns:
    """Holds the last `width` columns of one level; column `j` lies at place `j % width`. One thread."""

    def __init__(self, ring: RingBuffer, grid: ColumnGrid, level: int, width: int) -> None:
        self.ring, self.grid, self.level, self.width = ring, grid, level, width
        self.hop = grid.hop(level)
        """Frames from one column to the next."""
        self.levels: npt.NDArray[np.uint16] = np.zeros((ring.channels, grid.bins, width), np.uint16)
        """Level indices, (channels, bins, width)."""
        self.envelope: Floats = np.full((width, ring.channels, 2), np.nan, np.float32)
        """Lowest and highest sample of each column, (width, channels, 2)."""
        self.frames = 0
        """Frames of the stream that the columns stand for."""
        self._settled = 0

    @property
    def stop(self) -> int:
        """Return the number of the column after the newest."""
        return self.grid.columns(self.level, self.frames)

    @property
    def first(self) -> int:
        """Return the number of the oldest column that is held and has sound."""
        oldest = -(-self.ring.oldest // self.hop)
        return min(max(self.stop - self.width, oldest), self.stop)

    def advance(self) -> range:
        """Take in the sound that has come, and return the numbers of the columns that are new or other than before."""
        self.frames = self.ring.written
        new = range(max(self._settled, self.first), self.stop)
        if new:
            source = RingSource(self.ring, self.frames, self.grid.window_frames // 2)
            places = self.places(new)
            self.levels[:, :, places] = self._levels(source, new)
            self.envelope[places] = self._envelope(source, new)
        complete = self.frames - self.grid.window_frames // 2 - self.hop // 2
        self._settled = max(min(complete // self.hop + 1, self.stop), 0)
        return new

    def places(self, numbers: range) -> npt.NDArray[np.int64]:
        """Return where columns lie."""
        return np.arange(numbers.start, numbers.stop) % self.width

    def _levels(self, source: RingSource, new: range) -> npt.NDArray[np.uint16]:
        """Return the levels of columns; those at the end that no whole window is centred on repeat the one before."""
        levels = columns(source, self.grid, ColumnSpan(self.level, new.start, len(new)))
        centred = self.grid.columns(self.level, source.frames) - new.start
        if 0 < centred < len(new):
            levels[:, :, centred:] = levels[:, :, centred - 1 : centred]
        elif centred <= 0:
            levels[:] = self.levels[:, :, (new.start - 1) % self.width, None]
        return levels

    def _envelope(self, source: RingSource, new: range) -> Floats:
        """Return minimum and maximum of the frames round each column."""
        begin = new.start * self.hop - self.hop // 2
        end = begin + len(new) * self.hop
        start = max(begin, 0)
        return sample_envelope(source.read(start, end - start), start, begin, end, len(new))
