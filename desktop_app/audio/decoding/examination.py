"""Find out what a source holds and how to decode it: headers first, then libsndfile, then FFmpeg."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers import flac, mpeg, ogg, riff, speech
from desktop_app.audio.decoding.headers.extent import promised_bytes
from desktop_app.audio.decoding.headers.header import Header
from desktop_app.audio.decoding.headers.sniff import sniff
from desktop_app.audio.decoding.routes import Route, route_of_header
from desktop_app.audio.formats import FORMATS, AudioFormat, format_named
from desktop_app.audio.metadata import AudioMetadata
from desktop_app.errors import UserError

_BY_NAME = {entry.name: entry for entry in FORMATS}
# Inside a WAV libsndfile counts their frames wrong; 32-bit ALAC it decodes to noise where the sound is noisy.
_MISREAD = frozenset(("MP1", "MP2", "MP3"))
_UNKNOWN = AudioFormat("", "", ())
_CUT_OFF = "The file is cut off: it is shorter than its header says, and what is there is read."


@dataclass(frozen=True, slots=True)
class Examination:
    """What a source holds, and the way to its frames."""

    metadata: AudioMetadata
    """What `probe` returns."""
    route: Route
    """How to decode it."""
    demuxer: str
    """FFmpeg's name for the container; "" where it has to recognise it or does not know it."""


def examine(source: ByteSource, hint: str | None = None) -> Examination:
    """Return what `source` holds; UserError in one sentence if that is no sound that can be read."""
    hinted = format_named(hint).name if hint else ""
    head = source.head()
    name, offset = sniff(source, head, hinted)
    if offset:
        head = source.read_at(offset, len(head))
    entry = _BY_NAME.get(name, _UNKNOWN)
    header = _own_header(source, name, head, offset)
    if header is not None and header.plausible and (name != "FLAC" or header.access != "scan"):
        return _examined(source, header, route_of_header(header), entry.ffmpeg)
    header, route = _ask_libraries(source, entry)
    if not header.notes and promised_bytes(source, name, head) > source.size_bytes:
        header = replace(header, notes=(_CUT_OFF,))
    if name == "FLAC":
        route = Route("ffmpeg", "never", check_frames=True)
        header = _with_what_is_known(header, _own_header(source, name, head, offset))
    if not header.plausible:
        raise UserError(f"“{source.name}” is damaged: its header gives no possible sample rate or number of channels.")
    return _examined(source, header, route, entry.ffmpeg)


def _own_header(source: ByteSource, name: str, head: bytes, offset: int) -> Header | None:
    parsers: dict[str, Callable[[], Header | None]] = {
        "WAV": lambda: riff.read_header(source, head, name),
        "RF64": lambda: riff.read_header(source, head, name),
        "FLAC": lambda: flac.read_header(source, head, offset),
        "MP3": lambda: mpeg.read_header(source, offset),
        "OGG": lambda: ogg.read_header(source),
        "AMR": lambda: speech.read_amr_header(source, head),
        "GSM": lambda: speech.read_gsm_header(source),
    }
    parser = parsers.get(name)
    return parser() if parser is not None else None


def _with_what_is_known(header: Header, own: Header | None) -> Header:
    """Add what the damaged FLAC's own header tells to what FFmpeg found in its frames."""
    if own is None:
        return header
    bits = own.bits_per_sample if own.channels == header.channels else header.bits_per_sample
    return replace(header, frames=None, tags=own.tags or header.tags, notes=own.notes, bits_per_sample=bits)


def _ask_libraries(source: ByteSource, entry: AudioFormat) -> tuple[Header, Route]:
    """Ask libsndfile if it knows the container, and FFmpeg if that fails or libsndfile does not know it."""
    from desktop_app.audio.decoding import soundfile_decoder

    if entry.libsndfile and entry.name not in ("FLAC", "MP3", "OGG"):
        try:
            header, seekable = soundfile_decoder.describe(source)
        except UserError:
            if not entry.ffmpeg:
                raise
        else:
            if header.encoding not in _MISREAD and (header.encoding, header.bits_per_sample) != ("ALAC", 32):
                return header, Route("soundfile", "exact" if seekable else "never")
    from desktop_app.audio.decoding import ffmpeg_container

    return ffmpeg_container.describe(source, entry.name, entry.ffmpeg)


def _examined(source: ByteSource, header: Header, route: Route, demuxer: str) -> Examination:
    metadata = AudioMetadata(
        sample_rate_hz=header.sample_rate_hz,
        frames=header.frames,
        channels=header.channels,
        bits_per_sample=header.bits_per_sample,
        encoding=header.encoding,
        container=header.container,
        tags=header.tags,
        size_bytes=source.size_bytes,
        notes=header.notes,
    )
    return Examination(metadata, route, demuxer)
