"""What is asked of the table of annotations: which ones, in which order."""

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.annotation.annotations import Annotation, Status


class Order(StrEnum):
    """What the table can be sorted by."""

    PATH = "path"
    """Path of the recording, then onset: the order in which people listen."""
    LABEL = "label"
    STATUS = "status"
    SCORE = "score"
    SOURCE = "source"
    TIME = "time"
    """When it was made or judged."""
    ONSET = "onset"
    DURATION = "duration"
    LOW = "low"
    """Lower edge of the box."""
    HIGH = "high"
    """Upper edge of the box."""
    REVIEWER = "reviewer"
    NOTE = "note"


@dataclass(frozen=True)
class TableQuery:
    """Which annotations, in which order; an empty part asks for all."""

    labels: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    sources: tuple[str, ...] = ()
    recording_id: str = ""
    folder: str = ""
    """Recordings in this folder or below it, from the project's folder on."""
    text: str = ""
    """Part of a label, a path or a note, in any case."""
    lowest_score: float | None = None
    highest_score: float | None = None
    order: Order = Order.PATH
    descending: bool = False
    ranking: tuple[str, ...] = ()
    """Ids of annotations in an order that the store does not know, such as that of a measurement; it takes the place of
    `order`, and what it does not name comes last. For some 10,000: it is handed over with every page."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the table."""

    annotation: Annotation
    path: str
    """Of its recording, from the project's folder on."""
