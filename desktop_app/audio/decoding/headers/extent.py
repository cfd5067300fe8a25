"""How long a file ought to be by its own header, so that a cut-off copy can be told from a short recording."""

import re
from typing import Literal

from desktop_app.audio.decoding.byte_source import ByteSource

_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_MATROSKA_SEGMENT = bytes.fromhex("18538067")
_UNKNOWN_32 = (0, 0xFFFF_FFFF)
_MOST_BOXES = 10_000


def promised_bytes(source: ByteSource, name: str, head: bytes) -> int:
    """Return the length that the header of container `name` promises, 0 where it promises nothing."""
    if name in ("AIFF", "SVX"):
        return _iff(head, "big")
    if name == "AVI":
        return _iff(head, "little")
    if name == "AU":
        order: Literal["big", "little"] = "big" if head[:4] == b".snd" else "little"
        data = int.from_bytes(head[8:12], order)
        return 0 if data in _UNKNOWN_32 else int.from_bytes(head[4:8], order) + data
    if name == "W64":
        return int.from_bytes(head[16:24], "little")
    if name == "SPH":
        return _sphere(head)
    if name == "WMA":
        at = head.find(_ASF_FILE_PROPERTIES)
        return int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0
    if name == "MKV":
        return _matroska(head)
    if name == "CAF":
        return _end_of_caf_data(source)
    return _last_box_end(source) if name == "MP4" else 0


def _iff(head: bytes, order: Literal["big", "little"]) -> int:
    size = int.from_bytes(head[4:8], order)
    return 0 if size in _UNKNOWN_32 else 8 + size


def _sphere(head: bytes) -> int:
    fields = {name: int(value) for name, value in re.findall(rb"(\w+) -(?:i|s\d+) (\d{1,12})\n", head)}
    try:
        frame_bytes = fields[b"channel_count"] * fields[b"sample_n_bytes"]
        return int(head[8:16]) + fields[b"sample_count"] * frame_bytes
    except (KeyError, ValueError):  # a SPHERE header need not have them
        return 0


def _matroska(head: bytes) -> int:
    """Return the end of the segment; its size is a number whose leading zeros tell how many bytes it takes."""
    at = head.find(_MATROSKA_SEGMENT) + len(_MATROSKA_SEGMENT)
    if at < len(_MATROSKA_SEGMENT) or at >= len(head) or not head[at]:
        return 0
    width = 9 - head[at].bit_length()
    unknown = (1 << 7 * width) - 1
    size = int.from_bytes(head[at : at + width]) & unknown
    return 0 if size == unknown else at + width + size


def _end_of_caf_data(source: ByteSource) -> int:
    """Return where the `data` chunk of a Core Audio file ends; its size is -1 while a recording goes on."""
    at = 8
    for _ in range(_MOST_BOXES):
        raw = source.read_at(at, 12)
        if len(raw) < 12:
            break
        size = int.from_bytes(raw[4:], signed=True)
        if size < 0:
            break
        at += 12 + size
        if raw[:4] == b"data":
            return at
    return 0


def _last_box_end(source: ByteSource) -> int:
    """Return where the last of the top-level boxes of an MPEG-4 file ends."""
    at = 0
    for _ in range(_MOST_BOXES):
        raw = source.read_at(at, 16)
        if len(raw) < 8:
            break
        size = int.from_bytes(raw[:4])
        if size == 1:
            size = int.from_bytes(raw[8:16])
        if size < 8:  # 0: up to the end of the file
            break
        at += size
    return at
