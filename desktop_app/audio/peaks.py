"""The waveform of a recording of any length as a pyramid of minima and maxima, built once and kept on disk.

The base level holds the lowest and highest sample of each channel in every block of frames; each further level joins
four blocks of the one below. A block has 256 frames, doubled until the recording has at most a million blocks, so
memory stays near 11 MB a channel however long the recording is or claims to be.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BLOCK_FRAMES = 256
MAX_BLOCKS = 1 << 20
LEVEL_FACTOR = 4
READ_FRAMES = 1 << 20


class BlockSource(Protocol):
    """What a pyramid is built from; `audio.reader.Reader` is one."""

    @property
    def frames(self) -> int:
        """Return the length."""

    @property
    def channels(self) -> int:
        """Return the number of channels."""

    def peak_blocks(self, block_frames: int = 65_536) -> Iterator[npt.NDArray[np.int16] | Floats]:
        """Yield the recording as (frames, channels) blocks, int16 of full scale 32,768 or float32 of full scale 1."""


class PeakPyramid:
    """Minima and maxima of one recording. One thread fills it in order, others may read what is covered."""

    def __init__(self, frames: int, channels: int) -> None:
        self.frames = frames
        self.channels = channels
        self.block_frames = block_frames_for(frames)
        self.covered_frames = 0
        """How much of the recording is in; grows while the pyramid is built."""
        self._levels: list[Floats] = [np.full(self.base_shape(frames, channels), np.nan, np.float32)]
        while self._levels[-1].shape[2] > LEVEL_FACTOR:
            self._levels.append(np.full((2, channels, -(-self._levels[-1].shape[2] // LEVEL_FACTOR)), np.nan, "f4"))
        self._rest: Floats | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether every frame is covered."""
        return self.covered_frames >= self.frames

    @property
    def base(self) -> Floats:
        """Return the finest level, (minimum and maximum, channels, blocks)."""
        return self._levels[0]

    @staticmethod
    def base_shape(frames: int, channels: int) -> tuple[int, int, int]:
        """Return the shape of the finest level of a recording."""
        return 2, channels, -(-frames // block_frames_for(frames))

    @classmethod
    def from_base(cls, base: Floats, frames: int) -> "PeakPyramid":
        """Return the complete pyramid over a base level that an earlier one had."""
        pyramid = cls(frames, base.shape[1])
        if base.shape != pyramid.base.shape:
            raise ValueError(f"{frames} frames have no base level of shape {base.shape}")
        pyramid._levels[0] = base
        pyramid._raise_levels(0, base.shape[2])
        pyramid.covered_frames = frames
        return pyramid

    def push(self, frames: npt.NDArray[np.generic], scale: float = 1.0) -> None:
        """Append the next frames, (frames, channels); `scale` turns integers into full scale 1.

        Frames beyond the announced length are dropped.
        """
        room = self.frames - self.covered_frames - (0 if self._rest is None else len(self._rest))
        frames = frames[:room]
        if self._rest is not None:
            frames, scale = np.concatenate([self._rest, _scaled(frames, scale)]), 1.0
        whole = len(frames) // self.block_frames
        at = self.covered_frames // self.block_frames
        self._set_blocks(at, frames[: whole * self.block_frames], scale)
        rest = frames[whole * self.block_frames :]
        self._rest = _scaled(rest, scale) if len(rest) else None
        self.covered_frames += whole * self.block_frames
        if self._rest is not None and self.covered_frames + len(self._rest) == self.frames:
            self.finish()

    def finish(self) -> None:
        """Take in the last, shorter block; what the source did not deliver is silence."""
        if self._rest is not None:
            at = self.covered_frames // self.block_frames
            self.base[0, :, at] = self._rest.min(axis=0)
            self.base[1, :, at] = self._rest.max(axis=0)
            self.covered_frames += len(self._rest)
            self._raise_levels(at, at + 1)
            self._rest = None
        missing = -(-self.covered_frames // self.block_frames)
        if missing < self.base.shape[2]:
            self.base[:, :, missing:] = 0
            self._raise_levels(missing, self.base.shape[2])
        self.covered_frames = self.frames

    def envelope(self, start: float, stop: float, columns: int) -> Floats:
        """Return minimum and maximum of `columns` equal stretches of frames `start` to `stop`.

        Shape (columns, channels, 2), NaN outside of what is covered. Each block counts in exactly one column, so a
        column's edge is off by at most half a column; where columns are shorter than a block they repeat it.
        """
        width = (stop - start) / columns
        level = self._level_for(width)
        size = self.block_frames * LEVEL_FACTOR**level
        data = self._levels[level]
        places = np.linspace(start, stop, columns + 1)
        edges = np.rint(places / size) if width >= size else np.floor(places / size)
        beyond = places >= self.frames
        edges[beyond] = np.maximum(edges[beyond], data.shape[2])  # the last block may be shorter than half a block
        return reduce_columns(data, edges.astype(np.int64))

    def _level_for(self, width: float) -> int:
        level = 0
        while level + 1 < len(self._levels) and self.block_frames * LEVEL_FACTOR ** (level + 1) <= width:
            level += 1
        return level

    def _set_blocks(self, at: int, frames: npt.NDArray[np.generic], scale: float) -> None:
        if not len(frames):
            return
        lanes = np.ascontiguousarray(frames.T).reshape(self.channels, -1, self.block_frames)
        stop = at + lanes.shape[1]
        self.base[0, :, at:stop] = lanes.min(axis=2)
        self.base[1, :, at:stop] = lanes.max(axis=2)
        if scale != 1.0:
            self.base[:, :, at:stop] *= np.float32(scale)
        self._raise_levels(at, stop)

    def _raise_levels(self, begin: int, end: int) -> None:
        """Bring the levels above up to date with base blocks `begin` to `end`."""
        for below, above in zip(self._levels[:-1], self._levels[1:], strict=True):
            begin, end = begin // LEVEL_FACTOR, -(-end // LEVEL_FACTOR)
            part = below[:, :, begin * LEVEL_FACTOR : end * LEVEL_FACTOR]
            lack = (end - begin) * LEVEL_FACTOR - part.shape[2]
            if lack:
                part = np.pad(part, ((0, 0), (0, 0), (0, lack)), constant_values=np.nan)
            part = part.reshape(2, self.channels, -1, LEVEL_FACTOR)
            above[0, :, begin:end] = np.fmin.reduce(part[0], axis=2)
            above[1, :, begin:end] = np.fmax.reduce(part[1], axis=2)


def _scaled(frames: npt.NDArray[np.generic], scale: float) -> Floats:
    scaled: Floats = np.multiply(frames, scale, dtype=np.float32)
    return scaled


def block_frames_for(frames: int) -> int:
    """Return the frames behind one base block of a recording."""
    size = BLOCK_FRAMES
    while frames > size * MAX_BLOCKS:
        size *= 2
    return size


def reduce_columns(data: Floats, edges: npt.NDArray[np.int64]) -> Floats:
    """Return (columns, channels, 2): minima and maxima of `data` (2, channels, blocks) between neighbouring `edges`.

    An empty column takes the block at its edge; columns outside of the data are NaN.
    """
    columns, blocks = len(edges) - 1, data.shape[2]
    out = np.full((columns, data.shape[1], 2), np.nan, np.float32)
    inside = np.flatnonzero((edges[:-1] < blocks) & (np.maximum(edges[1:], edges[:-1] + 1) > 0))
    if not len(inside) or not blocks:
        return out
    starts = np.clip(edges[:-1][inside], 0, blocks - 1)
    end = min(max(int(edges[inside[-1] + 1]), int(starts[-1]) + 1), blocks)
    piece, starts = data[:, :, starts[0] : end], starts - starts[0]
    out[inside, :, 0] = np.fmin.reduceat(piece[0], starts, axis=1).T
    out[inside, :, 1] = np.fmax.reduceat(piece[1], starts, axis=1).T
    return out


def sample_envelope(samples: Floats, first: int, start: float, stop: float, columns: int) -> Floats:
    """Return the envelope (columns, channels, 2) of `samples` (frames, channels) that begin at frame `first`.

    Like `PeakPyramid.envelope`, exact to the frame; NaN outside of the samples.
    """
    edges = np.ceil(np.linspace(start, stop, columns + 1)).astype(np.int64) - first
    lanes = np.ascontiguousarray(samples.T)
    return reduce_columns(np.stack([lanes, lanes]), edges)


def build_peaks(source: BlockSource, pyramid: PeakPyramid) -> Iterator[int]:
    """Fill `pyramid` from `source` and yield the covered frames after each block; close the iterator to stop early."""
    for block in source.peak_blocks(READ_FRAMES):
        pyramid.push(block, 1 / 32_768 if block.dtype == np.int16 else 1.0)
        yield pyramid.covered_frames
    pyramid.finish()
    yield pyramid.covered_frames
