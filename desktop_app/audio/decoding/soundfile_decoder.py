"""Decode with libsndfile, where its seeks are exact."""

from typing import BinaryIO, Literal, cast

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers.header import Header
from desktop_app.errors import UserError

Samples = NDArray[np.float32]

SOUNDFILE_ERRORS = (sf.SoundFileError, TypeError, ValueError, MemoryError)
_CONTAINERS = {"WAVEX": "WAV", "NIST": "SPH"}
_ENCODINGS = {
    "FLOAT": ("PCM_F", 32),
    "DOUBLE": ("PCM_F", 64),
    "ULAW": ("ULAW", 8),
    "ALAW": ("ALAW", 8),
    "GSM610": ("GSM", 0),
}
_MPEG_LAYERS = {"MPEG_LAYER_I": "MP1", "MPEG_LAYER_II": "MP2", "MPEG_LAYER_III": "MP3"}
# A count above this is a header's lie or "unknown": 2^40 frames are a year at 32 kHz.
_MOST_FRAMES = 1 << 40
_SKIP_FRAMES = 65_536
# libsndfile loses its place in the last packet of an Opus file when two reads share it, so one read takes all of the
# last quarter of a second (the longest packet has 0.12 s).
_ENDINGS_PER_S = 4


def open_soundfile(source: ByteSource) -> sf.SoundFile:
    """Return the opened file; UserError if libsndfile refuses it. What a file object raised comes through."""
    try:
        opened = sf.SoundFile(cast(BinaryIO, source.for_soundfile()))
    except SOUNDFILE_ERRORS as error:
        source.check()
        raise UserError(f"“{source.name}” cannot be read: its header is damaged or of an unknown kind.") from error
    try:
        source.check()
    except BaseException:
        opened.close()
        raise
    return opened


def describe(source: ByteSource) -> tuple[Header, bool]:
    """Return what libsndfile says of a file and whether it can seek in it; UserError if it refuses."""
    with open_soundfile(source) as opened:
        encoding, bits = encoding_of(opened.subtype)
        frames = opened.frames if 0 <= opened.frames < _MOST_FRAMES else None
        header = Header(
            container=_CONTAINERS.get(opened.format, opened.format),
            encoding=encoding,
            sample_rate_hz=opened.samplerate,
            channels=opened.channels,
            bits_per_sample=bits,
            frames=frames,
            tags={name: text for name, text in opened.copy_metadata().items() if text},
        )
        return header, bool(opened.seekable())


def encoding_of(subtype: str) -> tuple[str, int]:
    """Return torchaudio's word and the bits per sample for one of libsndfile's subtypes."""
    if subtype in _ENCODINGS:
        return _ENCODINGS[subtype]
    kind, _, detail = subtype.rpartition("_")
    if kind == "PCM":
        return ("PCM_U", 8) if detail == "U8" else ("PCM_S", int(detail.lstrip("S")))
    if kind in ("ALAC", "DWVW"):
        return kind, int(detail) if detail.isdigit() else 0
    if "ADPCM" in subtype or kind in ("G721", "G723"):
        return "ADPCM", 0
    return _MPEG_LAYERS.get(subtype, subtype if subtype in ("VORBIS", "OPUS") else "UNKNOWN"), 0


class SoundfileDecoder:
    """A file that libsndfile decodes, kept open between reads."""

    def __init__(self, source: ByteSource, preroll_frames: int = 0, grid_frames: int = 0) -> None:
        """Open the file; UserError if libsndfile refuses it. The two numbers mean what they mean in `Route`."""
        self._source = source
        self._preroll = preroll_frames
        self._grid = grid_frames
        self._opened = open_soundfile(source)
        self._at = 0
        self._cell = 0
        self._ending: Samples | None = None
        self.notes: list[str] = []

    def read(self, start: int, frames: int) -> Samples:
        """Return the frames from `start` on; fewer where the data ends. Raises one of SOUNDFILE_ERRORS on damage."""
        if not self._grid:
            return cast(Samples, self._read(start, frames, "float32"))
        stop = start + frames
        ending_at = max(0, self._opened.frames - self._opened.samplerate // _ENDINGS_PER_S)
        before = self._read_cells(start, min(stop, ending_at))
        if stop <= ending_at or start + len(before) < min(ending_at, stop):
            return before
        if self._ending is None:
            self._go_to(ending_at)
            self._ending = cast(Samples, self._read(ending_at, self._opened.frames - ending_at, "float32"))
        return np.concatenate((before, self._ending[max(start - ending_at, 0) : stop - ending_at]))

    def _read_cells(self, start: int, stop: int) -> Samples:
        """Return the frames up to `stop`, each from a decoder that started at the beginning of its grid cell."""
        pieces: list[Samples] = [np.empty((0, self._opened.channels), np.float32)]
        position = start
        while position < stop:
            self._go_to(position)
            wanted = min(stop, (self._cell + 1) * self._grid) - position
            pieces.append(cast(Samples, self._read(position, wanted, "float32")))
            position += len(pieces[-1])
            if len(pieces[-1]) < wanted:
                break
        return np.concatenate(pieces)

    def read_int16(self, start: int, frames: int) -> NDArray[np.int16]:
        """Return the same frames as they are stored, for encodings of 16 bits or fewer."""
        return cast(NDArray[np.int16], self._read(start, frames, "int16"))

    def _go_to(self, position: int) -> None:
        """Make `position` the next to be read, decoding from the start of its cell or onwards from where it stands."""
        cell = position // self._grid
        if cell != self._cell or position < self._at:
            self._cell = cell
            self._at = max(0, cell * self._grid - self._preroll)
            self._opened.seek(self._at)
        while self._at < position and len(self._read(self._at, min(position - self._at, _SKIP_FRAMES), "float32")):
            pass

    def _read(
        self, start: int, frames: int, dtype: Literal["float32", "int16"]
    ) -> NDArray[np.float32] | NDArray[np.int16]:
        early = 0
        if start != self._at:
            early = min(self._preroll, start)
            self._opened.seek(start - early)
        got = self._opened.read(frames + early, dtype=dtype, always_2d=True)
        self._source.check()
        self._at = start - early + len(got)
        return cast(NDArray[np.float32], got[early:])

    def count(self) -> int:
        """Return libsndfile's count."""
        return int(self._opened.frames)

    def close(self) -> None:
        """Close the file."""
        self._opened.close()
