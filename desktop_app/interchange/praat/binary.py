"""TextGrid binary files, which Praat writes on demand and describes in its source alone (`melder_writebinary`).

Numbers are big-endian; a text is its length in two bytes and its letters in one byte each, or FFFF, the length, and
two bytes each. Found with real files: there is no padding anywhere.
"""

import struct

from desktop_app.interchange.praat.tiers import INTERVALS, POINTS, Entry, Grid, Tier
from desktop_app.interchange.reading import Notes

MAGIC = b"ooBinaryFile"
_WIDE = 0xFFFF


class _Bytes:
    """The rest of the file; struct.error where it is over."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def numbers(self, layout: str) -> tuple[float, ...]:
        """Return the next numbers."""
        found = struct.unpack_from(f">{layout}", self._data, self._at)
        self._at += struct.calcsize(f">{layout}")
        return found

    def short_text(self) -> str:
        """Return a name whose length is one byte."""
        (length,) = self.numbers("B")
        return self._letters(int(length), "ascii")

    def text(self) -> str:
        """Return a text whose length is two bytes."""
        (length,) = self.numbers("H")
        if length != _WIDE:
            return self._letters(int(length), "latin-1")
        (length,) = self.numbers("H")
        return self._letters(2 * int(length), "utf-16-be")

    def _letters(self, count: int, encoding: str) -> str:
        (letters,) = struct.unpack_from(f"{count}s", self._data, self._at)
        self._at += count
        return str(letters.decode(encoding, "replace"))


def read_grid(data: bytes, notes: Notes) -> Grid:
    """Return what a binary TextGrid holds, as far as the file goes."""
    rest = _Bytes(data, len(MAGIC))
    grid = Grid(0.0, 0.0)
    try:
        rest.short_text()  # "TextGrid"
        grid.onset_s, grid.offset_s, exists, tiers = rest.numbers("ddbi")
        for _ in range(int(tiers) if exists else 0):
            _read_tier(rest, grid)
    except struct.error:
        notes.problems.append(f"“{notes.name}” ends before all that it announces: what was there is kept.")
    return grid


def _read_tier(rest: _Bytes, grid: Grid) -> None:
    tier = Tier(rest.short_text(), rest.text())
    if tier.kind not in (INTERVALS, POINTS):
        raise struct.error(f"a tier of an unknown kind, {tier.kind}")
    grid.tiers.append(tier)
    _, _, count = rest.numbers("ddi")
    for _ in range(int(count)):
        times = rest.numbers("dd" if tier.kind == INTERVALS else "d")
        tier.entries.append(Entry(times[0], times[-1], rest.text()))
