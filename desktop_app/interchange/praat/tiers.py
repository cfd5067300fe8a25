"""What a TextGrid holds."""

from dataclasses import dataclass, field

INTERVALS, POINTS = "IntervalTier", "TextTier"


@dataclass(frozen=True)
class Entry:
    """One interval or point."""

    onset_s: float
    """Its start or place."""
    offset_s: float
    """Its end; of a point the same as its start."""
    text: str
    """Empty for a gap between intervals."""


@dataclass
class Tier:
    """One tier."""

    kind: str
    """INTERVALS or POINTS."""
    name: str
    """Not always the only one of that name."""
    entries: list[Entry] = field(default_factory=list)
    """In the order of the file."""


@dataclass
class Grid:
    """A TextGrid, as far as it could be read."""

    onset_s: float
    """Start of its time domain, mostly 0."""
    offset_s: float
    """End of its time domain: the end of the recording."""
    tiers: list[Tier] = field(default_factory=list)
    """From top to bottom."""
