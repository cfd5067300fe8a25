"""Open a container with PyAV (FFmpeg) and tell what its sound is. Importing this imports PyAV (0.2 s)."""

import re
from contextlib import closing, suppress
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers.header import Header
from desktop_app.audio.decoding.routes import Route, route_of_codec
from desktop_app.errors import UserError

FFMPEG_ERRORS = (av.error.FFmpegError, UnicodeDecodeError)
# What may be tried on contents without a magic number. Never FFmpeg's whole list: among its demuxers are playlists that
# would open other files and network addresses.
_UNNAMED_STREAMS = "mp3,aac,ac3,eac3"
_TECHNICAL_TAGS = frozenset(
    ("major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id", "language")
)
_ENCODINGS = {
    "pcm_mulaw": "ULAW",
    "pcm_alaw": "ALAW",
    "mp3": "MP3",
    "mp2": "MP2",
    "mp1": "MP1",
    "amr_nb": "AMR_NB",
    "amr_wb": "AMR_WB",
    "gsm": "GSM",
    "gsm_ms": "GSM",
    "wmav1": "WMA",
    "wmav2": "WMA",
    "wmapro": "WMA",
    "wmavoice": "WMA",
    "wmalossless": "WMA",
    **{
        name: name.upper()
        for name in ("aac", "alac", "flac", "vorbis", "opus", "wavpack", "tta", "ac3", "eac3", "speex")
    },
}
_M4A_BRANDS = ("M4A ", "M4B ", "M4P ")
_TAIL_S = 2
_CUT_OFF = "The file is cut off: what is there of it is read."
_MOST_MUTE_PACKETS = 500


def open_container(source: ByteSource, demuxer: str) -> InputContainer:
    """Return the opened container; `demuxer` "" lets FFmpeg recognise a bare stream. UserError if it cannot."""
    options = {} if demuxer else {"format_whitelist": _UNNAMED_STREAMS}
    try:
        opened = av.open(
            source.for_ffmpeg(), "r", format=demuxer or None, container_options=options, metadata_errors="replace"
        )
    except FFMPEG_ERRORS as error:
        source.check()
        raise UserError(_why_not_opened(source.name, demuxer)) from error
    source.check()
    return opened


def _why_not_opened(name: str, demuxer: str) -> str:
    if demuxer == "mp4":
        return f"“{name}” is cut off or damaged: the index without which nothing in it can be read is missing."
    if demuxer:
        return f"“{name}” is damaged: its header cannot be read."
    return f"“{name}” holds no sound that can be read: its contents are of no known kind."


def sound_of(container: InputContainer, source: ByteSource) -> AudioStream:
    """Return the container's first audio stream; UserError if there is none or nothing can decode it."""
    if not container.streams.audio:
        raise UserError(f"“{source.name}” holds no sound track.")
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise UserError(f"“{source.name}” holds sound in an encoding that nothing here can decode.")
    return stream


def describe(source: ByteSource, name: str, demuxer: str) -> tuple[Header, Route]:
    """Return what the container `name` holds and how to decode it; UserError if there is no sound in it."""
    with closing(open_container(source, demuxer)) as container:
        stream = sound_of(container, source)
        _require_sound(container, stream, source)
        encoding = encoding_of(stream.codec_context.codec.canonical_name)
        name = _precise_name(container, source, name)
        route = _route(stream, name, encoding)
        frames, whole = _frames(container, stream, encoding) if name in _TELL_LENGTH else (None, True)
        header = Header(
            container=name,
            encoding=encoding,
            sample_rate_hz=stream.codec_context.sample_rate,
            channels=stream.codec_context.channels,
            bits_per_sample=_bits(source, stream, encoding),
            frames=frames,
            tags=_tags(container, stream),
            notes=() if whole else (_CUT_OFF,),
        )
        return header, route


def _frames_per_tick(stream: AudioStream) -> Fraction:
    return (stream.time_base or Fraction(0)) * stream.codec_context.sample_rate


def _route(stream: AudioStream, name: str, encoding: str) -> Route:
    ticks = _frames_per_tick(stream)
    exact = ticks > 0 and (ticks.numerator == 1 or ticks == 2) and name not in _ROUGH
    route = route_of_codec(encoding, exact_times=exact, fixed_packets=name in ("MKV", "WEBM"))
    return replace(route, keep_padding=name == "CAF")


def _require_sound(container: InputContainer, stream: AudioStream, source: ByteSource) -> None:
    """UserError unless something decodes: FFmpeg opens an empty FLAC or text named .gsm without a word."""
    try:
        for packet in islice(container.demux(stream), _MOST_MUTE_PACKETS):
            with suppress(*FFMPEG_ERRORS):
                if packet.decode():
                    return
    except FFMPEG_ERRORS:
        source.check()
    raise UserError(f"“{source.name}” is damaged: nothing in it can be decoded.")


# Their time stamps look exact but are not, or do not lead to the right packet.
_ROUGH = frozenset(("AVI", "WMA", "AC3"))
_TELL_LENGTH = frozenset(("M4A", "MP4", "WAVPACK", "TTA"))


def encoding_of(codec: str) -> str:
    """Return torchaudio's word for one of FFmpeg's codec names."""
    if codec in _ENCODINGS:
        return _ENCODINGS[codec]
    if codec.startswith("pcm_"):
        return {"s": "PCM_S", "u": "PCM_U", "f": "PCM_F"}.get(codec[4], "UNKNOWN")
    return "ADPCM" if codec.startswith("adpcm_") or codec in ("g722", "g726", "g726le") else "UNKNOWN"


def _precise_name(container: InputContainer, source: ByteSource, name: str) -> str:
    """Return the entry of the table that fits best where one kind of container has several."""
    if name == "MKV":
        return "WEBM" if b"webm" in source.read_at(0, 64) else "MKV"
    if name == "MP4":
        film = any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video)
        brand = container.metadata.get("major_brand", "")
        return "M4A" if not film and (brand in _M4A_BRANDS or source.suffix in (".m4a", ".m4b")) else "MP4"
    if name:
        return name
    kind = container.format.name
    return {"mp3": "MP3", "aac": "AAC", "ac3": "AC3", "eac3": "AC3"}.get(kind, kind.upper())


def _frames(container: InputContainer, stream: AudioStream, encoding: str) -> tuple[int | None, bool]:
    """Return how many frames will be decoded (None if that is not certain) and whether the file seems whole.

    The last packets are looked at: a header tells the length rounded to milliseconds, or that of a whole file where
    half of it is missing. FFmpeg does not trim the encoder's padding behind the end of AAC, so neither is it here.
    """
    context = stream.codec_context
    if not stream.duration or _frames_per_tick(stream) != 1 or (encoding == "AAC" and context.profile != "LC"):
        return None, True
    end, last = 0, 0
    try:
        container.seek(max(0, stream.duration - _TAIL_S * context.sample_rate), stream=stream)
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None and not packet.is_corrupt:
                last = context.frame_size if encoding in ("AAC", "AMR_NB", "OPUS") else packet.duration or 0
                end = max(end, packet.pts + (last or (960 if encoding == "OPUS" else 160)))
    except FFMPEG_ERRORS:
        return None, False
    if end + max(last, context.sample_rate // 100) < stream.duration:
        return None, False
    return end - (stream.start_time or 0), True


def _bits(source: ByteSource, stream: AudioStream, encoding: str) -> int:
    context = stream.codec_context
    extra = context.extradata or b""
    if encoding.startswith("PCM_"):
        digits = re.search(r"\d+", context.codec.canonical_name)
        return int(digits.group()) if digits else 0
    if encoding in ("ULAW", "ALAW"):
        return 8
    if encoding == "FLAC" and len(extra) >= 34:
        return (int.from_bytes(extra[-24:-16]) >> 36 & 31) + 1
    if encoding == "ALAC" and b"alac" in extra:
        return extra[extra.find(b"alac") + 13]
    if encoding == "WAVPACK":
        flags = int.from_bytes(source.read_at(24, 4), "little")
        return ((flags & 3) + 1) * 8 - (flags >> 13 & 31)
    if encoding == "TTA":
        return int.from_bytes(source.read_at(8, 2), "little")
    return 0


def _tags(container: InputContainer, stream: AudioStream) -> dict[str, str]:
    merged = {**stream.metadata, **container.metadata}
    return {name.lower(): value for name, value in merged.items() if value and name.lower() not in _TECHNICAL_TAGS}
