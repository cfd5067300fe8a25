"""Labels inside a WAV file: cue points, their texts (`labl`), comments (`note`) and lengths (`ltxt`).

Microsoft and IBM, Multimedia Programming Interface 1.0 (1991), "cue-points chunk" and "associated data list". Written
into a copy of the recording, whose sound and other chunks stay as they are, byte for byte.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from desktop_app.annotation.annotations import Annotation
from desktop_app.audio.atomic import replacing
from desktop_app.audio.sources import require_regular_file, shown_name
from desktop_app.errors import UserError
from desktop_app.interchange.labels import (
    NOTE,
    POINTS,
    FileLabels,
    Keeps,
    LabelFormat,
    Loss,
    Options,
    Progress,
    Written,
    whole_as_span,
)
from desktop_app.interchange.losses import held
from desktop_app.interchange.naming import targets
from desktop_app.interchange.reading import Glimpse, Notes, decode, tidied

_MOST_CHUNKS = 1000
_MOST_CHUNK_BYTES = 64 * 2**20
_COPY_BYTES = 2**20
_LARGEST_WAV = 2**32 - 1
_CUE = struct.Struct("<II4sIII")  # id, position, chunk, chunk start, block start, frame in the block
_REGION = struct.Struct("<II4sHHHH")  # id, frames, purpose, country, language, dialect, code page
_PURPOSE = b"rgn "


@dataclass
class _Cues:
    """What the chunks say, by the number of a cue."""

    frames: dict[int, int] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    start: int
    size: int


def recognises(seen: Glimpse) -> bool:
    """Return whether it is a WAV file."""
    return seen.head[:4] == b"RIFF" and seen.head[8:12] == b"WAVE"


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the cues as points, those with a length as regions; the recording is the file itself."""
    require_regular_file(path)
    try:
        with path.open("rb") as file:
            chunks = list(_chunks(file))
            rate_hz = _rate_hz(file, chunks, notes)
            cues = _read_cues(file, chunks)
    except (OSError, struct.error) as error:
        raise UserError(f"“{notes.name}” is no complete WAV file: its cues cannot be read.") from error
    annotations = tuple(_annotations(cues, rate_hz, notes))
    return [FileLabels(path.name, annotations, sample_rate_hz=rate_hz)]


def holds_cues(path: Path) -> bool:
    """Return whether it is a WAV file with cues in it."""
    try:
        require_regular_file(path)
        with path.open("rb") as file:
            return recognises(Glimpse(path, file.read(12))) and any(chunk.name == b"cue " for chunk in _chunks(file))
    except (OSError, UserError):
        return False


def _chunks(file: IO[bytes]) -> Iterator[_Chunk]:
    """Yield the chunks of a RIFF file that lie inside it."""
    file.seek(0, 2)
    end, at = file.tell(), 12
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        size = min(int.from_bytes(head[4:], "little"), end - at - 8)
        yield _Chunk(head[:4], at + 8, size)
        at += 8 + size + (size & 1)


def _body(file: IO[bytes], chunk: _Chunk) -> bytes:
    file.seek(chunk.start)
    return file.read(min(chunk.size, _MOST_CHUNK_BYTES))


def _rate_hz(file: IO[bytes], chunks: Sequence[_Chunk], notes: Notes) -> int:
    formats = [_body(file, chunk) for chunk in chunks if chunk.name == b"fmt "]
    rate_hz = int.from_bytes(formats[0][4:8], "little") if formats else 0
    if not rate_hz:
        raise UserError(f"“{notes.name}” tells no sample rate: its cues have no times.")
    return rate_hz


def _read_cues(file: IO[bytes], chunks: Sequence[_Chunk]) -> _Cues:
    cues = _Cues()
    for chunk in chunks:
        if chunk.name == b"cue ":
            body = _body(file, chunk)[4:]
            for number, _, _, _, _, frame in _CUE.iter_unpack(body[: len(body) // _CUE.size * _CUE.size]):
                cues.frames[number] = frame
        elif chunk.name == b"LIST":
            body = _body(file, chunk)
            if body[:4] == b"adtl":
                _read_list(body, cues)
    return cues


def _read_list(body: bytes, cues: _Cues) -> None:
    """Take the texts and lengths of an associated data list."""
    at = 4
    while at + 12 <= len(body):
        name, size = body[at : at + 4], int.from_bytes(body[at + 4 : at + 8], "little")
        content = body[at + 8 : at + 8 + size]
        number = int.from_bytes(content[:4], "little")
        if name == b"ltxt" and len(content) >= 8:
            cues.lengths[number] = int.from_bytes(content[4:8], "little")
        elif name in (b"labl", b"note"):
            texts = cues.labels if name == b"labl" else cues.comments
            texts[number] = tidied(decode(content[4:].partition(b"\0")[0])[0])
        at += 8 + size + (size & 1)


def _annotations(cues: _Cues, rate_hz: int, notes: Notes) -> Iterator[Annotation]:
    lost = (cues.labels.keys() | cues.comments.keys()) - cues.frames.keys()
    if lost:
        notes.skipped["texts of cues that are not there"] += len(lost)
    for number, frame in sorted(cues.frames.items(), key=lambda cue: (cue[1], cue[0])):
        yield Annotation(
            cues.labels.get(number, "").strip(),
            onset_s=frame / rate_hz,
            offset_s=(frame + cues.lengths.get(number, 0)) / rate_hz,
            note=cues.comments.get(number, ""),
            **FORMAT.default,
        )


def write(labels: Sequence[FileLabels], target: Path, _options: Options, progress: Progress) -> Written:
    """Write copies of the recordings with their labels as cues, into a folder or, of one recording, as that file."""
    files: list[Path] = []
    problems: list[str] = []
    count = 0
    for done, (copy, each) in enumerate(targets(labels, target, FORMAT), 1):
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            _write_copy(each, copy)
            files.append(copy)
            count += held([each], FORMAT)
        except OSError as error:
            problems.append(f"“{shown_name(copy)}” could not be written ({error.strerror}).")
        except UserError as error:
            problems.append(str(error))
        progress(done, len(labels))
    return Written(tuple(files), count, tuple(problems))


def _write_copy(labels: FileLabels, copy: Path) -> None:
    source = Path(labels.path)
    require_regular_file(source)
    if copy.exists():
        raise UserError(f"“{shown_name(copy)}” exists already: choose another folder, no recording is overwritten.")
    with source.open("rb") as file:
        if not recognises(Glimpse(source, file.read(12))):
            raise UserError(f"“{shown_name(source)}” is no WAV file: cues are written into WAV files only.")
        chunks = list(_chunks(file))
        rate_hz = _rate_hz(file, chunks, Notes(shown_name(source)))
        added = _cue_chunks(labels, rate_hz)
        kept = [chunk for chunk in chunks if not _is_cue_chunk(file, chunk)]
        size = 4 + sum(8 + chunk.size + (chunk.size & 1) for chunk in kept) + len(added)
        if size > _LARGEST_WAV:
            raise UserError(f"“{shown_name(source)}” has no room for cues, as a WAV file ends at 4 GB.")
        with replacing(copy) as out:
            out.write(b"RIFF" + struct.pack("<I", size) + b"WAVE")
            for chunk in kept:
                _copy_chunk(file, chunk, out)
            out.write(added)


def _is_cue_chunk(file: IO[bytes], chunk: _Chunk) -> bool:
    if chunk.name != b"LIST":
        return chunk.name == b"cue "
    file.seek(chunk.start)
    return file.read(4) == b"adtl"


def _copy_chunk(file: IO[bytes], chunk: _Chunk, out: IO[bytes]) -> None:
    out.write(chunk.name + struct.pack("<I", chunk.size))
    file.seek(chunk.start)
    left = chunk.size
    while left:
        piece = file.read(min(left, _COPY_BYTES))
        if not piece:
            raise UserError("The recording ended while it was copied: try again.")
        out.write(piece)
        left -= len(piece)
    out.write(b"\0" * (chunk.size & 1))


def _cue_chunks(labels: FileLabels, rate_hz: int) -> bytes:
    """Return the chunks for all labels, numbered from 1."""
    cues, listed = b"", b""
    number = 0
    for annotation in labels.annotations:
        times = whole_as_span(labels, annotation)
        if times is None:
            continue
        number += 1
        start, stop = (round(time * rate_hz) for time in times)
        cues += _CUE.pack(number, start, b"data", 0, 0, start)
        listed += _chunk(b"labl", struct.pack("<I", number) + _text(FORMAT.keeps.label(annotation.label)))
        if annotation.note:
            listed += _chunk(b"note", struct.pack("<I", number) + _text(FORMAT.keeps.text(annotation.note)))
        if stop > start:
            listed += _chunk(b"ltxt", _REGION.pack(number, stop - start, _PURPOSE, 0, 0, 0, 0))
    return _chunk(b"cue ", struct.pack("<I", number) + cues) + _chunk(b"LIST", b"adtl" + listed) if number else b""


def _text(text: str) -> bytes:
    return text.encode() + b"\0"


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def _rounded(labels: Sequence[FileLabels]) -> Iterator[Loss]:
    count = 0
    for each in labels:
        rate_hz = each.sample_rate_hz
        for annotation in each.annotations:
            times = whole_as_span(each, annotation)
            count += bool(rate_hz and times and any(round(time * rate_hz) / rate_hz != time for time in times))
    yield "Moved to the nearest frame of the recording: {n}.", count


FORMAT = LabelFormat(
    name="wav-cues",
    title="WAV cues",
    suffixes=(".wav",),
    recognises=recognises,
    read=read,
    write=write,
    keeps=Keeps(frozenset({POINTS, NOTE}), forbidden="\0", remarks=("Written into a copy of the recording.",)),
    per_recording=True,
    more_losses=_rounded,
)
