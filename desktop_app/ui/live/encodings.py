"""What recordings can be written as, in the words that a person chooses by."""

from dataclasses import dataclass

from desktop_app.services.settings import BitDepth, FormatName, LivePreferences


@dataclass(frozen=True)
class Encoding:
    """A choice, by the names of its settings."""

    format: FormatName
    bits_per_sample: BitDepth


ENCODINGS = {
    "FLAC 16 bit": Encoding("FLAC", 16),
    "FLAC 24 bit": Encoding("FLAC", 24),
    "WAV 16 bit": Encoding("WAV", 16),
    "WAV 24 bit": Encoding("WAV", 24),
    "WAV 32 bit float": Encoding("WAV", 32),
}
TIP = (
    "FLAC is half as large, WAV is read by everything; both keep every sample.\n"
    "16 bit are enough for loud sound, 24 keep what is far away"
)


def chosen_encoding(live: LivePreferences) -> str:
    """Return what is chosen; of what cannot be, the nearest."""
    of_format = [words for words, each in ENCODINGS.items() if each.format == live.format]
    exact = [words for words in of_format if ENCODINGS[words].bits_per_sample == live.bits_per_sample]
    return (exact or of_format)[0]
