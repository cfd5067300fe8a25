"""MPEG audio: frame headers (ISO/IEC 11172-3, 13818-3) and the Xing, Info and LAME fields of MP3 files.

Only the Xing frame tells how long an MP3 is, and only LAME's extension how much silence its encoder added in front and
behind. Without them libsndfile guesses (it read 45 % of a variable-rate file in silence), so the length stays unknown.
"""

from dataclasses import dataclass

from desktop_app.audio.decoding.byte_source import HEAD_BYTES, ByteSource
from desktop_app.audio.decoding.headers import tags
from desktop_app.audio.decoding.headers.header import Header

_BITRATES_KBPS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
# The decoder itself is late by 528 samples and one more (LAME's technical FAQ); it adds them to the encoder's delay.
_DECODER_DELAY = 529
_ADTS_RATES = 13
_ID3V1_BYTES = 128
_SLACK_BYTES = 4096
_SMALLEST_FRAME_BYTES = 24  # MPEG-2 layer III at 8 kbit/s and 24 kHz
_LONGEST_ID3 = 1024 * 1024
_CUT_OFF = "The file is cut off: its header promises more sound than is there."


@dataclass(frozen=True, slots=True)
class MpegFrame:
    """What the four header bytes of one MPEG audio frame say."""

    layer: int
    """1, 2 or 3."""
    sample_rate_hz: int
    """Frames (in this project's sense) per second."""
    channels: int
    """1 or 2."""
    samples: int
    """Frames of sound in it."""
    size_bytes: int
    """From this header to the next."""
    xing_offset: int
    """Where a Xing field would stand."""


def parse_frame(head: bytes, offset: int = 0) -> MpegFrame | None:
    """Return the frame whose header stands at `offset`, None if those four bytes are no header."""
    if len(head) < offset + 4 or head[offset] != 0xFF or head[offset + 1] < 0xE0:
        return None
    second, third, fourth = head[offset + 1 : offset + 4]
    version, layer = second >> 3 & 3, 4 - (second >> 1 & 3)
    bitrate_index, rate_index = third >> 4, third >> 2 & 3
    if version == 1 or layer == 4 or bitrate_index in (0, 15) or rate_index == 3:
        return None
    first_version = version == 3
    bitrate = _BITRATES_KBPS[1 if first_version else 2, layer][bitrate_index - 1] * 1000
    rate = _RATES_HZ[version][rate_index]
    samples = 384 if layer == 1 else 1152 if layer == 2 or first_version else 576
    padding = third >> 1 & 1
    size = (12 * bitrate // rate + padding) * 4 if layer == 1 else samples // 8 * bitrate // rate + padding
    mono = fourth >> 6 == 3
    side_information = (17 if mono else 32) if first_version else (9 if mono else 17)
    return MpegFrame(layer, rate, 1 if mono else 2, samples, size, offset + 4 + side_information)


def is_mpeg_audio_start(head: bytes) -> bool:
    """Return whether `head` starts with MPEG audio: a frame header followed, where that is in sight, by another."""
    first = parse_frame(head)
    if first is None:
        return False
    if first.size_bytes + 4 > len(head):
        return True
    second = parse_frame(head, first.size_bytes)
    return second is not None and (second.layer, second.sample_rate_hz) == (first.layer, first.sample_rate_hz)


def is_adts_start(head: bytes) -> bool:
    """Return whether `head` starts with AAC in ADTS frames (ISO/IEC 13818-7)."""
    size = _adts_frame_bytes(head, 0)
    return size > 0 and (size + 7 > len(head) or _adts_frame_bytes(head, size) > 0)


def _adts_frame_bytes(head: bytes, offset: int) -> int:
    frame = head[offset : offset + 7]
    if len(frame) < 7 or frame[0] != 0xFF or frame[1] & 0xF6 != 0xF0 or frame[2] >> 2 & 15 >= _ADTS_RATES:
        return 0
    size = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5
    return size if size > 7 else 0


@dataclass(frozen=True, slots=True)
class XingField:
    """The length that the encoder wrote into the first frame."""

    frames: int
    """Frames of sound, without the encoder's silence in front and behind."""
    audio_bytes: int
    """Bytes from the first MPEG frame to the end of the last."""
    usual: bool
    """Whether the encoder's silence is long enough behind, too; FFmpeg is exact even where it is not."""


def parse_xing(head: bytes, first: MpegFrame) -> XingField | None:
    """Return what the Xing or Info field in the first frame promises; None unless LAME's delays stand with it."""
    at = first.xing_offset
    flags = int.from_bytes(head[at + 4 : at + 8])
    if head[at : at + 4] not in (b"Xing", b"Info") or flags & 3 != 3:
        return None
    mpeg_frames, audio_bytes = int.from_bytes(head[at + 8 : at + 12]), int.from_bytes(head[at + 12 : at + 16])
    lame = at + 16 + (100 if flags & 4 else 0) + (4 if flags & 8 else 0)  # behind the seek table and the quality
    delays = int.from_bytes(head[lame + 21 : lame + 24])
    delay, padding = delays >> 12, delays & 0xFFF
    behind = max(0, padding - _DECODER_DELAY)
    frames = mpeg_frames * first.samples - delay - _DECODER_DELAY - behind
    if delay == 0 or frames <= 0 or mpeg_frames * _SMALLEST_FRAME_BYTES > audio_bytes:
        return None
    return XingField(frames, audio_bytes, padding >= _DECODER_DELAY)


def read_header(source: ByteSource, offset: int) -> Header | None:
    """Return what an MP3 or MP2 stream starting at `offset` holds; None if no frame is found there.

    `frames` is known only where the Xing field agrees with the length of the file; otherwise libsndfile is kept away
    from it.
    """
    head = source.read_at(offset, HEAD_BYTES)
    padding = len(head) - len(head.lstrip(b"\0"))
    head = source.read_at(offset + padding, HEAD_BYTES)
    first = parse_frame(head)
    if first is None:
        return None
    xing = parse_xing(head, first) if first.layer == 3 else None
    present = source.size_bytes - offset - padding
    cut_off = xing is not None and xing.audio_bytes > present
    trusted = xing is not None and not cut_off and _ends_there(source, present - xing.audio_bytes)
    return Header(
        container="MP3" if first.layer == 3 else "MP2",
        encoding=f"MP{first.layer}",
        sample_rate_hz=first.sample_rate_hz,
        channels=first.channels,
        frames=xing.frames if xing is not None and trusted else None,
        tags=tags.id3v2(source.read_at(0, min(offset, _LONGEST_ID3))) if offset else {},
        notes=(_CUT_OFF,) if cut_off else (),
        access="libsndfile" if xing is not None and trusted and xing.usual else "seek",
    )


def _ends_there(source: ByteSource, surplus: int) -> bool:
    """Return whether nothing but tags follows the sound that the Xing field promises."""
    if surplus <= _SLACK_BYTES:
        return True
    tail = source.tail(_ID3V1_BYTES + 32)
    return surplus <= _LONGEST_ID3 and (tail[32:35] == b"TAG" or b"APETAGEX" in tail)
