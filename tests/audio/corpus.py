"""Recordings in every format that can be made here, from known sound, by soundfile and PyAV alone."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile as sf

Frames = npt.NDArray[np.float32]
BLOCK_FRAMES = 65_536
AMR_WB_FRAME_BYTES = 33


@cache
def sound(sample_rate_hz: int, channels: int, seconds: float) -> Frames:
    """Return swelling tones over faint noise, different in each channel, peak below 0.6, the same at every call."""
    count = round(sample_rate_hz * seconds)
    t = np.arange(count) / sample_rate_hz
    noise = np.random.default_rng(11).normal(0, 0.01, (count, channels))
    lanes = [
        (0.3 + 0.2 * np.sin(2 * np.pi * (1.7 + c) * t)) * np.sin(2 * np.pi * (180 * (c + 1) * t + 150 * t**2))
        for c in range(channels)
    ]
    return (np.stack(lanes, axis=1) + noise).astype(np.float32)


def narrow(frames: Frames, bits: int) -> Frames:
    """Return the frames rounded to what `bits` can hold, so that a lossless format has to give them back exactly."""
    scale = 2.0 ** (bits - 1)
    return (np.round(frames.astype(np.float64) * scale) / scale).astype(np.float32)


@dataclass(frozen=True)
class Case:
    """One file of the corpus and what must be found in it."""

    name: str
    container: str
    encoding: str
    bits: int
    make: Callable[[Path, Frames, int], None]
    rate: int = 16_000
    channels: int = 1
    seconds: float = 2.65425
    lossless: bool = False
    frames: int | None = None
    """Exact length of the decode; None: that of the source."""
    delay: int = 0
    """How many frames later than in the source the sound stands in the decode (earlier where negative)."""
    probed: bool = True
    """Whether the header tells the length."""
    likeness: float = 0.98
    """Least correlation with the source."""
    shared: bool = field(default=True)
    """Whether FFmpeg decodes it to the same samples."""

    @property
    def source(self) -> Frames:
        """What was encoded: with no more bits than the file and float32 can hold where it must come back exactly."""
        made = sound(self.rate, self.channels, self.seconds)
        return narrow(made, min(self.bits, 24)) if self.lossless else made

    @property
    def expected_frames(self) -> int:
        return len(self.source) if self.frames is None else self.frames


def by_soundfile(format: str, subtype: str) -> Callable[[Path, Frames, int], None]:
    def make(path: Path, frames: Frames, rate: int) -> None:
        # In blocks: libsndfile's Vorbis encoder overruns its stack when a long recording comes at once.
        channels = frames.shape[1]
        with sf.SoundFile(path, "w", rate, channels, format=format, subtype=subtype) as target:
            for start in range(0, len(frames), BLOCK_FRAMES):
                target.write(frames[start : start + BLOCK_FRAMES])

    return make


def by_pyav(
    container: str,
    codec: str,
    sample_format: str = "",
    *,
    bit_rate: int = 0,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Callable[[Path, Frames, int], None]:
    def make(path: Path, frames: Frames, rate: int) -> None:
        layout = "mono" if frames.shape[1] == 1 else "stereo"
        with av.open(str(path), "w", format=container, container_options=container_options or {}) as target:
            stream = target.add_stream(codec, rate=rate, options=options or {})
            context = stream.codec_context
            context.layout = layout
            if bit_rate:
                context.bit_rate = bit_rate
            if sample_format:
                context.format = sample_format
            context.open()
            resampler = av.AudioResampler(context.format, layout, rate, frame_size=context.frame_size or 4096)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(frames.reshape(1, -1)), "flt", layout)
            frame.sample_rate = rate
            frame.pts = 0
            for piece in (*resampler.resample(frame), *resampler.resample(None)):
                target.mux(stream.encode(piece))
            target.mux(stream.encode(None))

    return make


def amr_wide_band(path: Path, _frames: Frames, _rate: int) -> None:
    """Write frames of noise bits: no encoder for AMR-WB is at hand, but every bit pattern decodes to something."""
    random = np.random.default_rng(4)
    packets = (bytes([0x14]) + random.bytes(AMR_WB_FRAME_BYTES - 1) for _ in range(130))
    path.write_bytes(b"#!AMR-WB\n" + b"".join(packets))


def htk(path: Path, frames: Frames, rate: int) -> None:
    """Write an HTK waveform file by hand."""
    samples = np.round(frames[:, 0] * 32768).astype(">i2")
    path.write_bytes(struct.pack(">iihh", len(samples), 10_000_000 // rate, 2, 0) + samples.tobytes())


def _pcm(suffix: str, container: str, format: str, *subtypes: tuple[str, str, int]) -> list[Case]:
    return [
        Case(f"{subtype.lower()}{suffix}", container, encoding, bits, by_soundfile(format, subtype), lossless=True)
        for subtype, encoding, bits in subtypes
    ]


_S = [("PCM_16", "PCM_S", 16), ("PCM_24", "PCM_S", 24), ("PCM_32", "PCM_S", 32)]
_F = [("FLOAT", "PCM_F", 32), ("DOUBLE", "PCM_F", 64)]
_U8, _S8 = [("PCM_U8", "PCM_U", 8)], [("PCM_S8", "PCM_S", 8)]
_STEREO = {"rate": 44_100, "channels": 2, "seconds": 3.3127}  # 146,090 frames
_TELEPHONE = {"rate": 8_000, "channels": 1, "seconds": 3.1016}  # 24,813 frames

CASES: tuple[Case, ...] = (
    *_pcm(".wav", "WAV", "WAV", *_U8, *_S, *_F),
    *_pcm(".amb", "AMB", "WAVEX", ("PCM_16", "PCM_S", 16)),
    *_pcm(".rf64", "RF64", "RF64", *_U8, ("PCM_24", "PCM_S", 24)),
    *_pcm(".w64", "W64", "W64", *_U8, *_S, *_F),
    *_pcm(".aiff", "AIFF", "AIFF", *_U8, *_S, *_F),
    *_pcm(".au", "AU", "AU", *_S8, *_S, *_F),
    *_pcm(".caf", "CAF", "CAF", *_S8, *_S, *_F),
    *_pcm(".caf", "CAF", "CAF", ("ALAC_16", "ALAC", 16), ("ALAC_24", "ALAC", 24)),
    # libsndfile counts the frames but decodes noise wrongly; FFmpeg decodes it and does not tell the length.
    Case("alac_32.caf", "CAF", "ALAC", 32, by_soundfile("CAF", "ALAC_32"), lossless=True, probed=False),
    Case("ffmpeg.caf", "CAF", "ALAC", 16, by_pyav("caf", "alac", "s16p"), lossless=True, probed=False),
    *_pcm(".sph", "SPH", "NIST", *_S8, *_S),
    *_pcm(".flac", "FLAC", "FLAC", ("PCM_S8", "FLAC", 8), ("PCM_16", "FLAC", 16), ("PCM_24", "FLAC", 24)),
    Case("blocks.voc", "VOC", "PCM_S", 16, by_pyav("voc", "pcm_s16le"), lossless=True, probed=False),
    Case("one_block.voc", "VOC", "PCM_S", 16, by_soundfile("VOC", "PCM_16"), lossless=True, probed=False),
    *_pcm(".sf", "IRCAM", "IRCAM", ("PCM_16", "PCM_S", 16)),
    *_pcm(".avr", "AVR", "AVR", ("PCM_16", "PCM_S", 16)),
    *_pcm(".paf", "PAF", "PAF", ("PCM_16", "PCM_S", 16)),
    *_pcm(".pvf", "PVF", "PVF", ("PCM_16", "PCM_S", 16)),
    *_pcm(".8svx", "SVX", "SVX", *_S8),
    Case("wave.htk", "HTK", "PCM_S", 16, htk, lossless=True, shared=False),
    *(
        Case(f"{law.lower()}{suffix}", container, law, 8, by_soundfile(format, law), likeness=0.999)
        for law in ("ULAW", "ALAW")
        for suffix, container, format in (
            (".wav", "WAV", "WAV"),
            (".w64", "W64", "W64"),
            (".aiff", "AIFF", "AIFF"),
            (".au", "AU", "AU"),
            (".caf", "CAF", "CAF"),
            (".sph", "SPH", "NIST"),
        )
    ),
    Case("stereo.flac", "FLAC", "FLAC", 16, by_soundfile("FLAC", "PCM_16"), lossless=True, **_STEREO),
    Case("ms_adpcm.wav", "WAV", "ADPCM", 0, by_soundfile("WAV", "MS_ADPCM")),
    Case("ima_adpcm.w64", "W64", "ADPCM", 0, by_soundfile("W64", "IMA_ADPCM"), frames=42_714, shared=False),
    Case("gsm.wav", "WAV", "GSM", 0, by_soundfile("WAV", "GSM610"), likeness=0.9, **_TELEPHONE),
    Case("gsm16.wav", "WAV", "GSM", 0, by_soundfile("WAV", "GSM610"), likeness=0.9),
    Case("gsm.aiff", "AIFF", "GSM", 0, by_soundfile("AIFF", "GSM610"), likeness=0.9, shared=False, **_TELEPHONE),
    Case("bare.gsm", "GSM", "GSM", 0, by_soundfile("RAW", "GSM610"), frames=24_960, likeness=0.9, **_TELEPHONE),
    Case("lame.mp3", "MP3", "MP3", 0, by_soundfile("MP3", "MPEG_LAYER_III"), **_STEREO),
    Case("lame16.mp3", "MP3", "MP3", 0, by_soundfile("MP3", "MPEG_LAYER_III")),
    Case("lame8.mp3", "MP3", "MP3", 0, by_soundfile("MP3", "MPEG_LAYER_III"), likeness=0.9, **_TELEPHONE),
    Case(
        "variable_without_xing.mp3",
        "MP3",
        "MP3",
        0,
        by_pyav("mp3", "libmp3lame", container_options={"write_xing": "0"}, options={"q": "4"}),
        frames=147_456,
        delay=1105,
        probed=False,
        **_STEREO,
    ),
    Case("tooled.mp3", "MP3", "MP3", 0, by_pyav("mp3", "libmp3lame"), **_STEREO),
    Case("layer2.mp2", "MP2", "MP2", 0, by_pyav("mp2", "mp2"), frames=146_304, delay=481, probed=False, **_STEREO),
    Case("mp3.wav", "WAV", "MP3", 0, by_pyav("wav", "libmp3lame"), frames=147_456, delay=1105, probed=False, **_STEREO),
    Case("vorbis.ogg", "OGG", "VORBIS", 0, by_soundfile("OGG", "VORBIS"), **_STEREO),
    Case("vorbis16.ogg", "OGG", "VORBIS", 0, by_soundfile("OGG", "VORBIS")),
    Case("opus48.opus", "OPUS", "OPUS", 0, by_soundfile("OGG", "OPUS"), rate=48_000, channels=2, shared=False),
    Case("opus16.opus", "OPUS", "OPUS", 0, by_soundfile("OGG", "OPUS"), shared=False),
    Case("opus8.opus", "OPUS", "OPUS", 0, by_soundfile("OGG", "OPUS"), shared=False, **_TELEPHONE),
    Case(
        "opus.webm", "WEBM", "OPUS", 0, by_pyav("webm", "libopus"), rate=48_000, channels=2, seconds=3.01, probed=False
    ),
    Case("opus.mka", "MKV", "OPUS", 0, by_pyav("matroska", "libopus"), rate=48_000, seconds=3.01, probed=False),
    Case("aac.m4a", "M4A", "AAC", 0, by_pyav("ipod", "aac"), frames=146_432, **_STEREO),
    Case("aac.mp4", "MP4", "AAC", 0, by_pyav("mp4", "aac"), frames=43_008),
    Case("aac.3gp", "MP4", "AAC", 0, by_pyav("3gp", "aac"), frames=43_008),
    Case("aac.aac", "AAC", "AAC", 0, by_pyav("adts", "aac"), frames=147_456, delay=1024, probed=False, **_STEREO),
    Case("aac.mkv", "MKV", "AAC", 0, by_pyav("matroska", "aac"), frames=146_432, probed=False, **_STEREO),
    Case("alac.m4a", "M4A", "ALAC", 16, by_pyav("ipod", "alac", "s16p"), lossless=True, **_STEREO),
    Case("flac.mp4", "MP4", "FLAC", 16, by_pyav("mp4", "flac", "s16"), lossless=True, **_STEREO),
    Case("flac.mka", "MKV", "FLAC", 16, by_pyav("matroska", "flac", "s16"), lossless=True, probed=False, **_STEREO),
    Case("flac.oga", "OGG", "FLAC", 16, by_pyav("ogg", "flac", "s16"), lossless=True, probed=False, **_STEREO),
    Case("pcm.mov", "MP4", "PCM_S", 16, by_pyav("mov", "pcm_s16le"), lossless=True, **_STEREO),
    Case(
        "amr.amr",
        "AMR",
        "AMR_NB",
        0,
        by_pyav("amr", "libopencore_amrnb", bit_rate=12_200),
        shared=False,
        frames=24_960,
        delay=39,
        likeness=0.85,
        **_TELEPHONE,
    ),
    Case(
        "amr.3gp",
        "MP4",
        "AMR_NB",
        0,
        by_pyav("3gp", "libopencore_amrnb", bit_rate=12_200),
        shared=False,
        frames=24_910,
        delay=-11,
        likeness=0.85,
        **_TELEPHONE,
    ),
    Case("noise.awb", "AMR", "AMR_WB", 0, amr_wide_band, frames=41_600, shared=False, likeness=-1),
    Case(
        "wma.wma",
        "WMA",
        "WMA",
        0,
        by_pyav("asf", "wmav2", bit_rate=128_000),
        frames=145_408,
        delay=-2048,
        probed=False,
        **_STEREO,
    ),
    Case("wavpack.wv", "WAVPACK", "WAVPACK", 16, by_pyav("wv", "wavpack", "s16p"), lossless=True, **_STEREO),
    Case("tta.tta", "TTA", "TTA", 16, by_pyav("tta", "tta", "s16"), lossless=True, **_STEREO),
    Case("ac3.ac3", "AC3", "AC3", 0, by_pyav("ac3", "ac3"), frames=147_456, delay=256, probed=False, **_STEREO),
    Case(
        "film.avi", "AVI", "MP3", 0, by_pyav("avi", "libmp3lame"), frames=147_456, delay=1105, probed=False, **_STEREO
    ),
)


def make_recordings(folder: Path) -> dict[str, Path]:
    """Make every case in `folder` and return the paths by name."""
    made: dict[str, Path] = {}
    for case in CASES:
        path = folder / case.name
        case.make(path, case.source, case.rate)
        made[case.name] = path
    return made
