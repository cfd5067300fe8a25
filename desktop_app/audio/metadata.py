"""What is known of a recording before it is decoded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop_app.audio.sources import Source


@dataclass(frozen=True, slots=True)
class AudioMetadata:
    """What `probe` tells; nothing in it is a guess."""

    sample_rate_hz: int
    """Frames per second."""
    frames: int | None
    """Exactly the frames that `open_audio` delivers; None where only decoding can tell."""
    channels: int
    """Samples per frame."""
    bits_per_sample: int
    """Bits of one stored sample; 0 where the encoding has none (MP3, Vorbis, GSM, ...)."""
    encoding: str
    """torchaudio's word: PCM_S, PCM_U, PCM_F, FLAC, ULAW, ALAW, MP3, VORBIS, OPUS, GSM, AMR_NB, ..., UNKNOWN."""
    container: str
    """The name of an entry of `formats.FORMATS`."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What the recordist wrote into the file: title, comment, date, ..."""
    size_bytes: int | None = None
    """Length of the file or the file object."""
    notes: tuple[str, ...] = ()
    """Sentences that a person should see: the file is cut off, was not finished, ..."""

    @property
    def duration_s(self) -> float | None:
        """Return the length in seconds, None where `frames` is."""
        return None if self.frames is None else self.frames / self.sample_rate_hz


def probe(source: Source, *, format: str | None = None) -> AudioMetadata:
    """Return what the headers of a path or binary file object tell, without decoding it.

    `format` names the format of a source whose contents do not show it (bare GSM frames in a nameless object); contents
    that do show it win. A seekable object is given back at the position it came with; one that cannot seek is read to
    its end. UserError says in one sentence what is wrong with a source that holds no readable sound. What a file
    object raises comes through as it is. Any thread.
    """
    from desktop_app.audio.decoding.byte_source import ByteSource
    from desktop_app.audio.decoding.examination import examine

    with ByteSource(source) as opened:
        return examine(opened, format).metadata
