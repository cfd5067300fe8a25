"""A queue of frames between one thread that fills it and one that empties it."""

import numpy as np
from numpy.typing import NDArray


class FrameFifo:
    """Holds up to `capacity` frames of float32, shape (frames, channels); positions count from the first frame ever.

    One thread writes and one reads, without a lock: each of the two counters is moved by one side only, after the
    samples it stands for were copied (an assignment of an int is atomic in Python). So an audio callback never waits.
    """

    def __init__(self, capacity: int, channels: int) -> None:
        self._frames: NDArray[np.float32] = np.zeros((capacity, channels), np.float32)
        self.written = 0
        """Frames ever written."""
        self.read = 0
        """Frames ever read."""

    @property
    def space(self) -> int:
        """Return how many frames can be written now."""
        return len(self._frames) - (self.written - self.read)

    @property
    def held(self) -> int:
        """Return how many frames can be read now."""
        return self.written - self.read

    def write(self, frames: NDArray[np.float32]) -> int:
        """Copy in as many of `frames` as there is space for and return how many."""
        count = min(self.space, len(frames))
        start = self.written % len(self._frames)
        head = min(count, len(self._frames) - start)
        self._frames[start : start + head] = frames[:head]
        self._frames[: count - head] = frames[head:count]
        self.written += count
        return count

    def read_into(self, out: NDArray[np.float32]) -> int:
        """Copy out as many frames as are held and fit, and return how many; the rest of `out` is left as it is."""
        count = min(self.held, len(out))
        start = self.read % len(self._frames)
        head = min(count, len(self._frames) - start)
        out[:head] = self._frames[start : start + head]
        out[head:count] = self._frames[: count - head]
        self.read += count
        return count
