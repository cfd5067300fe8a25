"""Turn blocks of samples into the bytes of a file: libsndfile for most formats, FFmpeg (PyAV) for M4A and AMR."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Protocol, cast

import numpy as np
import numpy.typing as npt
import soundfile as sf

from desktop_app.audio.formats import AudioFormat, Encodable
from desktop_app.errors import UserError

if TYPE_CHECKING:
    import av  # imported below by who encodes with it: it costs the window's start 40 ms

Frames = npt.NDArray[np.float32]

LARGEST_FILE_BYTES = dict.fromkeys(("WAV", "AMB", "AIFF", "AU", "HTK"), 2**32 - 2**16)
"""Formats whose headers count in 32 bits."""

HIGHEST_RATE_HZ = {"VORBIS": 200_000, "FLAC": 655_350}
"""Where the encoders end; libsndfile 1.2.2 crashes on closing an Ogg file whose Vorbis encoder refused its rate."""

_SUBTYPES = {
    ("PCM_S", 8): "PCM_S8",
    ("PCM_U", 8): "PCM_U8",
    ("PCM_F", 32): "FLOAT",
    ("PCM_F", 64): "DOUBLE",
    ("FLAC", 8): "PCM_S8",
    ("GSM", 0): "GSM610",
    ("MP3", 0): "MPEG_LAYER_III",
    **{("PCM_S", bits): f"PCM_{bits}" for bits in (16, 24, 32)},
    **{("FLAC", bits): f"PCM_{bits}" for bits in (16, 24)},
    **{("ALAC", bits): f"ALAC_{bits}" for bits in (16, 24, 32)},
    **{(law, 8): law for law in ("ULAW", "ALAW")},
    **{(codec, 0): codec for codec in ("VORBIS", "OPUS")},
}
# Compression 0 is the best and largest: LAME's V2 (about 190 kbit/s for stereo music), Vorbis quality 6.
_COMPRESSION = {"MP3": 0.2, "VORBIS": 0.4}
_QUANTISED = frozenset({"PCM_S", "PCM_U", "FLAC", "ALAC"})
_FFMPEG_CODECS = {"AAC": "aac", "ALAC": "alac", "AMR_NB": "libopencore_amrnb"}
_FFMPEG_MUXERS = {"M4A": "ipod", "AMR": "amr"}
_AAC_BITS_PER_S = 96_000  # a channel at 44.1 kHz and above; the encoder itself lowers what a low rate cannot use
# FFmpeg's default coder spoils the first frame and keeps less (20.7 against 26.4 dB on real recordings);
# its noise substitution makes every decode differ, so that no slice would equal the whole.
_AAC_OPTIONS = {"aac_coder": "fast", "aac_pns": "0"}
_AMR_BITS_PER_S = 12_200  # the best of AMR's modes


@dataclass(frozen=True)
class EncodePlan:
    """What is to be written."""

    audio_format: AudioFormat
    """The container."""
    encodable: Encodable
    """Encoding and depth inside it."""
    sample_rate_hz: int
    """Rate of the file."""
    channels: int
    """Number of channels."""


class Encoder(Protocol):
    """Takes a sound block by block; the file is complete after `close`."""

    def write(self, frames: Frames) -> None:
        """Encode the next block, shape (frames, channels), in [-1, 1]."""

    def close(self) -> None:
        """Write what is still held back and the final header."""


class CheckedFile:
    """A file for libraries that ignore or hide what goes wrong: it keeps the first error for `check` to raise.

    soundfile prints and forgets an exception of a file object, and libsndfile does not look at short writes, so a full
    disk would end as a shorter recording without a word.
    """

    def __init__(self, file: IO[bytes], plan: EncodePlan) -> None:
        self._file = file
        self._format = plan.audio_format.name
        self._limit_bytes = LARGEST_FILE_BYTES.get(self._format)
        self._error: OSError | UserError | None = None

    def check(self) -> None:
        """Raise the first error that a library met while writing."""
        if self._error is not None:
            raise self._error

    def write(self, data: bytes) -> int:
        """Write all of it, or nothing once something has gone wrong."""
        try:
            if self._error is None:
                self._refuse_overflow(len(data))
                self._file.write(data)
        except (OSError, UserError) as error:
            self._error = error
        return len(data)

    def _refuse_overflow(self, size_bytes: int) -> None:
        if self._limit_bytes is not None and self._file.tell() + size_bytes > self._limit_bytes:
            raise UserError(f"{self._format} holds at most 4 GB: choose RF64, W64 or FLAC, or save a shorter part.")

    def read(self, size_bytes: int = -1) -> bytes:
        """Read back, as libsndfile does to rewrite a header."""
        return self._file.read(size_bytes)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move, where the buffer below can be emptied; the error is kept else."""
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self._error = self._error or error
            return 0

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._file.tell()

    def flush(self) -> None:
        """Do nothing: the owner of the file flushes and syncs it once, at the end."""


def open_encoder(file: CheckedFile, plan: EncodePlan) -> Encoder:
    """Return the encoder for this plan; UserError where the library refuses the combination."""
    with _explained(plan):
        return (_FfmpegEncoder if plan.audio_format.name in _FFMPEG_MUXERS else _SndfileEncoder)(file, plan)


@contextmanager
def _explained(plan: EncodePlan) -> Iterator[None]:
    """Say what a library refused in a sentence of ours."""
    try:
        yield
    except _refusals() as error:
        sound = f"{plan.channels} channel(s) at {plan.sample_rate_hz} Hz"
        raise UserError(f"{plan.audio_format.name} cannot hold {sound} ({error}): choose another format.") from error


def _refusals() -> tuple[type[Exception], ...]:
    """Return what the libraries raise; asked for only when one has raised."""
    import av

    return sf.SoundFileError, av.error.FFmpegError, ValueError, TypeError


def quantise(frames: Frames, bits: int) -> npt.NDArray[np.int32]:
    """Round samples in [-1, 1] to the nearest of 2**bits steps; the steps lie in the upper bits of an int32.

    libsndfile itself rounds down, which biases every sample by half a step; see docs/decisions.md.
    """
    full_scale = 2.0 ** (bits - 1)
    steps = np.clip(np.rint(frames * np.float64(full_scale)), -full_scale, full_scale - 1)
    return steps.astype(np.int32) << np.int32(32 - bits)


class _SndfileEncoder:
    def __init__(self, file: CheckedFile, plan: EncodePlan) -> None:
        self._file, self._plan, self._frames = file, plan, 0
        encodable = plan.encodable
        self._bits = encodable.bits_per_sample if encodable.encoding in _QUANTISED else 0
        self._sound = sf.SoundFile(
            cast("BinaryIO", file),
            "w",
            samplerate=plan.sample_rate_hz,
            channels=plan.channels,
            format=plan.audio_format.libsndfile[0] if plan.audio_format.libsndfile else "RAW",
            subtype=_SUBTYPES[encodable.encoding, encodable.bits_per_sample],
            compression_level=_COMPRESSION.get(encodable.encoding),
        )

    def write(self, frames: Frames) -> None:
        with _explained(self._plan):
            self._sound.write(quantise(frames, self._bits) if self._bits else frames)
        self._frames += len(frames)
        self._file.check()

    def close(self) -> None:
        with _explained(self._plan):
            self._sound.close()
        if self._plan.audio_format.name == "AMB":
            _mark_ambisonic(self._file)
        if self._plan.audio_format.name == "AIFF" and self._plan.encodable.bits_per_sample == 8:
            _leave_out_padding(self._file, self._frames, self._plan.channels)
        self._file.check()


# The sub-format GUIDs end in these bytes: ordinary WAVE_FORMAT_EXTENSIBLE, and B-format (Richard Dobson's AMB files).
_WAVE_GUID_END = bytes.fromhex("0000 1000 8000 00aa00389b71")
_AMBISONIC_GUID_END = bytes.fromhex("2107 d311 8644 c8c1ca000000")


def _mark_ambisonic(file: CheckedFile) -> None:
    """Turn the extensible WAV header that libsndfile wrote into that of an AMB file (PCM and float only)."""
    file.seek(0)
    header = file.read(60)
    if header[12:16] == b"fmt " and header[44:45] in (b"\x01", b"\x03") and header[48:60] == _WAVE_GUID_END:
        file.seek(40)
        file.write(bytes(4) + header[44:48] + _AMBISONIC_GUID_END)  # channels have no loudspeakers: an empty mask


def _leave_out_padding(file: CheckedFile, frames: int, channels: int) -> None:
    """Correct the sizes of an AIFF with an odd number of bytes: libsndfile counts its padding byte as sound."""
    file.seek(0)
    header = file.read(128)
    common, sound = header.find(b"COMM"), header.find(b"SSND")
    if min(common, sound) < 0 or not frames * channels % 2:
        return
    file.seek(common + 10)
    file.write(frames.to_bytes(4, "big"))
    file.seek(sound + 4)
    file.write((8 + frames * channels).to_bytes(4, "big"))


class _FfmpegEncoder:
    def __init__(self, file: CheckedFile, plan: EncodePlan) -> None:
        import av

        self._file, self._plan, self._position = file, plan, 0
        self._layout = "mono" if plan.channels == 1 else "stereo"
        self._sample_format = _sample_format(plan.encodable)
        # Edit lists count in units of the whole film, by default milliseconds, which would round the length.
        timescale = {"movie_timescale": str(plan.sample_rate_hz)} if plan.audio_format.name == "M4A" else {}
        muxer, codec = _FFMPEG_MUXERS[plan.audio_format.name], _FFMPEG_CODECS[plan.encodable.encoding]
        self._container = av.open(cast("BinaryIO", file), "w", format=muxer, options=timescale)
        quality = _AAC_OPTIONS if codec == "aac" else {}
        stream = self._container.add_stream(codec, plan.sample_rate_hz, quality, layout=self._layout)
        self._stream = cast("av.AudioStream", stream)
        self._stream.codec_context.format = av.AudioFormat(self._sample_format)
        if bit_rate := _bit_rate(plan):
            self._stream.codec_context.bit_rate = bit_rate

    def write(self, frames: Frames) -> None:
        import av

        samples = _as_ffmpeg_takes_it(frames, self._sample_format, self._plan.encodable.bits_per_sample)
        frame = av.AudioFrame.from_ndarray(samples, format=self._sample_format, layout=self._layout)
        frame.sample_rate = self._plan.sample_rate_hz
        frame.time_base = Fraction(1, self._plan.sample_rate_hz)
        frame.pts = self._position
        self._position += len(frames)
        with _explained(self._plan):
            self._container.mux(self._stream.encode(frame))
        self._file.check()

    def close(self) -> None:
        with _explained(self._plan):
            self._container.mux(self._stream.encode(None))
            self._container.close()
        self._file.check()


def _bit_rate(plan: EncodePlan) -> int | None:
    if plan.encodable.encoding == "AMR_NB":
        return _AMR_BITS_PER_S
    if plan.encodable.encoding == "AAC":
        return _AAC_BITS_PER_S * plan.channels * min(plan.sample_rate_hz, 44_100) // 44_100
    return None


def _sample_format(encodable: Encodable) -> str:
    """Return FFmpeg's name for the samples its encoder takes; a trailing p means one plane a channel."""
    if encodable.encoding == "AAC":
        return "fltp"
    if encodable.encoding == "AMR_NB":
        return "s16"
    return "s16p" if encodable.bits_per_sample == 16 else "s32p"


def _as_ffmpeg_takes_it(frames: Frames, sample_format: str, bits: int) -> npt.NDArray[Any]:
    """Return the samples with shape (channels, frames), in the number type of the sample format."""
    if sample_format == "fltp":
        return np.ascontiguousarray(frames.T)
    steps = quantise(frames, bits or 16).T
    return np.ascontiguousarray(steps >> 16, dtype=np.int16) if sample_format.startswith("s16") else steps.copy()
