"""Which library decodes what, and how it gets to the middle of it: the measurements of docs/decisions.md as a table.

The rule behind it: a slice must hold exactly the frames that a full decode has there. Where a library's own seek gives
that, it is used; where the decoder has a memory, decoding starts `preroll_frames` earlier; where the memory hardly
fades (speech codecs, Opus) or never (AAC's noise substitution draws random numbers) it restarts on a fixed grid; where
positions are only known to the millisecond but packets have a fixed length they are snapped; and where nothing helps
the decode is kept.
"""

from dataclasses import dataclass, replace
from typing import Literal

from desktop_app.audio.decoding.headers.header import Header

Seek = Literal["exact", "snapped", "never"]


@dataclass(frozen=True, slots=True)
class Route:
    """How to decode one recording."""

    library: Literal["soundfile", "ffmpeg"]
    """Who decodes it."""
    seek: Seek = "exact"
    """How a position is reached; "never": decode from the start and keep what was decoded."""
    preroll_frames: int = 0
    """Frames decoded before the wanted one and thrown away, until the decoder's memory is right."""
    grid_frames: int = 0
    """Where not 0: decoding starts at a multiple of this, so that every slice has one and the same history."""
    decoder: str = ""
    """FFmpeg's decoder, where its first choice for the codec is not the best one."""
    keep_padding: bool = False
    """Whether FFmpeg must not trim what the container calls padding: in CAF it trims the last frame a second time."""
    last_seek: int = 1 << 62
    """No seek goes behind this frame, because the time stamps there are wrong."""
    check_frames: bool = False
    """Whether frames with a wrong checksum are silenced instead of played."""


_KEPT = Route("ffmpeg", "never")
_BIT_RESERVOIR = 24_000
# Speech decoders and Opus predict from their own output: on steady tones a different beginning can be heard of (0.0005)
# for seconds, in GSM for more than two. 2^18 frames are 5 to 33 s, at most 60 ms of decoding.
_GRID = 1 << 18
# 2^21 frames are 47 s at 44.1 kHz: at most 0.13 s of decoding for a slice, and the same output as FFmpeg's own full
# decode for every shorter file.
_AAC_GRID = 1 << 21

_FFMPEG_ROUTES: dict[str, Route] = {
    "MP3": Route("ffmpeg", preroll_frames=_BIT_RESERVOIR),
    "MP2": Route("ffmpeg", preroll_frames=_BIT_RESERVOIR, decoder="mp2float"),  # the other one dithers
    "VORBIS": Route("ffmpeg", preroll_frames=16_384),
    "OPUS": Route("ffmpeg", preroll_frames=48_000, grid_frames=_GRID),
    "AAC": Route("ffmpeg", preroll_frames=8_192, grid_frames=_AAC_GRID),
    "GSM": Route("ffmpeg", preroll_frames=24_000, grid_frames=_GRID),
    # FFmpeg's own AMR decoders differ from the reference by 0.014 (narrow) and 0.068 (wide); these are bit-exact.
    "AMR_NB": Route("ffmpeg", preroll_frames=24_000, grid_frames=_GRID, decoder="libopencore_amrnb"),
    "AMR_WB": Route("ffmpeg", "never", decoder="libopencore_amrwb"),
}
_EXACT_ANYWHERE = frozenset(("PCM_S", "PCM_U", "PCM_F", "ULAW", "ALAW", "FLAC", "ALAC", "WAVPACK", "TTA"))
# Matroska keeps milliseconds; packets of these have one length, which tells the exact position again.
_FIXED_PACKETS = frozenset(("OPUS", "AAC", "MP3"))


def route_of_header(header: Header) -> Route:
    """Return the way for a container whose header was read by this project."""
    if header.access == "libsndfile" and header.encoding != "GSM" and not _is_half_rate_mp3(header):
        preroll = {"MP3": 16_384, "OPUS": header.sample_rate_hz}.get(header.encoding, 0)
        return Route("soundfile", preroll_frames=preroll, grid_frames=_GRID if header.encoding == "OPUS" else 0)
    route = route_of_codec(header.encoding, exact_times=header.access != "scan", fixed_packets=False)
    return replace(route, check_frames=header.container == "FLAC", last_seek=header.last_seek)


def _is_half_rate_mp3(header: Header) -> bool:
    """Return whether it is MPEG-2 or 2.5: there libmpg123 is wrong by 0.02 after seeks and writes to stderr."""
    return header.encoding == "MP3" and header.sample_rate_hz < 32_000


def route_of_codec(encoding: str, *, exact_times: bool, fixed_packets: bool) -> Route:
    """Return the way for a stream in one of FFmpeg's containers, by whether its time stamps are exact to the sample.

    `fixed_packets` says that the container's coarse time stamps may be snapped to packets of one length.
    """
    if exact_times and encoding in _EXACT_ANYWHERE:
        return Route("ffmpeg")
    route = _FFMPEG_ROUTES.get(encoding, _KEPT)
    if exact_times or route.seek == "never":
        return route
    if fixed_packets and encoding in _FIXED_PACKETS:
        return Route("ffmpeg", "snapped", route.preroll_frames, route.grid_frames)
    return Route("ffmpeg", "never", decoder=route.decoder)
