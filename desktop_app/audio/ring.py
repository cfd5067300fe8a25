"""The newest sound of a stream that never ends, for one writer and any number of readers.

Every frame has a number, counted from the start of the stream, and keeps it for ever; the ring holds the last
`capacity` of them. Readers keep their own positions, so that a slow one loses sound of its own and of nobody else.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]


@dataclass(frozen=True)
class Piece:
    """What a reader got."""

    start: int
    """Number of the first frame in `frames`."""
    frames: Frames
    """A copy, shape (frames, channels); empty where nothing of what was asked for is there."""
    lost: int
    """Frames that were asked for and had been overwritten; they lie just before `start`."""

    @property
    def stop(self) -> int:
        """Return the number of the frame after the last one: where to read on."""
        return self.start + len(self.frames)


class RingBuffer:
    """Holds the last `capacity` frames of float32, shape (frames, channels).

    There is no lock, so the writer, an audio callback, never waits. It announces which frames it is about to overwrite
    before it touches them, and counts those it has written after that; a reader copies first and then looks whether
    what it copied was announced meanwhile. An assignment of an int is atomic in Python, and the order is kept because
    both sides hold the interpreter's lock where they touch the counters (the scheme is a sequence lock's).
    """

    def __init__(self, capacity: int, channels: int) -> None:
        """Allocate all memory at once, so that it does not grow while the ring fills."""
        self._frames: Frames = np.empty((capacity, channels), np.float32)
        self._frames.fill(0)
        self._announced = 0
        self._written = 0

    @property
    def capacity(self) -> int:
        """Return how many frames are held at most."""
        return len(self._frames)

    @property
    def channels(self) -> int:
        """Return the width of a frame."""
        return int(self._frames.shape[1])

    @property
    def written(self) -> int:
        """Return how many frames were ever written: the number of the next one."""
        return self._written

    @property
    def oldest(self) -> int:
        """Return the number of the oldest frame that is still whole."""
        return max(self._announced - len(self._frames), 0)

    def write(self, frames: Frames) -> None:
        """Copy frames in over the oldest ones; shape (frames, channels). One thread only; never waits."""
        announced = self._written + len(frames)
        self._announced = announced
        kept = frames[-len(self._frames) :]
        start = (announced - len(kept)) % len(self._frames)
        head = min(len(kept), len(self._frames) - start)
        self._frames[start : start + head] = kept[:head]
        self._frames[: len(kept) - head] = kept[head:]
        self._written = announced

    def read(self, start: int, most: int) -> Piece:
        """Return a copy of at most so many frames from number `start` on; what was overwritten is counted, not given.

        Any thread. Of frames that do not exist yet nothing is given.
        """
        stop = min(start + most, self._written)
        first = min(max(start, self.oldest), max(stop, start))
        frames = self._copy(first, stop)
        first_whole = min(max(first, self.oldest), max(stop, first))  # the writer may have overtaken the copying
        return Piece(first_whole, frames[first_whole - first :], first_whole - start)

    def _copy(self, start: int, stop: int) -> Frames:
        count = max(stop - start, 0)
        copied = np.empty((count, self.channels), np.float32)
        at = start % len(self._frames)
        head = min(count, len(self._frames) - at)
        copied[:head] = self._frames[at : at + head]
        copied[head:] = self._frames[: count - head]
        return copied
