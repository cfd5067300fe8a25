"""Decode with libsndfile, where its seeks are exact."""

from typing import BinaryIO, Literal, cast

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from desktop_app.audio.byte_source import ByteSource
from desktop_app.audio.headers.header import Header
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

    def __init__(self, source: ByteSource, preroll_frames: int = 0) -> None:
        """Open the file; UserError if libsndfile refuses it."""
        self._source = source
        self._preroll = preroll_frames
        self._opened = open_soundfile(source)
        self._at = 0
        self.notes: list[str] = []

    def read(self, start: int, frames: int) -> Samples:
        """Return the frames from `start` on; fewer where the data ends. Raises one of SOUNDFILE_ERRORS on damage."""
        return cast(Samples, self._read(start, frames, "float32"))

    def read_int16(self, start: int, frames: int) -> NDArray[np.int16]:
        """Return the same frames as they are stored, for encodings of 16 bits or fewer."""
        return cast(NDArray[np.int16], self._read(start, frames, "int16"))

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
