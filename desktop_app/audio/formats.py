"""The one table of audio formats: what each is called, which names it carries, who reads it, what may be written.

Dialogs, probing, saving, tests and the documentation all read this table and nothing else. Encodings are torchaudio's
words (`PCM_S`, `PCM_U`, `PCM_F`, `ULAW`, `ALAW`, `FLAC`, `MP3`, `VORBIS`, `OPUS`, `GSM`, `AMR_NB`, `AMR_WB`,
`UNKNOWN`), continued in the same style for what torchaudio does not know (`AAC`, `ALAC`, `ADPCM`, `WMA`, ...). Like
there, bits per sample is 0 where the encoding has none. Cheap to import: the standard library only.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from desktop_app.errors import UserError

Encoding = str


@dataclass(frozen=True, slots=True)
class Encodable:
    """One way to write samples into a format."""

    encoding: Encoding
    """torchaudio's word for the encoding."""
    bits_per_sample: int = 0
    """Bits of one stored sample; 0 where the encoding has none."""
    sample_rates_hz: tuple[int, ...] = ()
    """The only legal sample rates; empty: any."""
    max_channels: int = 0
    """The most channels that can be written; 0: any number."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One container (or bare stream) of audio."""

    name: str
    """The short name that `format=` takes and `AudioMetadata.container` shows."""
    title: str
    """What a person reads in a dialog."""
    suffixes: tuple[str, ...]
    """File name endings, lower case, with the dot; the first is the one written."""
    writes: tuple[Encodable, ...] = ()
    """What can be written, the default first; empty: read only."""
    aliases: tuple[str, ...] = ()
    """Other words people use for the name, upper case (`format_named` takes them and the suffixes too)."""
    libsndfile: tuple[str, ...] = ()
    """libsndfile's names for it; empty: libsndfile does not read it."""
    ffmpeg: str = ""
    """FFmpeg's demuxer for it; empty: FFmpeg does not read it."""

    def legal_combinations(self) -> str:
        """Return what can be written as one line for a person: "PCM_S 16, PCM_S 24, ULAW 8"."""
        return ", ".join(f"{w.encoding} {w.bits_per_sample}" if w.bits_per_sample else w.encoding for w in self.writes)


def _pcm(kind: str, *bits: int) -> tuple[Encodable, ...]:
    return tuple(Encodable(kind, width) for width in bits)


_LAWS = (Encodable("ULAW", 8), Encodable("ALAW", 8))
_RIFF = (*_pcm("PCM_S", 16, 24, 32), *_pcm("PCM_U", 8), *_pcm("PCM_F", 32, 64), *_LAWS)
_BIG_ENDIAN = (*_pcm("PCM_S", 16, 24, 32, 8), *_pcm("PCM_F", 32, 64), *_LAWS)
_GSM = Encodable("GSM", max_channels=1)
# MPEG-1, MPEG-2 and MPEG-2.5 layer III (ISO/IEC 11172-3, 13818-3).
_MP3_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
# The sampling frequency table of ISO/IEC 14496-3, without 7350 Hz, which FFmpeg's encoder refuses.
_AAC_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000)
_OPUS_RATES_HZ = (48_000, 24_000, 16_000, 12_000, 8_000)
# HTK stores the sample period in units of 100 ns; at other rates the rate read back differs from the one written.
_HTK_RATES_HZ = (8_000, 11_025, 16_000)

FORMATS: tuple[AudioFormat, ...] = (
    AudioFormat(
        "WAV",
        "WAV (RIFF wave)",
        (".wav", ".wave", ".bwf"),
        writes=(*_RIFF, _GSM),
        aliases=("RIFF", "WAVEX"),
        libsndfile=("WAV", "WAVEX"),
        ffmpeg="wav",
    ),
    AudioFormat(
        "FLAC",
        "FLAC (lossless)",
        (".flac", ".fla"),
        writes=tuple(Encodable("FLAC", bits, max_channels=8) for bits in (16, 24, 8)),
        libsndfile=("FLAC",),
        ffmpeg="flac",
    ),
    AudioFormat(
        "MP3",
        "MP3 (MPEG layer III)",
        (".mp3", ".mpga"),
        writes=(Encodable("MP3", sample_rates_hz=_MP3_RATES_HZ, max_channels=2),),
        libsndfile=("MP3",),
        ffmpeg="mp3",
    ),
    AudioFormat(
        "OGG",
        "Ogg Vorbis",
        (".ogg", ".oga", ".spx"),
        writes=(Encodable("VORBIS", max_channels=8),),
        aliases=("VORBIS",),
        libsndfile=("OGG",),
        ffmpeg="ogg",
    ),
    AudioFormat(
        "OPUS",
        "Ogg Opus",
        (".opus",),
        writes=(Encodable("OPUS", sample_rates_hz=_OPUS_RATES_HZ, max_channels=8),),
        libsndfile=("OGG",),
        ffmpeg="ogg",
    ),
    AudioFormat(
        "M4A",
        "MPEG-4 audio (AAC, ALAC)",
        (".m4a", ".m4b"),
        writes=(
            Encodable("AAC", sample_rates_hz=_AAC_RATES_HZ, max_channels=2),
            Encodable("ALAC", 16, max_channels=2),
            Encodable("ALAC", 24, max_channels=2),
        ),
        aliases=("ALAC",),
        ffmpeg="mp4",
    ),
    AudioFormat(
        "AIFF",
        "AIFF (Apple)",
        (".aiff", ".aif", ".aifc"),
        writes=_BIG_ENDIAN,
        libsndfile=("AIFF",),
        ffmpeg="aiff",
    ),
    AudioFormat("AU", "AU (Sun)", (".au", ".snd"), writes=_BIG_ENDIAN, libsndfile=("AU",), ffmpeg="au"),
    AudioFormat(
        "CAF",
        "CAF (Apple Core Audio)",
        (".caf",),
        writes=(*_BIG_ENDIAN, *(Encodable("ALAC", bits, max_channels=8) for bits in (16, 24))),
        libsndfile=("CAF",),
        ffmpeg="caf",
    ),
    AudioFormat(
        "W64",
        "Wave64 (Sony)",
        (".w64",),
        writes=(*_RIFF, _GSM),
        aliases=("WAVE64",),
        libsndfile=("W64",),
        ffmpeg="w64",
    ),
    AudioFormat("RF64", "RF64 (WAV above 4 GB)", (".rf64",), writes=_RIFF, libsndfile=("RF64",), ffmpeg="wav"),
    AudioFormat(
        "SPH",
        "NIST SPHERE",
        (".sph", ".nist"),
        writes=(*_pcm("PCM_S", 16, 24, 32, 8), *_LAWS),
        aliases=("SPHERE",),
        libsndfile=("NIST",),
        ffmpeg="nistsphere",
    ),
    AudioFormat("AMB", "Ambisonic B-format", (".amb",), writes=_RIFF, libsndfile=("WAVEX",), ffmpeg="wav"),
    AudioFormat(
        "HTK",
        "HTK waveform",
        (".htk",),
        writes=(Encodable("PCM_S", 16, sample_rates_hz=_HTK_RATES_HZ, max_channels=1),),
        libsndfile=("HTK",),
    ),
    AudioFormat(
        "AMR",
        "AMR (speech)",
        (".amr", ".awb"),
        writes=(Encodable("AMR_NB", sample_rates_hz=(8_000,), max_channels=1),),
        aliases=("AMR-NB", "AMR-WB", "AMR_NB", "AMR_WB", "AMRNB", "AMRWB"),
        ffmpeg="amr",
    ),
    AudioFormat(
        "GSM",
        "GSM 06.10 (bare frames)",
        (".gsm",),
        writes=(Encodable("GSM", sample_rates_hz=(8_000,), max_channels=1),),
        ffmpeg="gsm",
    ),
    AudioFormat("AAC", "AAC (ADTS stream)", (".aac",), aliases=("ADTS",), ffmpeg="aac"),
    AudioFormat("MP2", "MPEG layer II", (".mp2",), libsndfile=("MP3",), ffmpeg="mp3"),
    AudioFormat("MP4", "MPEG-4 or QuickTime film", (".mp4", ".mov", ".m4v", ".3gp", ".3g2"), ffmpeg="mp4"),
    AudioFormat("WEBM", "WebM", (".webm",), ffmpeg="matroska"),
    AudioFormat("MKV", "Matroska", (".mkv", ".mka"), aliases=("MATROSKA",), ffmpeg="matroska"),
    AudioFormat("WMA", "Windows Media", (".wma", ".wmv", ".asf"), ffmpeg="asf"),
    AudioFormat("AVI", "AVI film", (".avi",), ffmpeg="avi"),
    AudioFormat("WAVPACK", "WavPack", (".wv",), ffmpeg="wv"),
    AudioFormat("TTA", "True Audio", (".tta",), ffmpeg="tta"),
    AudioFormat("AC3", "Dolby Digital", (".ac3", ".eac3"), ffmpeg="ac3"),
    # libsndfile plays the headers between the blocks of a VOC as clicks.
    AudioFormat("VOC", "Creative Voice", (".voc",), ffmpeg="voc"),
    AudioFormat("IRCAM", "IRCAM / Berkeley", (".sf", ".ircam"), libsndfile=("IRCAM",), ffmpeg="ircam"),
    AudioFormat("AVR", "Audio Visual Research", (".avr",), libsndfile=("AVR",), ffmpeg="avr"),
    AudioFormat("PAF", "Ensoniq PARIS", (".paf",), libsndfile=("PAF",), ffmpeg="paf"),
    AudioFormat("PVF", "Portable Voice", (".pvf",), libsndfile=("PVF",), ffmpeg="pvf"),
    AudioFormat("SVX", "Amiga 8SVX", (".8svx", ".16sv", ".iff"), libsndfile=("SVX",), ffmpeg="iff"),
)

_BY_SUFFIX = {suffix: entry for entry in FORMATS for suffix in entry.suffixes}
_BY_NAME = {
    **{suffix[1:].upper(): entry for suffix, entry in _BY_SUFFIX.items()},
    **{alias: entry for entry in FORMATS for alias in entry.aliases},
    **{entry.name: entry for entry in FORMATS},
}

AUDIO_SUFFIXES: frozenset[str] = frozenset(_BY_SUFFIX)


def is_audio_name(name: str | os.PathLike[str]) -> bool:
    """Return whether a file of this name is listed as a recording; the case of the suffix does not matter."""
    return os.path.splitext(os.fspath(name))[1].lower() in AUDIO_SUFFIXES  # noqa: PTH122 (called for 100,000 names)


def format_for_path(path: str | os.PathLike[str]) -> AudioFormat | None:
    """Return the format that the suffix stands for (any case), None for an unknown suffix. Looks at the name only."""
    return _BY_SUFFIX.get(PurePath(os.fspath(path)).suffix.lower())


def format_named(name: str) -> AudioFormat:
    """Return the format of that name, alias or suffix, in any case and with or without a dot; UserError otherwise."""
    entry = _BY_NAME.get(name.strip().lstrip(".").upper())
    if entry is None:
        known = ", ".join(known_format.name for known_format in FORMATS)
        raise UserError(f"There is no audio format called “{name}”: choose one of {known}.")
    return entry


def writable_formats() -> tuple[AudioFormat, ...]:
    """Return the formats that `save_audio` can write, in the order in which a dialog shows them."""
    return tuple(entry for entry in FORMATS if entry.writes)


def choose_encodable(
    audio_format: AudioFormat, encoding: str | None = None, bits_per_sample: int | None = None
) -> Encodable:
    """Return the way to write that fits what was asked, the format's default where nothing was.

    An encoding alone takes its first depth, a depth alone the first encoding that has it. UserError lists the legal
    combinations where none fits, or says that the format can only be read.
    """
    if not audio_format.writes:
        raise UserError(f"{audio_format.name} can be read but not written: choose another format.")
    fitting = _fitting(audio_format.writes, encoding, bits_per_sample)
    if fitting is None:
        if bits_per_sample is not None and not any(entry.bits_per_sample for entry in audio_format.writes):
            raise UserError(f"{audio_format.name} has no bits per sample to choose: leave them away.")
        bits = None if bits_per_sample is None else f"{bits_per_sample} bits"
        asked = " ".join(part for part in (encoding, bits) if part is not None)
        raise UserError(f"{audio_format.name} cannot hold {asked}: choose {audio_format.legal_combinations()}.")
    return fitting


def _fitting(writes: Iterable[Encodable], encoding: str | None, bits_per_sample: int | None) -> Encodable | None:
    for entry in writes:
        same_encoding = encoding is None or entry.encoding == encoding.upper()
        if same_encoding and bits_per_sample in (None, entry.bits_per_sample):
            return entry
    return None
