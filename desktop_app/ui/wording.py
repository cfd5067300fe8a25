"""How numbers read to a person: with their unit, short, and the same in every panel."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from html import escape

from desktop_app.audio.metadata import AudioMetadata

ENCODING_WORDS = {
    "PCM_S": "PCM",
    "PCM_U": "PCM unsigned",
    "PCM_F": "PCM float",
    "ULAW": "µ-law",
    "ALAW": "A-law",
    "VORBIS": "Vorbis",
    "OPUS": "Opus",
    "AMR_NB": "AMR narrow band",
    "AMR_WB": "AMR wide band",
    "UNKNOWN": "unknown",
}
"""Encodings whose usual name is another than torchaudio's word."""

_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that break a line, or turn the direction of the letters after them: “gpj.wav” would read “vaw.jpg”."""

SIZE_UNITS = ("B", "kB", "MB", "GB", "TB")


def duration_words(seconds: float | None) -> str:
    """Return 0.98 s, 2:05 or 1:02:05; “unknown” for None."""
    if seconds is None:
        return "unknown"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def clock(seconds: float) -> str:
    """Return `seconds` as m:ss.mmm, with hours in front where there are any."""
    milliseconds = round(max(seconds, 0.0) * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole = f"{minutes:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"
    return f"{hours}:{whole}" if hours else whole


def rate_words(hz: float) -> str:
    """Return 16 kHz, 22.05 kHz or 800 Hz."""
    return f"{hz / 1000:g} kHz" if hz >= 1000 else f"{hz:g} Hz"


def size_words(size_bytes: float) -> str:
    """Return 512 B, 31.3 kB or 4.2 GB, in powers of 1000 as file managers count."""
    unit = 0
    while size_bytes >= 999.5 and unit < len(SIZE_UNITS) - 1:
        size_bytes /= 1000
        unit += 1
    return (
        f"{size_bytes:.0f} {SIZE_UNITS[unit]}"
        if unit == 0 or size_bytes >= 99.95
        else f"{size_bytes:.1f} {SIZE_UNITS[unit]}"
    )


def time_words(since_epoch_s: float) -> str:
    """Return a moment in local time, to the minute: 2026-03-01 14:02."""
    try:
        return datetime.fromtimestamp(since_epoch_s).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return "unknown"


def encoding_words(encoding: str, bits_per_sample: int = 0) -> str:
    """Return PCM 16 bit, FLAC 24 bit, µ-law or MP3."""
    words = ENCODING_WORDS.get(encoding, encoding)
    return f"{words} {bits_per_sample} bit" if bits_per_sample and encoding not in ("ULAW", "ALAW") else words


def metadata_line(metadata: AudioMetadata) -> str:
    """Return the sound of a recording in one line: WAV, PCM 16 bit, 16 kHz, 1 channel, 0.98 s."""
    channels = f"{metadata.channels} channel" + "s" * (metadata.channels != 1)
    return ", ".join(
        (
            metadata.container,
            encoding_words(metadata.encoding, metadata.bits_per_sample),
            rate_words(metadata.sample_rate_hz),
            channels,
            duration_words(metadata.duration_s),
        )
    )


def pattern_help(fields: Mapping[str, str], more: str = "") -> str:
    """Return as rich text what may stand in a pattern of file names, and what else there is to know of it."""
    rows = "".join(f"<tr><td><b>{{{name}}}</b>&nbsp;&nbsp;</td><td>{text}</td></tr>" for name, text in fields.items())
    return f"<table>{rows}</table><p>A “/” makes folders{more}.</p>"


def searched(text: str) -> str:
    """Return a text as it is searched: without case, “é” the same as one letter or as two, as macOS names files."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def in_one_line(text: str) -> str:
    """Return a name from outside so that it stands in one line as it is written, what cannot be shown as �."""
    return text if text.isprintable() else _UNSHOWABLE.sub("\ufffd", text)


def on_button(text: str) -> str:
    """Return a name from outside for a menu or a button, where & would underline a letter and a tab begin the key."""
    return in_one_line(text).replace("&", "&&")


def in_tip(text: str) -> str:
    """Return text with names from outside for a tool tip, which would take “<b>” for markup."""
    return f'<p style="white-space: pre-wrap">{escape(text)}</p>' if "<" in text or "&" in text else text
