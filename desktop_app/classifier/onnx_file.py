"""What an ONNX file says of itself, by the standard library: its metadata, and whether it reaches for other files.

An ONNX file is one protocol buffer message (https://protobuf.dev/programming-guides/encoding; the fields' numbers are
those of onnx/onnx.proto). Listing models must not start a runtime, and a file from a stranger is looked through before
a runtime sees it: ONNX lets weights live in other files, which are named in it, graphs loop for ever, functions call
functions until a small file is an endless graph, and tables of two numbers claim to fill the memory.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.audio.sources import require_regular_file, shown_name
from desktop_app.errors import UserError

SUFFIX = ".onnx"
CARD_KEY = "earmark_card"
SOURCE_KEY = "earmark_source_sha256"
INPUT_KEY = "earmark_input"
OUTPUT_KEY = "earmark_output"
PRECISION_KEY = "earmark_precision"
CHECK_KEY = "earmark_check"
OURS = "earmark_"
MOST_BYTES = 512 * 2**20
MOST_FIELDS = 3_000_000  # a large network has some thousands; a file made of empty fields must not keep us for hours
MOST_DEPTH = 40
MOST_DIMENSIONS = 64  # of one table
MOST_NUMBERS = MOST_BYTES // 4  # in one table: float32 of the largest file
LEAST_BYTES_A_NUMBER = 0.25  # the smallest kinds of ONNX take two bits

_GRAPH, _METADATA = 7, 14
_KEY, _VALUE = 1, 2
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_DIMENSIONS = {"tensor": 1, "sparse": 3}
_OPERATOR, _DOMAIN = 4, 7
_LOOPS = ("Loop", "Scan", "SequenceMap")
"""How often they go round is said by numbers in the graph; of the operators that hold graphs only If ends by itself."""
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft")
_MODEL = "model"
_INSIDE: dict[str, dict[int, str]] = {
    _MODEL: {_GRAPH: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""Message -> number of a field -> the message in it, down to every place where a tensor or an operator can stand."""

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_MOST_VARINT_BYTES = 10


@dataclass(frozen=True)
class _Field:
    number: int
    start: int
    """Where the field begins, its number included."""
    content: memoryview
    """What it holds, where it is of the length-delimited kind, else empty."""
    value: int
    """The number, where it is of the varint kind, else 0."""
    end: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of a repeated field of the varint kind, one by one or packed; ValueError if too many."""
        if len(self.content) > MOST_DIMENSIONS * _MOST_VARINT_BYTES:
            raise ValueError("too many dimensions")
        return tuple(_varints(self.content)) if self.content else (self.value,)


def read_onnx(path: Path) -> bytes:
    """Return the content of an ONNX file that stands alone; UserError for anything else. Any thread."""
    data = _content(path)
    with _damage_told(path):
        if not any(field.number == _GRAPH for field in _fields(memoryview(data))):
            raise ValueError("no graph")
        _look_through(memoryview(data), shown_name(path))
    return data


def read_metadata(path: Path) -> dict[str, str]:
    """Return what the file says of itself, name -> text; UserError where it is no ONNX. Any thread."""
    data = _content(path)
    with _damage_told(path):
        return metadata_in(data)


def metadata_in(data: bytes | memoryview) -> dict[str, str]:
    """Return the metadata in the content of a file; ValueError where it is no ONNX."""
    entries = (_entry(field.content) for field in _fields(memoryview(data)) if field.number == _METADATA)
    return dict(entries)


def with_metadata(data: bytes, values: Mapping[str, str]) -> bytes:
    """Return the content with Earmark's entries in its metadata replaced by these; what others wrote stays."""
    kept = [
        data[field.start : field.end]
        for field in _fields(memoryview(data))
        if field.number != _METADATA or not _entry(field.content)[0].startswith(OURS)
    ]
    added = [_packed(_METADATA, _packed(_KEY, key) + _packed(_VALUE, value)) for key, value in values.items()]
    return b"".join([*kept, *added])


def _packed(number: int, content: bytes | str) -> bytes:
    encoded = content.encode() if isinstance(content, str) else content
    return _as_varint(number << 3 | _BYTES) + _as_varint(len(encoded)) + encoded


def _as_varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _content(path: Path) -> bytes:
    size = require_regular_file(path).st_size
    if size > MOST_BYTES:
        raise UserError(f"“{shown_name(path)}” is too large for a model ({size / 2**20:,.0f} MiB); choose another one.")
    try:
        return path.read_bytes()
    except OSError as reason:
        raise UserError(f"“{shown_name(path)}” cannot be read ({reason.strerror}); choose another one.") from reason


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, RecursionError) as reason:
        name = shown_name(path)
        raise UserError(f"“{name}” is not an ONNX model or is damaged; choose another one.") from reason


def _entry(data: memoryview) -> tuple[str, str]:
    texts = {field.number: str(field.content, "utf-8") for field in _fields(data)}
    return texts.get(_KEY, ""), texts.get(_VALUE, "")


def _look_through(data: memoryview, file_name: str) -> None:
    """Raise UserError or ValueError for what no runtime shall see, wherever it stands."""
    waiting = [(_MODEL, data, 0)]
    seen = 0
    while waiting:
        message, content, depth = waiting.pop()
        numbers = 1
        for field in _fields(content):
            seen += 1
            if seen > MOST_FIELDS or depth > MOST_DEPTH:
                raise ValueError("too many fields")
            refused = _refusal(message, field)
            if refused:
                raise UserError(f"“{file_name}” {refused}.")
            if field.number == _DIMENSIONS.get(message):
                for size in field.numbers:
                    numbers = min(numbers * size, MOST_BYTES * MOST_BYTES)  # so that no product takes for ever
            inside = _INSIDE[message].get(field.number)
            if inside:
                waiting.append((inside, field.content, depth + 1))
        most = MOST_NUMBERS if message == "sparse" else len(content) / LEAST_BYTES_A_NUMBER
        if message in _DIMENSIONS and len(content) and numbers > most:
            raise UserError(
                f"“{file_name}” has a table that claims {numbers:,} numbers, which it does not hold; "
                "get the model again."
            )


def _refusal(message: str, field: _Field) -> str:
    """Return why a model with this field is not taken and what to do, empty where it is."""
    if message == "tensor" and field.number in (_EXTERNAL_DATA, _DATA_LOCATION) and (field.content or field.value):
        return "keeps its weights in other files; choose a model that is one file"
    if message == _MODEL and _INSIDE[_MODEL].get(field.number) == "function":
        return "has functions of its own; export it again with its functions inlined"
    if message == "node" and field.number == _OPERATOR and _text(field) in _LOOPS:
        return f"may compute for ever (it has a loop, {_text(field)}); choose a model without loops"
    if message == "node" and field.number == _DOMAIN and _text(field) not in _DOMAINS:
        return f"uses operators that Earmark does not know ({_text(field)[:40]}); choose a model of plain ONNX"
    return ""


def _text(field: _Field) -> str:
    return str(field.content, "utf-8")


def _fields(data: memoryview) -> Iterator[_Field]:
    """Yield the fields of a message; ValueError where it is cut short or no message."""
    place = 0
    while place < len(data):
        start = place
        tag, place = _varint(data, place)
        number, kind = tag >> 3, tag & 7
        content, value = data[0:0], 0
        if kind == _VARINT:
            value, place = _varint(data, place)
        elif kind == _BYTES:
            length, place = _varint(data, place)
            content = data[place : place + length]
            place += length
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            place += 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("a kind of field that ONNX does not use")
        if place > len(data) or not number:
            raise ValueError("cut short")
        yield _Field(number, start, content, value, place)


def _varints(data: memoryview) -> Iterator[int]:
    place = 0
    while place < len(data):
        value, place = _varint(data, place)
        yield value


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    """Return the number that begins at a place, and the place after it."""
    value = 0
    for index in range(_MOST_VARINT_BYTES):
        if place + index >= len(data):
            break
        byte = data[place + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, place + index + 1
    raise ValueError("cut short")
