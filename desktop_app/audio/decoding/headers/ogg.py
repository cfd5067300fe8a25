"""Ogg pages (RFC 3533): codec, tags and length from the first and the last pages, without decoding.

The last whole page carries the position of its last sample (its granule). It is the exact length if the stream starts
at 0 and nothing is chained behind it; both are checked, and otherwise the length stays unknown.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers import tags
from desktop_app.audio.decoding.headers.header import Access, Header

_LONGEST_PAGE = 27 + 255 + 255 * 255
_USUAL_HEADERS = 64 * 1024
_LONGEST_HEADERS = 1024 * 1024  # pictures stand among the comments
_LAST_PAGE = 4
_NO_GRANULE = 2**64 - 1
_CUT_OFF = "The file ends before the recording does: everything up to the last whole page is read."
_OPUS_RATE_HZ = 48_000
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_LONGEST_OPUS_PACKET = 5760
# Silence can take one byte for a packet; a packet of Vorbis has up to 8,192 frames.
_MOST_FRAMES_PER_BYTE = 8192
# FFmpeg lands beside the wanted packet in FLAC and Speex.
_ACCESS: dict[str, Access] = {"OPUS": "libsndfile", "VORBIS": "seek"}
_OPUS_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)


@dataclass(frozen=True, slots=True)
class _Page:
    flags: int
    granule: int
    serial: int
    lacing: bytes
    body_start: int

    @property
    def end(self) -> int:
        return self.body_start + sum(self.lacing)

    @property
    def packets(self) -> int:
        """Return how many packets end on this page."""
        return sum(1 for length in self.lacing if length < 255)


def read_header(source: ByteSource) -> Header | None:
    """Return what an Ogg file holds if its first stream is Vorbis, Opus, FLAC or Speex; None for anything else."""
    start = source.read_at(0, _USUAL_HEADERS)
    first = _page_at(start, 0)
    if first is None:
        return None
    identification = start[first.body_start : first.end]
    parsed = _identify(identification)
    if parsed is None:
        return None
    container, encoding, rate, channels = parsed
    comment, sound = _comment_and_first_sound(start, first)
    if sound is None:
        comment, sound = _comment_and_first_sound(source.read_at(0, _LONGEST_HEADERS), first)
    ending, before = _last_pages(source, first.serial)
    frames = None
    if ending is not None and sound is not None and _starts_at_zero(sound, encoding, identification):
        frames = _length(encoding, identification, rate, ending.granule)
        if ending.granule > source.size_bytes * _MOST_FRAMES_PER_BYTE:
            frames = None
    cut_off = ending is not None and not ending.flags & _LAST_PAGE
    return Header(
        container=container,
        encoding=encoding,
        sample_rate_hz=rate,
        channels=channels,
        bits_per_sample=_flac_bits(identification) if encoding == "FLAC" else 0,
        frames=frames,
        tags=tags.vorbis_comments(_comment_block(comment)),
        notes=(_CUT_OFF,) if cut_off else (),
        access="scan" if frames is None else _ACCESS.get(encoding, "scan"),
        # The last page's position is that of the trimmed end, and FFmpeg counts backwards from it.
        last_seek=before.granule if before is not None else 0,
    )


def _page_at(data: bytes, at: int) -> _Page | None:
    """Return the page that starts at `at`, None if none does; its body may reach beyond `data`."""
    if data[at : at + 4] != b"OggS" or len(data) < at + 27 or data[at + 4] != 0:
        return None
    count = data[at + 26]
    lacing = data[at + 27 : at + 27 + count]
    if len(lacing) < count:
        return None
    granule = int.from_bytes(data[at + 6 : at + 14], "little")
    serial = int.from_bytes(data[at + 14 : at + 18], "little")
    return _Page(data[at + 5], granule, serial, lacing, at + 27 + count)


def _identify(packet: bytes) -> tuple[str, str, int, int] | None:
    """Return container, encoding, sample rate and channels from a stream's first packet."""
    if packet[:7] == b"\x01vorbis" and len(packet) >= 30:
        return "OGG", "VORBIS", int.from_bytes(packet[12:16], "little"), packet[11]
    if packet[:8] == b"OpusHead" and len(packet) >= 19:
        original = int.from_bytes(packet[12:16], "little")
        # libopus decodes at one of five rates; like libsndfile, take the recording's own where it is one of them.
        return "OPUS", "OPUS", original if original in _OPUS_RATES_HZ else _OPUS_RATE_HZ, packet[9]
    if packet[:5] == b"\x7fFLAC" and len(packet) >= 51:
        packed = int.from_bytes(packet[27:35])
        return "OGG", "FLAC", packed >> 44, (packed >> 41 & 7) + 1
    if packet[:8] == b"Speex   " and len(packet) >= 52:
        return "OGG", "SPEEX", int.from_bytes(packet[36:40], "little"), int.from_bytes(packet[48:52], "little")
    return None


def _flac_bits(packet: bytes) -> int:
    return (int.from_bytes(packet[27:35]) >> 36 & 31) + 1


def _comment_and_first_sound(start: bytes, first: _Page) -> tuple[bytes, _Page | None]:
    """Return the second packet of the stream and the first page that holds sound, as far as they are in `start`."""
    comment = b""
    comment_done = False
    for page in _pages(start, first.end):
        if page.serial != first.serial:
            continue
        if not comment_done:
            comment += _first_packet(start, page)
            comment_done = page.packets > 0
        if page.granule not in (0, _NO_GRANULE):
            return comment, page
    return comment, None


def _pages(data: bytes, at: int) -> Iterator[_Page]:
    while (page := _page_at(data, at)) is not None:
        yield page
        at = page.end


def _first_packet(data: bytes, page: _Page) -> bytes:
    size = 0
    for length in page.lacing:
        size += length
        if length < 255:
            break
    return data[page.body_start : page.body_start + size]


def _comment_block(packet: bytes) -> bytes:
    for magic in (b"\x03vorbis", b"OpusTags"):
        if packet.startswith(magic):
            return packet[len(magic) :]
    return packet[4:] if packet[:1] and packet[0] & 0x7F == 4 else packet


def _last_pages(source: ByteSource, serial: int) -> tuple[_Page | None, _Page | None]:
    """Return the last whole page with a position and the one before it.

    The last is None if it belongs to another stream (chained behind the first, or a film's picture).
    """
    tail = source.tail(2 * _LONGEST_PAGE)
    found: list[_Page] = []
    at = len(tail)
    while len(found) < 2 and (at := tail.rfind(b"OggS", 0, at)) >= 0:
        page = _page_at(tail, at)
        if page is not None and page.granule != _NO_GRANULE and _is_whole(tail[at : page.end], page.end - at):
            found.append(page)
    if not found or found[0].serial != serial:
        return None, None
    return found[0], found[1] if len(found) == 2 and found[1].serial == serial else None


def _is_whole(page: bytes, size: int) -> bool:
    """Return whether all of a page is there and its checksum is right.

    The polynomial is zlib's, but Ogg takes the bits in the other order and starts from 0.
    """
    if len(page) < size:
        return False
    blank = page[:22] + bytes(4) + page[26:]
    crc = zlib.crc32(blank.translate(_MIRRORED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return crc.to_bytes(4, "big").translate(_MIRRORED) == page[22:26]


def _starts_at_zero(sound: _Page, encoding: str, identification: bytes) -> bool:
    """Return whether the first page's position can come from its own packets: a cut from a broadcast starts later."""
    longest = {
        "VORBIS": 1 << (identification[28] >> 4) if len(identification) > 28 else 0,
        "OPUS": _LONGEST_OPUS_PACKET,
        "FLAC": 65_536,
        "SPEEX": 6_400,
    }[encoding]
    return sound.granule <= max(sound.packets, 1) * longest


def _length(encoding: str, identification: bytes, rate: int, granule: int) -> int | None:
    if encoding == "OPUS":
        skipped = int.from_bytes(identification[10:12], "little")
        return max(granule - skipped, 0) * rate // _OPUS_RATE_HZ
    return granule if encoding == "VORBIS" else None
