"""Keep what was decoded, for formats in which no position can be reached exactly (WMA, AMR-WB, broken streams)."""

import tempfile
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import UserError

Samples = NDArray[np.float32]

_MEMORY_BYTES = 32 * 1024 * 1024
_BLOCK_FRAMES = 65_536


class Decoder(Protocol):
    """What gives the frames of one recording. For one thread at a time."""

    @property
    def notes(self) -> Sequence[str]:
        """Return sentences about damage that was met so far."""

    def read(self, start: int, frames: int) -> Samples:
        """Return the frames from `start` on, shape (frames, channels); fewer only where the readable sound ends."""

    def count(self) -> int:
        """Return the exact number of frames; may have to decode everything."""

    def close(self) -> None:
        """Give back files and memory."""


class CachedDecoder:
    """Decode forwards, as far as was asked for, and keep it: in memory up to 32 MiB, then in a temporary file."""

    def __init__(self, inner: Decoder, channels: int) -> None:
        """Read `inner` from its start only."""
        self._inner = inner
        self._channels = channels
        self._frame_bytes = 4 * channels
        self._store = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 (closed by close)
        self._decoded = 0
        self._complete = False

    @property
    def notes(self) -> Sequence[str]:
        """Return what the decoder met so far."""
        return self._inner.notes

    def read(self, start: int, frames: int) -> Samples:
        """Return the frames from `start` on; decodes up to their end if that was not done yet."""
        self._decode_to(start + frames)
        count = max(0, min(frames, self._decoded - start))
        self._store.seek(start * self._frame_bytes)
        raw = self._store.read(count * self._frame_bytes)
        return np.frombuffer(bytearray(raw), np.float32).reshape(-1, self._channels)

    def count(self) -> int:
        """Decode the rest and return the number of frames."""
        self._decode_to(1 << 62)
        return self._decoded

    def close(self) -> None:
        """Throw away what was kept."""
        self._store.close()
        self._inner.close()

    def _decode_to(self, stop: int) -> None:
        while not self._complete and self._decoded < stop:
            block = self._inner.read(self._decoded, _BLOCK_FRAMES)
            try:
                self._store.seek(self._decoded * self._frame_bytes)
                self._store.write(np.ascontiguousarray(block).tobytes())
            except OSError as error:
                raise UserError(
                    "There is no room for the decoded sound: free some space in the folder for temporary files."
                ) from error
            self._decoded += len(block)
            self._complete = len(block) < _BLOCK_FRAMES
