"""Bare streams of speech frames: AMR (RFC 4867, storage format) and GSM 06.10. Their length is counted, not read."""

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers.header import Header

# Bytes of a frame by the four bits of its type, its own header byte included (3GPP TS 26.101 and 26.201).
_NARROW = (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 1, 1)
_WIDE = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1)
_READ_BYTES = 1024 * 1024
_GSM_FRAME_BYTES, _GSM_FRAME_SAMPLES = 33, 160
_CUT_OFF = "The file ends in the middle of a frame: everything before it is read."


def read_amr_header(source: ByteSource, head: bytes) -> Header | None:
    """Return what an AMR file holds; None for its multichannel variants, which no decoder here reads."""
    for magic, encoding, rate, sizes in (
        (b"#!AMR\n", "AMR_NB", 8_000, _NARROW),
        (b"#!AMR-WB\n", "AMR_WB", 16_000, _WIDE),
    ):
        if head.startswith(magic):
            count, whole, even = _count_frames(source, len(magic), sizes)
            return Header(
                container="AMR",
                encoding=encoding,
                sample_rate_hz=rate,
                channels=1,
                frames=None if count is None else count * rate // 50,
                notes=() if whole else (_CUT_OFF,),
                access="seek" if even else "scan",
            )
    return None


def _count_frames(source: ByteSource, start: int, sizes: tuple[int, ...]) -> tuple[int | None, bool, bool]:
    """Return the number of 20 ms frames, whether the last is whole, and whether all have one length.

    The number is None where a frame of unknown type makes it doubtful.
    """
    count, at, seen = 0, start, set[int]()
    while at < source.size_bytes:
        block = source.read_at(at, _READ_BYTES)
        inside = 0
        while inside < len(block):
            size = sizes[block[inside] >> 3 & 15]
            if not size:
                return None, False, False
            if at + inside + size > source.size_bytes:
                return count, False, len(seen) < 2
            seen.add(size)
            count += 1
            inside += size
        at += inside
    return count, True, len(seen) < 2


def read_gsm_header(source: ByteSource) -> Header:
    """Return what a file of bare GSM frames holds: 160 samples in 33 bytes, mono at 8 kHz."""
    whole, rest = divmod(source.size_bytes, _GSM_FRAME_BYTES)
    return Header(
        container="GSM",
        encoding="GSM",
        sample_rate_hz=8_000,
        channels=1,
        frames=whole * _GSM_FRAME_SAMPLES,
        notes=(_CUT_OFF,) if rest > 1 else (),
        access="seek",
    )
