"""Tables with a head: read by the names of their columns, never by position, and written with columns for the rest."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop_app.errors import UserError
from desktop_app.interchange.reading import (
    DELIMITERS,
    DamagedRowError,
    Notes,
    delimiter_of,
    folded,
    lines_of,
    maybe_number,
    number,
    tidied,
)

MOST_COLUMNS = 10_000
_LONGEST_CELL = 16 * 2**20


class Cells:
    """One row by the names of its columns. What nobody takes is left for `Annotation.extra`."""

    def __init__(self, row: int, values: Mapping[str, str]) -> None:
        self.row = row
        self._left = dict(values)
        self._names = {folded(name): name for name in reversed(list(values))}

    def take(self, *names: str) -> str:
        """Return the first cell that is not blank among these columns, else the first of all; all are taken."""
        found = [self._left.pop(self._names.pop(folded(name)), "") for name in names if folded(name) in self._names]
        return next((cell for cell in found if cell.strip()), found[0] if found else "")

    def peek(self, name: str) -> str:
        """Return a cell without taking it."""
        return self._left.get(self._names.get(folded(name), ""), "")

    def number(self, *names: str) -> float | None:
        """Return a number, or None for a blank cell."""
        return maybe_number(self.take(*names), names[0])

    def rest(self) -> dict[str, str]:
        """Return what was not taken and is not blank."""
        return {name: tidied(cell) for name, cell in self._left.items() if cell.strip()}


@dataclass(frozen=True)
class Table:
    """A table as it was read."""

    columns: tuple[str, ...]
    """Names, as written, without spaces around them; nameless ones are called by their place."""
    rows: Sequence[Sequence[str]]
    """Cells; a row may be shorter or longer than the head."""

    def has(self, *names: str) -> bool:
        """Return whether all these columns are there."""
        known = {folded(name) for name in self.columns}
        return all(folded(name) in known for name in names)

    def cells(self, notes: Notes) -> Iterator[Cells]:
        """Yield the rows that are not blank; the reader's block tells damaged ones (`Notes.row`)."""
        for place, row in enumerate(self.rows, 2):
            if len(row) > MOST_COLUMNS:
                notes.damaged(place, f"it has {len(row):,} cells")
            elif any(cell.strip() for cell in row):
                names = (*self.columns, *(f"column {number}" for number in range(len(self.columns) + 1, len(row) + 1)))
                yield Cells(place, dict(zip(names, row, strict=False)))


def read_table(text: str, notes: Notes, *, quoted: bool = True) -> Table:
    """Return the table in a text; UserError where it has no head.

    The delimiter is the first of tab, semicolon and comma in the head. `quoted`: cells may stand in quotes, with
    delimiters, newlines and doubled quotes inside; else quotes are letters like others (Raven).
    """
    rows = lines_as_cells(text, notes, quoted=quoted)
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise UserError(f"“{notes.name}” is empty: a table begins with the names of its columns.")
    if len(rows[0]) > MOST_COLUMNS:
        raise UserError(f"“{notes.name}” has {len(rows[0]):,} columns: that is no table of labels.")
    return Table(tuple(_unique(rows[0])), rows[1:])


def lines_as_cells(text: str, notes: Notes, *, quoted: bool = True) -> list[list[str]]:
    """Return the rows of a table, its head included where it has one."""
    text = text.lstrip("\n\r")
    head = lines_of(text)[0]
    delimiter = "\t" if "\t" in head and not quoted else delimiter_of(head)
    if quoted and text.count('"') % 2:
        notes.problems.append(f"A quote in “{notes.name}” is never closed: quotes were read as letters like others.")
        quoted = False
    if quoted:
        return list(_quoted_rows(text, delimiter, notes))
    return [line.split(delimiter) for line in lines_of(text)]


def _quoted_rows(text: str, delimiter: str, notes: Notes) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        yield from reader
    except csv.Error as reason:
        notes.problems.append(f"“{notes.name}” is read up to line {reader.line_num} only: {reason}.")


def _unique(names: Sequence[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        plain = tidied(name).strip() or f"column {place}"
        seen[plain] = seen.get(plain, 0) + 1
        yield plain if seen[plain] == 1 else f"{plain} ({seen[plain]})"


def write_table(
    rows: Iterable[Mapping[str, str]],
    core: Sequence[str],
    *,
    delimiter: str = ",",
    end: str = "\n",
    quoted: bool = True,
) -> bytes:
    """Return rows as a UTF-8 table: the core columns first, then the others in the order of their first row.

    Cells are quoted where they must be. Not `quoted` (Raven): they hold neither the delimiter nor newlines.
    """
    rows = list(rows)
    columns = list(dict.fromkeys([*core, *(name for row in rows for name in row)]))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return write_rows(lines, delimiter=delimiter, end=end, quoted=quoted)


def write_rows(lines: Iterable[Sequence[str]], *, delimiter: str = ",", end: str = "\n", quoted: bool = True) -> bytes:
    """Return rows of cells as UTF-8, with quotes around the cells that need them."""
    text = "".join(delimiter.join(_cell(cell, delimiter) if quoted else cell for cell in line) + end for line in lines)
    return tidied(text).encode()


def _cell(text: str, delimiter: str) -> str:
    """Return a cell as it is written; `csv.writer` leaves a lone CR unquoted, and its own reader ends the row there."""
    if text[:1] != " " and not set(text) & {delimiter, *DELIMITERS, '"', "\n", "\r"}:
        return text
    return '"' + text.replace('"', '""') + '"'


def index(text: str, what: str) -> int | None:
    """Return a whole number, or None for a blank cell."""
    if not text.strip():
        return None
    value = number(text, what)
    if value != value.to_integral_value() or value < 0:
        raise DamagedRowError(f"its {what} “{text.strip()}” is no count")
    return int(value)
