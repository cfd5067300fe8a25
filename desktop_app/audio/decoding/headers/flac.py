"""FLAC headers (RFC 9639): STREAMINFO, Vorbis comments, and whether the last frame is where STREAMINFO says.

A FLAC that was cut off still promises its full length, and libFLAC gives up on it ("lost sync"). So the last frame is
found and its two checksums are tested before the length is believed.
"""

from dataclasses import dataclass
from functools import cache, reduce

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers import tags
from desktop_app.audio.decoding.headers.header import Header

_STREAMINFO, _VORBIS_COMMENT = 0, 4
_LONGEST_COMMENT = 1024 * 1024
_MOST_BLOCKS = 200
_SYNC = (b"\xff\xf8", b"\xff\xf9")
_MOST_TAIL_BYTES = 2 * 1024 * 1024
_ID3V1_BYTES = 128
_CUT_OFF = "The file is cut off or damaged: what can be read of it is read."


@dataclass(frozen=True, slots=True)
class _StreamInfo:
    least_block: int
    most_block: int
    most_frame_bytes: int
    sample_rate_hz: int
    channels: int
    bits: int
    total: int

    @property
    def frame_bound_bytes(self) -> int:
        """Return how long a frame can be: uncompressed samples, a bit more a side channel, headers and checksum."""
        return max(self.most_frame_bytes, self.most_block * (self.channels * self.bits + 1) // 8 + 64)


def read_header(source: ByteSource, head: bytes, offset: int) -> Header | None:
    """Return what a FLAC stream starting at `offset` holds; None if its first block is no STREAMINFO."""
    if head[4] & 0x7F != _STREAMINFO or len(head) < 42:
        return None
    info = _parse_streaminfo(head[8:42])
    if not info.sample_rate_hz:
        return None
    comments, frames_at = _metadata(source, head, offset)
    end = _end_of_last_frame(source, info) if source.read_at(frames_at, 2) in _SYNC else None
    whole = end is not None and info.total in (0, end)
    return Header(
        container="FLAC",
        encoding="FLAC",
        sample_rate_hz=info.sample_rate_hz,
        channels=info.channels,
        bits_per_sample=info.bits,
        frames=end if whole else None,
        tags=comments,
        notes=() if whole else (_CUT_OFF,),
        # libsndfile takes a total of 0 (a streamed file) for 2^63 frames, and refuses samples of 12 or 20 bits.
        access="scan" if not whole else "libsndfile" if info.total and info.bits in (8, 16, 24) else "seek",
    )


def _parse_streaminfo(block: bytes) -> _StreamInfo:
    packed = int.from_bytes(block[10:18])
    return _StreamInfo(
        least_block=int.from_bytes(block[0:2]),
        most_block=int.from_bytes(block[2:4]),
        most_frame_bytes=int.from_bytes(block[7:10]),
        sample_rate_hz=packed >> 44,
        channels=(packed >> 41 & 7) + 1,
        bits=(packed >> 36 & 31) + 1,
        total=packed & (2**36 - 1),
    )


def _metadata(source: ByteSource, head: bytes, offset: int) -> tuple[dict[str, str], int]:
    """Return the comments and where the metadata end."""
    found: dict[str, str] = {}
    at = 4
    for _ in range(_MOST_BLOCKS):
        raw = head[at : at + 4] if at + 4 <= len(head) else source.read_at(offset + at, 4)
        if len(raw) < 4:
            break
        start, size = at + 4, int.from_bytes(raw[1:4])
        if raw[0] & 0x7F == _VORBIS_COMMENT:
            inside = start + size <= len(head)
            body = head[start : start + size] if inside else source.read_at(offset + start, min(size, _LONGEST_COMMENT))
            found = tags.vorbis_comments(body)
        at = start + size
        if raw[0] & 0x80:
            break
    return found, offset + at


def _end_of_last_frame(source: ByteSource, info: _StreamInfo) -> int | None:
    """Return the number of samples up to the end of the last frame, None if the file does not end with a whole one."""
    tail = source.tail(min(info.frame_bound_bytes + _ID3V1_BYTES, _MOST_TAIL_BYTES))
    if tail[-_ID3V1_BYTES:].startswith(b"TAG"):
        tail = tail[:-_ID3V1_BYTES]
    at = len(tail)
    while (at := max(tail.rfind(b"\xff\xf8", 0, at + 1), tail.rfind(b"\xff\xf9", 0, at + 1))) >= 0:
        end = _frame_end(tail, at, info)
        if end is not None and _checks(tail[at:]):
            code = tail[at + 3] >> 4
            return end if (code + 1 if code < 8 else 2) == info.channels else None
    return None


def _frame_end(tail: bytes, at: int, info: _StreamInfo) -> int | None:
    """Return the sample after the frame whose header stands at `at`, None if no valid header does."""
    if len(tail) < at + 6:
        return None
    size_code, rate_code = tail[at + 2] >> 4, tail[at + 2] & 15
    number, after = _coded_number(tail, at + 4)
    size_bytes = {6: 1, 7: 2}.get(size_code, 0)
    rate_bytes = {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    crc_at = after + size_bytes + rate_bytes
    if not after or crc_at >= len(tail) or _crc8(tail[at:crc_at]) != tail[crc_at]:
        return None
    samples = _block_samples(size_code, tail[after : after + size_bytes])
    if tail[at + 1] == 0xF9:  # variable block size: the number is the first sample's
        return number + samples
    return number * info.most_block + samples if info.most_block else None


def _block_samples(code: int, extra: bytes) -> int:
    if code == 1:
        return 192
    if 2 <= code <= 5:
        return 576 << (code - 2)
    return 1 + int.from_bytes(extra) if extra else 256 << (code - 8) if code >= 8 else 0


def _coded_number(tail: bytes, at: int) -> tuple[int, int]:
    """Return the number that is coded like UTF-8 and the offset behind it, (0, 0) if it is malformed."""
    first = tail[at]
    if first < 0x80:
        return first, at + 1
    extra = 6 - (~first & 0xFF).bit_length() + 1
    following = tail[at + 1 : at + 1 + extra]
    if not 1 <= extra <= 6 or len(following) < extra or any(byte >> 6 != 2 for byte in following):
        return 0, 0
    return reduce(lambda value, byte: value << 6 | byte & 0x3F, following, first & (0x3F >> extra)), at + 1 + extra


def _crc8(data: bytes) -> int:
    table = _crc8_table()
    return reduce(lambda crc, byte: table[crc ^ byte], data, 0)


@cache
def _crc8_table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
        return value

    return tuple(entry(value) for value in range(256))


def _checks(frame: bytes) -> bool:
    """Return whether the CRC-16 over a whole frame with its own checksum at the end is 0, that is: undamaged.

    As polynomials over GF(2): the frame must be a multiple of x^16 + x^15 + x^2 + 1 = (x + 1)(x^15 + x + 1). The first
    factor is the parity; for the second, (x^15 + x + 1)^(2^k) = x^(15*2^k) + x^(2^k) + 1 lets whole machine words be
    folded at once: 10 us for a frame of 10 kB, where a loop over its bytes takes 500.
    """
    value = int.from_bytes(frame)
    if value.bit_count() & 1:
        return False
    for power in range(max(value.bit_length() // 15, 1).bit_length(), -1, -1):
        width = 15 << power
        while value.bit_length() > width:
            high = value >> width
            value = (value & (1 << width) - 1) ^ high ^ high << (1 << power)
    return value == 0
