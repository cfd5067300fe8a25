"""Columns for what a table's own format has no place for, so that nothing of an annotation is lost in it.

In other programs' tables they begin with `earmark_`; those programs pass over columns that they do not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.errors import UserError
from desktop_app.interchange.reading import DamagedRowError, decimal_text, folded, tidied
from desktop_app.interchange.tables import Cells, index

PREFIX = "earmark_"
ALL_OF = "all_of"
"""Column that says which numbers only fill a row: the “time” of a whole recording, a full “band”, any “channel”."""
TIME_FILLED, BAND_FILLED, CHANNEL_FILLED = "time", "band", "channel"

_EXTRA = "extra."
_REST = ("low_hz", "high_hz", "channel", "status", "source", "score", "note", "reviewer", "time")


def text_of(annotation: Annotation, name: str) -> str:
    """Return one field of an annotation as a cell; empty where it says nothing."""
    value = getattr(annotation, name)
    if isinstance(value, datetime):
        return value.isoformat()
    return decimal_text(value) if isinstance(value, float | int) else tidied(str(value or ""))


@dataclass(frozen=True)
class OwnColumns:
    """What a format's own columns hold."""

    names: tuple[str, ...]
    """Them, in order."""
    fields: frozenset[str]
    """Fields of an annotation besides label and times that stand in them."""
    read: frozenset[str] = frozenset()
    """More names, folded, that its reader takes for its own."""

    def owns(self, name: str) -> bool:
        """Return whether a column of this name would be taken for one of the format's own."""
        return folded(name) in self.read or folded(name) in map(folded, self.names)


def full_row(
    cells: Mapping[str, str], annotation: Annotation, own: OwnColumns, default: Mapping[str, Any], *all_of: str
) -> dict[str, str]:
    """Return a format's own `cells` and those for all that they do not tell of an annotation.

    `default` has the fields that a reader would give such a row by itself. `all_of` tells what in the cells only fills
    the row. Columns of `Annotation.extra` keep their names, but where the format itself reads such a name.
    """
    row = dict(cells)
    for name in _REST:
        text = text_of(annotation, name)
        if text and name not in own.fields and getattr(annotation, name) != default.get(name):
            row[f"{PREFIX}{name}"] = text
    if all_of:
        row[f"{PREFIX}{ALL_OF}"] = " ".join(all_of)
    return row | extra_cells(annotation.extra, own)


def whole_filled(annotation: Annotation) -> tuple[str, ...]:
    """Return what fills a row whose format needs times but no band and no channel."""
    return (TIME_FILLED,) if annotation.onset_s is None else ()


def extra_cells(extra: Mapping[str, str], own: OwnColumns) -> dict[str, str]:
    """Return the cells of `Annotation.extra`, with a prefix where the format itself uses the name."""
    return {
        _EXTRA + name if own.owns(name) or folded(name).startswith((PREFIX, _EXTRA)) else name: text
        for name, text in extra.items()
    }


def with_rest(annotation: Annotation, cells: Cells, prefix: str = PREFIX) -> Annotation:
    """Return an annotation with what the row's other columns say; DamagedRowError where that is impossible.

    What no column of ours takes becomes `Annotation.extra`.
    """
    changes: dict[str, Any] = {}
    for name in ("low_hz", "high_hz", "score"):
        changes[name] = cells.number(prefix + name)
    changes["channel"] = index(cells.take(f"{prefix}channel"), "channel")
    changes["status"] = status_of(cells.take(f"{prefix}status"))
    changes["time"] = _moment(cells.take(f"{prefix}time"))
    for name in ("source", "note", "reviewer"):
        changes[name] = cells.take(prefix + name)
    changes = {name: value for name, value in changes.items() if value is not None and value != ""}
    what = cells.take(f"{prefix}{ALL_OF}").split()
    if TIME_FILLED in what:
        changes |= {"onset_s": None, "offset_s": None}
    if BAND_FILLED in what:
        changes |= {"low_hz": None, "high_hz": None}
    if CHANNEL_FILLED in what:
        changes["channel"] = None
    extra = {name.removeprefix(_EXTRA): text for name, text in cells.rest().items()}
    if not changes and not extra:
        return annotation
    return checked(replace, annotation, **changes, extra={**annotation.extra, **extra})


def checked(make: Any, *values: Any, **fields: Any) -> Annotation:
    """Return the annotation that `make` makes; DamagedRowError where its values are impossible."""
    try:
        made: Annotation = make(*values, **fields)
    except UserError as error:
        raise DamagedRowError(str(error).rstrip(".")) from error
    return made


def status_of(text: str) -> Status | None:
    """Return a status by its name, None for a blank cell."""
    if not text.strip():
        return None
    try:
        return Status(text.strip().lower())
    except ValueError as error:
        raise DamagedRowError(f"its status “{text}” is none of {', '.join(Status)}") from error


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise DamagedRowError(f"its time “{text}” is none (such as 2026-05-01T12:00:00+02:00)") from error
    return moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)
