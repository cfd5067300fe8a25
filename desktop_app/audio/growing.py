"""Files that are whole at every moment while they grow: a kill, a power cut or a full disk costs the last second.

Everything is written at once to the file itself, under its own name, and never held back; each second it is synced.
Headers are kept up to date from the outside, as libsndfile writes lengths only when a file is closed:

- WAV is written here. Its sizes follow the sound. Room for a `ds64` chunk is kept free, so that it turns into RF64
  where 4 GB are passed (EBU Tech 3306, section 3.5).
- FLAC is encoded by libsndfile, whose every write is one whole frame of the stream. The number of samples in STREAMINFO
  (RFC 9639, section 8.2), 0 while libFLAC does not know it, follows the frames.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import numpy as np

from desktop_app.audio.encoders import CheckedFile, EncodePlan, Frames, open_encoder, quantise

MOST_RIFF_BYTES = 2**32 - 2**16
"""From here on the sizes do not fit 32 bits."""
UNKNOWN_32 = 0xFFFF_FFFF
STREAMINFO_TOTAL_AT = 18
"""Place of the eight bytes that end in the 36 bits of the number of samples."""
LAST_BLOCK_AT = 10
"""Place of the largest block size."""
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


class GrowingFile(Protocol):
    """A recording in the making. One thread. Every method raises OSError where the disk refuses."""

    path: Path
    """The file."""

    @property
    def size_bytes(self) -> int:
        """Return its length."""

    def write(self, frames: Frames) -> None:
        """Add frames, shape (frames, channels), in [-1, 1]; what lies beyond is clipped."""

    def sync(self) -> None:
        """Make what was written so far survive a power cut."""

    def close(self) -> None:
        """Complete the file; after an error too, as far as it goes."""


def open_growing(path: Path, plan: EncodePlan) -> GrowingFile:
    """Begin a file that is not there yet, WAV or FLAC; OSError where the disk refuses, UserError where FLAC does.

    Where it cannot be begun, nothing of it is left.
    """
    raw = _create(path)
    try:
        return (GrowingFlac if plan.audio_format.name == "FLAC" else GrowingWav)(path, raw, plan)
    except BaseException:
        raw.close()
        path.unlink()
        raise


class GrowingWav:
    """WAV with 16 or 24 bits or floats; RF64 above 4 GB."""

    def __init__(self, path: Path, file: BinaryIO, plan: EncodePlan) -> None:
        self.path = path
        self.size_bytes = 0
        self._plan = plan
        self._float = plan.encodable.encoding == "PCM_F"
        self._block_bytes = plan.encodable.bits_per_sample // 8 * plan.channels
        self._file = file
        self._sound_at = len(self._header(0))
        self._sound_bytes = 0
        self._put(0, self._header(0))

    def write(self, frames: Frames) -> None:
        """Add frames, then their number."""
        data = self._encoded(np.clip(np.nan_to_num(frames), -1, 1))
        self._put(self._sound_at + self._sound_bytes, data)
        self._sound_bytes += len(data)
        self._put(0, self._header(self._sound_bytes))

    def sync(self) -> None:
        """Have the disk take everything."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Drop what is no whole frame, and pad the chunk."""
        try:
            self._file.truncate(self._sound_at + self._sound_bytes)
            if self._sound_bytes % 2:
                self._put(self._sound_at + self._sound_bytes, b"\0")
            self.sync()
        finally:
            self._file.close()

    def _put(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        _write_all(self._file, data)
        self.size_bytes = max(self.size_bytes, at + len(data))

    def _encoded(self, frames: Frames) -> bytes:
        bits = self._plan.encodable.bits_per_sample
        if self._float:
            return frames.astype("<f4").tobytes()
        steps = quantise(frames, bits).astype("<i4")
        return np.ascontiguousarray(steps).view(np.uint8).reshape(-1, 4)[:, 4 - bits // 8 :].tobytes()

    def _header(self, sound_bytes: int) -> bytes:
        """Return everything before the sound, of the same length whatever its size."""
        fmt, riff_bytes = self._fmt(), sound_bytes + sound_bytes % 2 + 4 + 36 + 8 + len(self._fmt()) + 8
        if riff_bytes <= MOST_RIFF_BYTES:
            begin = b"RIFF" + _number(riff_bytes) + b"WAVE" + b"JUNK" + _number(28) + bytes(28)
            sound = _number(sound_bytes)
        else:
            sizes = _number(riff_bytes, 8) + _number(sound_bytes, 8) + _number(sound_bytes // self._block_bytes, 8)
            begin = b"RF64" + _number(UNKNOWN_32) + b"WAVE" + b"ds64" + _number(28) + sizes + bytes(4)
            sound = _number(UNKNOWN_32)
        return begin + b"fmt " + _number(len(fmt)) + fmt + b"data" + sound

    def _fmt(self) -> bytes:
        """Return the body of the `fmt ` chunk, the extensible one where bits or channels are many."""
        channels, rate_hz, bits = self._plan.channels, self._plan.sample_rate_hz, self._plan.encodable.bits_per_sample
        kind = FLOAT if self._float else PCM
        extensible = channels > 2 or bits > 16
        speed = _number(rate_hz) + _number(rate_hz * self._block_bytes) + _number(self._block_bytes, 2)
        plain = _number(EXTENSIBLE if extensible else kind, 2) + _number(channels, 2) + speed + _number(bits, 2)
        if not extensible:
            return plain
        return plain + _number(22, 2) + _number(bits, 2) + _number(0) + _number(kind, 2) + _GUID_TAIL


class GrowingFlac:
    """FLAC with 16 or 24 bits."""

    def __init__(self, path: Path, file: BinaryIO, plan: EncodePlan) -> None:
        self.path = path
        self._file = _WholeFrames(file)
        self._encoder = open_encoder(CheckedFile(cast("BinaryIO", self._file), plan), plan)

    @property
    def size_bytes(self) -> int:
        """Return its length."""
        return self._file.end

    def write(self, frames: Frames) -> None:
        """Encode frames; libFLAC keeps those that do not fill a block, a tenth of a second at 48 kHz."""
        self._encoder.write(np.clip(np.nan_to_num(frames), -1, 1))
        self._file.count_frames()

    def sync(self) -> None:
        """Have the disk take everything."""
        os.fsync(self._file.raw.fileno())

    def close(self) -> None:
        """Encode the rest; after a full disk drop the frame that is no whole one."""
        try:
            self._encoder.close()
            self.sync()
        except OSError:
            with suppress(OSError):
                self._file.drop_rest()
            raise
        finally:
            self._file.raw.close()


class _WholeFrames:
    """The file below an encoder: it knows which of the writes are whole frames of a FLAC stream."""

    def __init__(self, raw: BinaryIO) -> None:
        self.raw = raw
        self.end = 0
        """Length of what was written whole."""
        self._flac_frames = 0

    def write(self, data: bytes) -> int:
        """Write all of it."""
        at = self.raw.tell()
        _write_all(self.raw, data)
        if at == self.end and data[:2] in (b"\xff\xf8", b"\xff\xf9"):
            self._flac_frames += 1
        self.end = max(self.end, at + len(data))
        return len(data)

    def read(self, size_bytes: int = -1) -> bytes:
        """Read back."""
        return self.raw.read(size_bytes)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move."""
        return self.raw.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self.raw.tell()

    def count_frames(self) -> None:
        """Write the number of samples in the frames so far into STREAMINFO."""
        at = self.raw.tell()
        self.raw.seek(LAST_BLOCK_AT)
        block_frames = int.from_bytes(self.raw.read(2))
        self.raw.seek(STREAMINFO_TOTAL_AT)
        packed = int.from_bytes(self.raw.read(8))
        total = min(self._flac_frames * block_frames, 2**36 - 1)
        self.raw.seek(STREAMINFO_TOTAL_AT)
        _write_all(self.raw, (packed >> 36 << 36 | total).to_bytes(8))
        self.raw.seek(at)

    def drop_rest(self) -> None:
        """Cut off what is behind the last whole frame, and count anew."""
        self.raw.truncate(self.end)
        self.count_frames()


def _create(path: Path) -> BinaryIO:
    """Open a new file, unbuffered: what was written survives the process."""
    return cast("BinaryIO", path.open("x+b", buffering=0))


def _write_all(file: BinaryIO, data: bytes) -> None:
    """Write all of it: a nearly full disk takes a part first, and says so only the next time."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def _number(value: int, size_bytes: int = 4) -> bytes:
    return value.to_bytes(size_bytes, "little")
