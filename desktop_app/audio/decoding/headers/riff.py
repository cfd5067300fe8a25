"""WAV, RF64 and AMB headers: what the chunks say, checked against the length of the file.

Read here and not by libsndfile alone because it takes an unfinished recording (data size 0) for an empty one, a block
count for the length of GSM and ADPCM, and keeps an ambisonic file's kind to itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.headers import tags
from desktop_app.audio.decoding.headers.header import Header

_PCM, _MS_ADPCM, _FLOAT, _ALAW, _ULAW, _IMA_ADPCM, _GSM, _EXTENSIBLE = 1, 2, 3, 6, 7, 0x11, 0x31, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
# The ambisonic sub-formats (R. Dobson's WAVE_EX AMB); the first two bytes are again the format tag.
_AMBISONIC_TAIL = bytes.fromhex("00002107d3118644c8c1ca000000")
_ENCODINGS = {
    (_PCM, 8): "PCM_U",
    (_PCM, 16): "PCM_S",
    (_PCM, 24): "PCM_S",
    (_PCM, 32): "PCM_S",
    (_FLOAT, 32): "PCM_F",
    (_FLOAT, 64): "PCM_F",
    (_ALAW, 8): "ALAW",
    (_ULAW, 8): "ULAW",
}
_BLOCK_ENCODINGS = {_GSM: "GSM", _MS_ADPCM: "ADPCM", _IMA_ADPCM: "ADPCM"}
_TAG_CHUNKS = {b"bext": tags.broadcast, b"LIST": tags.riff_info, b"guan": tags.guano}
_UNKNOWN_SIZES = (0xFFFF_FFFF, 0xFFFF_FFFE, 0x7FFF_FFFF)
_MOST_CHUNKS = 100
_LONGEST_TAG_CHUNK = 1024 * 1024
_UNFINISHED = "The recording was not finished properly: everything up to the end of the file is read."


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class _Data:
    """The `data` chunk: what it claims, and what the file has from its start on."""

    claimed: int
    available: int
    followed: bool
    """Whether other chunks come after it."""

    @property
    def unfinished(self) -> bool:
        """Return whether a recorder was cut off before it could write the length."""
        return self.claimed == 0 and self.available > 0 and not self.followed

    @property
    def readable(self) -> int:
        """Return the bytes of sound that are there."""
        return self.available if self.unfinished else min(self.claimed, self.available)

    def notes(self, block_bytes: int) -> tuple[str, ...]:
        """Return what to tell about a missing end; the size of a streamed file is unknown, not wrong."""
        if self.unfinished:
            return (_UNFINISHED,)
        if self.claimed in _UNKNOWN_SIZES or self.claimed - self.available < block_bytes:
            return ()
        percent = 100 * self.available / self.claimed
        return (f"The file is cut off: only {percent:.0f} % of the sound that its header promises is there.",)


@dataclass(frozen=True, slots=True)
class _Wave:
    """The `fmt ` chunk."""

    tag: int
    channels: int
    sample_rate_hz: int
    block_bytes: int
    bits: int
    samples_per_block: int
    ambisonic: bool


def read_header(source: ByteSource, head: bytes, container: str) -> Header | None:
    """Return what a WAV or RF64 file holds; None for layouts and encodings that are left to the libraries."""
    if head[:4] == b"RIFX":
        return None
    chunks = list(_chunks(source, head))
    first: dict[bytes, _Chunk] = {}
    for chunk in chunks:
        first.setdefault(chunk.name, chunk)
    wave = _parse_fmt(_body(source, head, first[b"fmt "])) if b"fmt " in first else None
    if wave is None or b"data" not in first:
        return None
    data = _Data(first[b"data"].size, source.size_bytes - first[b"data"].start, chunks[-1].name != b"data")
    found = _with_frames(wave, data, _fact(source, head, first.get(b"fact")))
    if found is None:
        return None
    ambisonic = wave.ambisonic or (container == "WAV" and source.suffix == ".amb")
    return replace(found, container="AMB" if ambisonic else container, tags=_tags(source, head, chunks))


def _chunks(source: ByteSource, head: bytes) -> Iterator[_Chunk]:
    """Yield the chunks in order; `data` may be said to reach beyond the end of the file."""
    at, size64, seen_data = 12, 0, False
    for _ in range(_MOST_CHUNKS):
        raw = _bytes_at(source, head, at, 8)
        if len(raw) < 8:
            return
        name, size = raw[:4], int.from_bytes(raw[4:], "little")
        if name == b"data" and size in _UNKNOWN_SIZES and size64:
            size = size64
        if name == b"ds64":
            size64 = int.from_bytes(_bytes_at(source, head, at + 16, 8), "little")
        chunk = _Chunk(name, at + 8, size)
        if seen_data and not _is_real(chunk, source.size_bytes):
            return
        yield chunk
        seen_data = seen_data or name == b"data"
        at += 8 + size + (size & 1)


def _is_real(chunk: _Chunk, size_bytes: int) -> bool:
    """Return whether this can be a chunk: behind a `data` of size 0 the sound of an unfinished recording may stand."""
    return chunk.name.strip(b" \0").isalnum() and chunk.start + chunk.size <= size_bytes


def _bytes_at(source: ByteSource, head: bytes, offset: int, count: int) -> bytes:
    if offset + count <= len(head):
        return head[offset : offset + count]
    return source.read_at(offset, count) if offset + count <= source.size_bytes else b""


def _body(source: ByteSource, head: bytes, chunk: _Chunk) -> bytes:
    return _bytes_at(source, head, chunk.start, min(chunk.size, _LONGEST_TAG_CHUNK))


def _parse_fmt(body: bytes) -> _Wave | None:
    if len(body) < 16:
        return None
    number = [int.from_bytes(body[at : at + 2], "little") for at in range(0, min(len(body), 40) - 1, 2)]
    tag, ambisonic = number[0], False
    if tag == _EXTENSIBLE and len(body) >= 40:
        tag = number[12]
        ambisonic = body[26:40] == _AMBISONIC_TAIL
        if not ambisonic and body[26:40] != _GUID_TAIL:
            return None
    rate = number[2] | number[3] << 16
    return _Wave(tag, number[1], rate, number[6], number[7], number[9] if len(number) > 9 else 0, ambisonic)


def _fact(source: ByteSource, head: bytes, chunk: _Chunk | None) -> int:
    """Return the frames of the `fact` chunk, which encodings with blocks need; 0 if there is none."""
    return int.from_bytes(_bytes_at(source, head, chunk.start, 4), "little") if chunk and chunk.size >= 4 else 0


def _with_frames(wave: _Wave, data: _Data, fact: int) -> Header | None:
    encoding, bits, block_frames = _ENCODINGS.get((wave.tag, wave.bits), ""), wave.bits, 1
    if not encoding:
        encoding, bits, block_frames = _BLOCK_ENCODINGS.get(wave.tag, ""), 0, wave.samples_per_block
    whole = block_frames != 1 or wave.block_bytes * 8 == wave.channels * wave.bits
    if not (encoding and whole and block_frames and wave.block_bytes and wave.channels and wave.sample_rate_hz):
        return None
    frames = data.readable // wave.block_bytes * block_frames
    most = -(-data.readable // wave.block_bytes) * block_frames
    if block_frames > 1 and most - block_frames < fact <= most and data.claimed <= data.available:
        frames = fact
    return Header(
        container="WAV",
        encoding=encoding,
        sample_rate_hz=wave.sample_rate_hz,
        channels=wave.channels,
        bits_per_sample=bits,
        frames=frames,
        notes=data.notes(wave.block_bytes),
        access="seek" if data.unfinished else "libsndfile",
    )


def _tags(source: ByteSource, head: bytes, chunks: list[_Chunk]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks:
        parse = _TAG_CHUNKS.get(chunk.name)
        if parse is not None:
            found.update(parse(_body(source, head, chunk)))
    return found
