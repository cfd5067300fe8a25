"""Change of sample rate, by the SoX resampler (soxr): at once or as a stream, with the same result."""

import numpy as np
import numpy.typing as npt
import soxr

QUALITY = "HQ"  # 20 bit: its stop band lies below the noise of 16-bit recordings, at about twice the speed of VHQ


def resample(frames: npt.NDArray[np.float32], from_hz: int, to_hz: int) -> npt.NDArray[np.float32]:
    """Return the same sound at another sample rate, shape (frames, channels); (frames,) stays (frames,).

    Linear phase: nothing moves in time. There are round(frames * to_hz / from_hz) frames, give or take one at exact
    halves. Where both rates are equal the frames come back as they are. Safe in any thread.
    """
    frames = np.ascontiguousarray(frames, dtype=np.float32)
    if from_hz == to_hz or not len(frames):
        return frames
    return np.ascontiguousarray(soxr.resample(frames, from_hz, to_hz, quality=QUALITY), dtype=np.float32)


class StreamResampler:
    """Resample a recording block by block, in bounded memory; the blocks join to what `resample` returns.

    One object is one pass over one sound, used by one thread at a time.
    """

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        self._stream = None
        if from_hz != to_hz:
            self._stream = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality=QUALITY)

    def push(self, frames: npt.NDArray[np.float32], last: bool = False) -> npt.NDArray[np.float32]:
        """Take the next block, shape (frames, channels), and return what is ready, which may be nothing.

        The last block (it may be empty) flushes the rest; nothing can be pushed after it.
        """
        frames = np.ascontiguousarray(frames, dtype=np.float32)
        if self._stream is None:
            return frames
        return np.asarray(self._stream.resample_chunk(frames, last=last), dtype=np.float32)
