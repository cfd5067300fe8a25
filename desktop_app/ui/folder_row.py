"""One recording in the folder list, and the columns that show it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.annotation.summaries import RecordingVerdict
from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import FoundFile, natural_key
from desktop_app.services.list_table import ListedRecording
from desktop_app.ui.wording import duration_words, encoding_words, rate_words, searched, size_words, time_words


@dataclass(slots=True, eq=False)
class FolderRow:
    """What is known of one recording; the model alone changes it."""

    file: FoundFile
    name: str
    """Path below the open folder, with “/”."""
    order: int
    """Place in the order of the scan."""
    metadata: AudioMetadata | None = None
    """None until it was looked into, and where it cannot be read."""
    unreadable: str = ""
    """Why it cannot be read, as a sentence."""
    unjudged: str = ""
    """Why the model could not judge it, as a sentence."""
    best: Prediction | None = None
    """What the model says of the whole file."""
    labels: RecordingVerdict | None = None
    """What its annotations come to; None where there are none."""
    position: int = -1
    """Row in the view; -1 where the filter hides it."""
    search: str = field(init=False)
    """The name without case, for the filter."""
    sort_name: str = field(init=False)
    """The name as it is sorted."""

    def __post_init__(self) -> None:
        """Prepare what filtering and sorting look at."""
        self.search = searched(self.name)
        self.sort_name = natural_key(self.search)

    @property
    def path(self) -> Path:
        """Return where the recording is."""
        return self.file.path

    @property
    def error(self) -> str:
        """Return what is wrong with it, empty where nothing is."""
        return self.unreadable or self.unjudged

    @property
    def duration_s(self) -> float | None:
        """Return the length, where it is known."""
        return self.metadata.duration_s if self.metadata else None

    @property
    def annotated(self) -> tuple[str, ...]:
        """Return the labels of its annotations; of what was only rejected, those."""
        return (self.labels.labels or self.labels.rejected) if self.labels is not None else ()

    @property
    def label(self) -> str:
        """Return what its annotations say, or else the model."""
        return ", ".join(self.annotated) or (self.best.label if self.best is not None else "")

    @property
    def score(self) -> float | None:
        """Return how sure the model was of what it said, whatever people made of that."""
        return self.best.score if self.best is not None else self.labels.score if self.labels is not None else None

    @property
    def label_score(self) -> float | None:
        """Return the score where it is that of a label that is shown: people's labels have none."""
        said = self.best.label if self.best is not None else None
        return self.score if said is None or not self.annotated or said in self.annotated else None

    @property
    def status(self) -> Status | None:
        """Return how far people are with it, None where nobody and nothing has labelled it."""
        return self.labels.status if self.labels is not None else None

    @property
    def model_label(self) -> str:
        """Return what the model says; of an earlier session, what its annotations tell of that."""
        if self.best is not None or self.labels is None:
            return self.best.label if self.best is not None else ""
        held = self.labels.uncertain or self.labels.accepted
        said = self.labels.drafts or self.labels.rejected or (held if self.score is not None else ())
        return ", ".join(said)

    def listed(self) -> ListedRecording:
        """Return the row of the table that is saved."""
        labels = self.labels
        return ListedRecording(
            path=self.name,
            duration_s=self.duration_s,
            model_label=self.model_label,
            model_score=self.score,
            label=", ".join(labels.accepted) if labels is not None else "",
            status=self.status or "",
            reviewer=labels.reviewer if labels is not None else "",
            time=labels.time if labels is not None else None,
        )

    def replace_file(self, file: FoundFile) -> None:
        """Take a new state of the file; what was known of the old one is void."""
        self.file, self.metadata, self.best = file, None, None
        self.unreadable = self.unjudged = ""

    def describe(self, known: AudioMetadata | str) -> None:
        """Take what was found out, or the sentence that says why nothing was."""
        self.metadata = None if isinstance(known, str) else known
        self.unreadable = known if isinstance(known, str) else ""

    def judge(self, verdict: FileVerdict) -> None:
        """Take what a model says."""
        self.best = verdict.best
        self.unjudged = verdict.error or ""


@dataclass(frozen=True)
class Column:
    """One column of the list."""

    name: str
    """Used in settings."""
    title: str
    width: int
    """At first, in pixels."""
    text: Callable[[FolderRow], str]
    key: Callable[[FolderRow], Any]
    """What it is sorted by, a number or a text; None goes last either way."""
    is_number: bool = True
    """Right-aligned."""
    depends: str = ""
    """What its value waits for: metadata, verdict, or nothing."""


def _of_metadata(read: Callable[[AudioMetadata], str]) -> Callable[[FolderRow], str]:
    return lambda row: read(row.metadata) if row.metadata else ""


def _duration(row: FolderRow) -> str:
    if row.unreadable:
        return "unreadable"
    return duration_words(row.duration_s) if row.metadata else ""


def _label(row: FolderRow) -> str:
    return row.label or ("not judged" if row.unjudged and not row.unreadable else "")


def _status(row: FolderRow) -> str:
    return row.status or ""


COLUMNS: tuple[Column, ...] = (
    Column("name", "Name", 130, lambda row: row.name, lambda row: row.sort_name, is_number=False),
    Column(
        "label",
        "Label",
        92,
        _label,
        lambda row: row.label.casefold() or None,
        is_number=False,
        depends="verdict",
    ),
    Column("status", "Status", 72, _status, lambda row: _status(row) or None, is_number=False, depends="verdict"),
    Column(
        "score",
        "Score",
        52,
        lambda row: f"{row.label_score:.2f}" if row.label_score is not None else "",
        lambda row: row.score,
        depends="verdict",
    ),
    Column("duration", "Duration", 82, _duration, lambda row: row.duration_s, depends="metadata"),
    Column(
        "rate",
        "Rate",
        80,
        _of_metadata(lambda known: rate_words(known.sample_rate_hz)),
        lambda row: row.metadata.sample_rate_hz if row.metadata else None,
        depends="metadata",
    ),
    Column(
        "channels",
        "Channels",
        72,
        _of_metadata(lambda known: str(known.channels)),
        lambda row: row.metadata.channels if row.metadata else None,
        depends="metadata",
    ),
    Column(
        "encoding",
        "Encoding",
        120,
        _of_metadata(lambda known: encoding_words(known.encoding, known.bits_per_sample)),
        lambda row: encoding_words(row.metadata.encoding, row.metadata.bits_per_sample) if row.metadata else None,
        is_number=False,
        depends="metadata",
    ),
    Column("size", "Size", 76, lambda row: size_words(row.file.size_bytes), lambda row: row.file.size_bytes),
    Column("modified", "Modified", 140, lambda row: time_words(row.file.modified_s), lambda row: row.file.modified_s),
)


def column_number(name: str) -> int:
    """Return where a column stands in the table."""
    return next(number for number, column in enumerate(COLUMNS) if column.name == name)
