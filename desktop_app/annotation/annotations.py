"""What a person or a model says about a recording: one label on all of it, a stretch, a box or a point."""

import math
import secrets
import time as clock
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from desktop_app.errors import UserError

MANUAL = "manual"
"""Source of what a person made."""
IMPORT_PREFIX = "import: "
"""Begins the source of what came out of a label file; the name of the format or file follows."""

NO_COLUMNS: Mapping[str, str] = MappingProxyType({})
"""What most annotations have as `extra`."""
YEARS = range(2, 9999)
"""Of times that stay possible whatever the offset."""
MOST_CHANNELS = 1 << 16


class Status(StrEnum):
    """What people think of an annotation. A reject stays, as an example of what the label is not."""

    DRAFT = "draft"
    """Nobody has judged it; so arrive predictions."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"


class Extent(StrEnum):
    """What of a recording an annotation is about."""

    CLIP = "clip"
    """All of it."""
    POINT = "point"
    REGION = "region"
    """A stretch of time, all frequencies."""
    BOX = "box"
    """A stretch of time and a band of frequencies."""


def new_id() -> str:
    """Return an id that no other annotation has; later ones sort after earlier ones, so that indices stay dense."""
    return f"{clock.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One label on one recording. UserError says in one sentence what is wrong with impossible values."""

    label: str
    """Name of the class; empty: drawn and not yet named."""
    recording_id: str = ""
    """Which recording; empty while unknown."""
    onset_s: float | None = None
    """Start in seconds from the start of the recording; None, with `offset_s`, for the whole of it."""
    offset_s: float | None = None
    """End in seconds; equal to `onset_s`: a point in time."""
    low_hz: float | None = None
    """Lower edge of a box; None: from the bottom."""
    high_hz: float | None = None
    """Upper edge of a box; None: to the top."""
    channel: int | None = None
    """From 0 on; None: all channels."""
    status: Status = Status.ACCEPTED
    """What people think of it."""
    source: str = MANUAL
    """`MANUAL`, the name of the model, or `IMPORT_PREFIX` with a name."""
    score: float | None = None
    """What the source gave it, as a rule 0 to 1; None where it gives none."""
    note: str = ""
    """What a person wrote about it."""
    reviewer: str = ""
    """Who made it or last judged it."""
    time: datetime | None = None
    """When that was, with its offset from UTC; None where nobody knows."""
    extra: Mapping[str, str] = field(default_factory=lambda: NO_COLUMNS, hash=False)
    """Columns of a label file that Earmark has no field for, kept for the way back; cannot be changed."""
    id: str = field(default_factory=new_id)
    """Tells it from all others."""

    def __post_init__(self) -> None:
        """Refuse impossible values, and hold `extra` in a form that nobody can change."""
        _check_span(self)
        _check_band(self)
        _check_rest(self)
        if self.extra is not NO_COLUMNS and type(self.extra) is not MappingProxyType:
            object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    @property
    def extent(self) -> Extent:
        """Return what of the recording it is about."""
        if self.low_hz is not None or self.high_hz is not None:
            return Extent.BOX
        if self.onset_s is None:
            return Extent.CLIP
        return Extent.POINT if self.onset_s == self.offset_s else Extent.REGION

    @property
    def duration_s(self) -> float | None:
        """Return the length in seconds, 0 for a point, None for a whole recording."""
        return None if self.onset_s is None or self.offset_s is None else self.offset_s - self.onset_s


def check_text(text: str, what: str) -> None:
    """Raise UserError if a text cannot be stored: it holds halves of characters that a damaged file left."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        shown = text.encode("utf-8", "replace").decode()
        raise UserError(f"The {what} “{shown}” holds characters that are no text: write it anew.") from error


def _check_span(it: Annotation) -> None:
    if it.onset_s is None and it.offset_s is None:
        return
    if it.onset_s is None or it.offset_s is None:
        raise UserError("An annotation has a start and an end, or neither for a whole recording: give both.")
    if not (math.isfinite(it.onset_s) and math.isfinite(it.offset_s)):
        raise UserError("An annotation starts or ends at a time that is no number: give its times in seconds.")
    if it.onset_s < 0:
        raise UserError(f"An annotation starts at {it.onset_s:g} s, before its recording: start it at 0 s or later.")
    if it.offset_s < it.onset_s:
        raise UserError(f"An annotation from {it.onset_s:g} s to {it.offset_s:g} s runs backwards: exchange its ends.")


def _check_band(it: Annotation) -> None:
    edges = [edge for edge in (it.low_hz, it.high_hz) if edge is not None]
    if not all(math.isfinite(edge) for edge in edges):
        raise UserError("An annotation has a frequency that is no number: give its frequencies in hertz.")
    if any(edge < 0 for edge in edges):
        raise UserError(f"An annotation has a frequency of {min(edges):g} Hz, below zero: use 0 Hz or more.")
    if sorted(edges) != edges:
        raise UserError(f"An annotation from {edges[0]:g} Hz to {edges[1]:g} Hz is upside down: exchange its edges.")


def _check_rest(it: Annotation) -> None:
    if not it.id:
        raise UserError("An annotation needs an id: give it one that no other has.")
    if it.channel is not None and not 0 <= it.channel < MOST_CHANNELS:
        raise UserError(f"An annotation is on channel {it.channel}: channels count from 0 to {MOST_CHANNELS - 1:,}.")
    if it.score is not None and not math.isfinite(it.score):
        raise UserError("An annotation has a score that is no number: give one from 0 to 1, or none.")
    if it.time is not None and it.time.utcoffset() is None:
        raise UserError(f"An annotation of {it.time} lacks its offset from UTC: add one, such as +02:00.")
    if it.time is not None and it.time.year not in YEARS:
        raise UserError(f"An annotation is of the year {it.time.year}: give the time when it was made, or none.")
    for text, what in ((it.label, "label"), (it.note, "note"), (it.source, "source"), (it.reviewer, "reviewer")):
        if not text.isascii():
            check_text(text, what)


def by_onset(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return annotations in the order of their onsets; those on whole recordings come first."""
    return sorted(annotations, key=lambda it: (it.onset_s is not None, it.onset_s or 0.0, it.offset_s or 0.0, it.id))
