"""Reading what others wrote: limits, encodings, numbers, and what is said of rows that are damaged."""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

from desktop_app.audio.sources import require_regular_file, shown_name
from desktop_app.errors import UserError

MOST_BYTES = 256 * 2**20
"""A label file above this is refused; a million rows of BirdNET take 150 MB."""
HEAD_BYTES = 64 * 1024
MOST_TOLD = 20
"""Damaged places that are told one by one; the rest is counted."""

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_LONGEST_NUMBER = 400  # the smallest floats, written out, take 330
_MOST_SHOWN = 60
LARGEST = Decimal(10**12)
"""No number of a label is larger."""
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_IN_QUOTES = re.compile(r'"[^"]*"')
DELIMITERS = "\t;,"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))


class DamagedRowError(ValueError):
    """One row cannot be understood; the text says why, to follow “was left out: ”."""


@dataclass
class Notes:
    """What there is to tell about a label file while it is read. One thread."""

    name: str
    """Of the file, as sentences show it."""
    problems: list[str] = field(default_factory=list)
    """Whole sentences."""
    skipped: Counter[str] = field(default_factory=Counter)
    """What was left out on purpose, and how often."""
    checkpoint: Callable[[], None] = lambda: None
    """Called for each row; what it raises ends the reading."""
    _damaged: int = 0

    def damaged(self, row: int, reason: object, what: str = "Row") -> None:
        """Tell that a row was left out; rows are counted from 1, the head of a table included."""
        self.tell(f"{what} {row} of “{self.name}” was left out: {reason}.")

    def tell(self, sentence: str) -> None:
        """Tell of one damaged place; after `MOST_TOLD` of them they are only counted."""
        self._damaged += 1
        if self._damaged <= MOST_TOLD:
            self.problems.append(sentence)

    @contextmanager
    def row(self, number: int, what: str = "Row") -> Iterator[None]:
        """Leave out the row that is read in this block, and tell it, where it is damaged."""
        self.checkpoint()
        try:
            yield
        except DamagedRowError as reason:
            self.damaged(number, reason, what)

    def sentences(self) -> tuple[str, ...]:
        """Return all problems, the untold ones as a count."""
        untold = self._damaged - MOST_TOLD
        more = (f"{untold:,} more places of “{self.name}” are damaged, too.",) if untold > 0 else ()
        return (*self.problems, *more)


@dataclass(frozen=True)
class Glimpse:
    """The beginning of a file, by which its format is told."""

    path: Path
    """The file or folder."""
    head: bytes
    """Its first bytes; empty for a folder."""

    @property
    def name(self) -> str:
        """Return the file name in small letters."""
        return self.path.name.lower()

    @cached_property
    def text(self) -> str:
        """Return the first bytes as text, as far as they are."""
        return decode(self.head)[0]

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines of the beginning that are not blank; the last one may be cut."""
        return [line for line in lines_of(self.text) if line.strip()]

    @cached_property
    def columns(self) -> frozenset[str]:
        """Return the cells of the first line, folded, as if it were the head of a table."""
        first = self.lines[0] if self.lines else ""
        return frozenset(folded(cell.strip('"')) for cell in first.split(delimiter_of(first)))

    def has(self, *columns: str) -> bool:
        """Return whether the first line holds all these columns."""
        return all(folded(column) in self.columns for column in columns)


def glimpse(path: Path) -> Glimpse:
    """Return the beginning of a file; UserError where there is none."""
    if path.is_dir():
        return Glimpse(path, b"")
    if is_empty(path):
        return Glimpse(path, b"")
    require_regular_file(path)
    with _explained(path), path.open("rb") as file:
        return Glimpse(path, file.read(HEAD_BYTES))


def is_empty(path: Path) -> bool:
    """Return whether it is a file of 0 bytes, as Audacity writes a track without labels."""
    return path.is_file() and path.stat().st_size == 0


def read_bytes(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return a label file's contents; UserError where it cannot be read or is too large to be one."""
    if is_empty(path):
        return b""
    if require_regular_file(path).st_size > most_bytes:
        raise UserError(f"“{shown_name(path)}” is larger than {most_bytes // 2**20} MiB: divide it into several files.")
    with _explained(path):
        return path.read_bytes()


def read_text(path: Path, notes: Notes, most_bytes: int = MOST_BYTES) -> str:
    """Return a label file's text, and tell what of it was no Unicode."""
    text, guess = decode(read_bytes(path, most_bytes))
    if guess:
        notes.problems.append(f"“{notes.name}” is not proper Unicode: {guess}.")
    return text


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, whichever of LF, CR and CRLF ends them; no other character ends a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"“{shown_name(path)}” cannot be read: {error.strerror}.") from error


def decode(data: bytes) -> tuple[str, str]:
    """Return bytes as text, and what had to be guessed: UTF-8, UTF-16 with its mark, else Latin-1 as Windows has it."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    try:
        # A beginning may end inside a letter: up to 3 bytes of it.
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=len(data) != HEAD_BYTES), ""
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "its letters were read as Latin-1"


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError:
        return data.decode(encoding, "replace"), "letters that could not be read became “\ufffd”"


def tidied(text: str) -> str:
    """Return text that can be written as UTF-8: JSON may hold halves of letters."""
    return text if text.isascii() else _LONE_SURROGATES.sub("\ufffd", text)


@lru_cache(4096)  # the same few for every row
def folded(name: str) -> str:
    """Return a column's name as it is compared: without case and without spaces around it."""
    return name.strip().casefold()


def delimiter_of(line: str) -> str:
    """Return what divides the cells of a line: tab, semicolon or comma, whichever is outside quotes the most often."""
    outside = _IN_QUOTES.sub("", line)
    return max(DELIMITERS, key=outside.count) if any(mark in outside for mark in DELIMITERS) else ","


def is_number(text: str) -> bool:
    """Return whether the text is a finite decimal number, with a point or a comma."""
    return len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text.strip()) is not None


def number(text: str, what: str) -> Decimal:
    """Return a number exactly as written, with a point or a decimal comma; DamagedRowError names `what` else."""
    if not is_number(text):
        shown = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
        raise DamagedRowError(f"its {what} “{shown}” is no number" if shown.strip() else f"it has no {what}")
    value = Decimal(text.strip().replace(",", "."))
    if abs(value) > LARGEST:
        raise DamagedRowError(f"its {what} {text.strip()} is beyond all bounds")
    return value


def maybe_number(text: str, what: str) -> float | None:
    """Return a number, or None for an empty cell and for "nan"."""
    return None if text.strip().lower() in ("", "nan", "na", "none") else float(number(text, what))


def exactly(value: float) -> Decimal:
    """Return the shortest decimal number that reads back as this float."""
    return Decimal(repr(float(value)))


def decimal_text(value: float | Decimal, least_digits: int = 0) -> str:
    """Return a number with a point, without exponent, with all digits that it takes to read back the same."""
    text = format(exactly(value) if isinstance(value, float | int) else value, "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(least_digits, "0")
    return f"{'0' if whole == '-0' and not fraction.strip('0') else whole}{'.' if fraction else ''}{fraction}"
