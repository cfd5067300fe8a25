"""TextGrid text files: long, short, mixed and chronological.

Only free-standing numbers, "texts" and <flags> are data; all other words, and what follows a "!", are comment (Praat
manual, "TextGrid file formats"). A piece of data of the wrong kind is passed over and told.
"""

import re
from collections.abc import Iterator

from desktop_app.interchange.praat.tiers import INTERVALS, POINTS, Entry, Grid, Tier
from desktop_app.interchange.reading import Notes, is_number

CHRONOLOGICAL = "Praat chronological TextGrid text file"
TEXT_FILE = "ooTextFile"

_TOKEN = re.compile(r'"((?:[^"]+|"")*+)"|!([^\n]*)|<([^>\n]*)>|(\S+)')
_NUMBER, _TEXT, _FLAG = "number", "text", "flag"
_MOST = 1e9  # entries that a file can announce


class _EndedError(Exception):
    """The file, or what was looked for in it, is over."""


class _Pieces:
    """The data of the file, one piece after the other."""

    def __init__(self, text: str, notes: Notes) -> None:
        self._text, self._notes = text, notes
        self._line, self._line_at = 1, 0
        self._pieces = self._found()
        self._peeked: tuple[str, str, int] | None = None

    def _found(self) -> Iterator[tuple[str, str, int]]:
        for match in _TOKEN.finditer(self._text):
            self._notes.checkpoint()
            text, comment, flag, word = match.groups()
            if text is not None:
                yield _TEXT, text.replace('""', '"'), match.start()
            elif flag is not None:
                yield _FLAG, flag, match.start()
            elif comment is None and is_number(word):
                yield _NUMBER, word, match.start()

    def peek(self) -> tuple[str, str, int]:
        """Return the next piece (kind, value, place) without taking it; _EndedError at the end of the file."""
        if self._peeked is None:
            self._peeked = next(self._pieces, None)
        if self._peeked is None:
            raise _EndedError
        return self._peeked

    def take(self, kind: str, *, stop_at_tier: bool = False) -> str:
        """Return the next piece of a kind and pass over others; _EndedError where a tier begins, if that is asked."""
        while True:
            found, value, place = self.peek()
            if found == kind:
                self._peeked = None
                return value
            if stop_at_tier and found == _TEXT and value in (INTERVALS, POINTS):
                raise _EndedError
            self._peeked = None
            self.tell(place, f"“{value}” stands where a {kind} belongs, and was passed over")

    def tell(self, place: int, what: str) -> None:
        """Note a problem with its line; places come in the order of the text."""
        self._line += self._text.count("\n", self._line_at, place)
        self._line_at = place
        self._notes.tell(f"Line {self._line} of “{self._notes.name}”: {what}.")

    def seconds(self, *, stop_at_tier: bool = False) -> float:
        """Return the next number, which may be beyond all bounds."""
        return float(self.take(_NUMBER, stop_at_tier=stop_at_tier).replace(",", "."))

    def count(self) -> int:
        """Return the next number as a count."""
        return int(min(max(self.seconds(), 0.0), _MOST))


def read_grid(text: str, notes: Notes) -> Grid:
    """Return what a TextGrid's text holds, as far as it is one."""
    pieces = _Pieces(text, notes)
    grid = Grid(0.0, 0.0)
    try:
        if pieces.take(_TEXT) == CHRONOLOGICAL:
            _read_by_time(pieces, grid, notes)
        else:
            pieces.take(_TEXT)  # "TextGrid"
            _read_by_tier(pieces, grid)
    except _EndedError:
        notes.problems.append(f"“{notes.name}” ends before all that it announces: what was there is kept.")
    return grid


def _read_by_tier(pieces: _Pieces, grid: Grid) -> None:
    grid.onset_s, grid.offset_s = pieces.seconds(), pieces.seconds()
    if pieces.take(_FLAG) == "absent":
        return
    for _ in range(pieces.count()):
        _skip_to_tier(pieces)
        tier = Tier(pieces.take(_TEXT), pieces.take(_TEXT))
        grid.tiers.append(tier)
        pieces.seconds(), pieces.seconds()  # the tier's bounds may be narrower than its entries (praatio)
        _read_entries(pieces, tier, pieces.count())


def _skip_to_tier(pieces: _Pieces) -> None:
    """Pass over entries that their tier did not count."""
    while True:
        kind, value, place = pieces.peek()
        if kind == _TEXT and value in (INTERVALS, POINTS):
            return
        pieces.take(kind)
        pieces.tell(place, f"“{value}” stands where a tier begins, and was passed over")


def _read_entries(pieces: _Pieces, tier: Tier, count: int) -> None:
    for done in range(count):
        try:
            onset_s = pieces.seconds(stop_at_tier=True)
            offset_s = pieces.seconds(stop_at_tier=True) if tier.kind == INTERVALS else onset_s
            tier.entries.append(Entry(onset_s, offset_s, pieces.take(_TEXT)))
        except _EndedError:
            pieces.tell(pieces.peek()[2], f"the tier “{tier.name}” has {done} entries, not {count}")  # or ends the file
            return


def _read_by_time(pieces: _Pieces, grid: Grid, notes: Notes) -> None:
    grid.onset_s, grid.offset_s = pieces.seconds(), pieces.seconds()
    for _ in range(pieces.count()):
        grid.tiers.append(Tier(pieces.take(_TEXT), pieces.take(_TEXT)))
        pieces.seconds(), pieces.seconds()
    row = 0
    while _has_more(pieces):
        row += 1
        place = pieces.count() - 1
        if not 0 <= place < len(grid.tiers):
            notes.damaged(row, f"there is no tier {place + 1}", "Entry")
            pieces.take(_TEXT)
            continue
        tier = grid.tiers[place]
        onset_s = pieces.seconds()
        offset_s = pieces.seconds() if tier.kind == INTERVALS else onset_s
        tier.entries.append(Entry(onset_s, offset_s, pieces.take(_TEXT)))


def _has_more(pieces: _Pieces) -> bool:
    try:
        pieces.peek()
    except _EndedError:
        return False
    return True
