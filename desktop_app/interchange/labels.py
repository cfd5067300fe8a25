"""The labels of one recording as a file of another program has them, and what a format can hold of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from desktop_app.annotation.annotations import IMPORT_PREFIX, Annotation, Status
from desktop_app.audio.clips import ExportSettings
from desktop_app.audio.formats import is_audio_name
from desktop_app.interchange.reading import LARGEST, DamagedRowError, Glimpse, Notes, tidied


@dataclass(frozen=True)
class FileLabels:
    """What a label file says about one recording, or what is to be written about one."""

    path: str
    """The recording as the label file writes it, Windows paths included."""
    annotations: tuple[Annotation, ...] = ()
    """In the order of the file."""
    duration_s: float | None = None
    """Length of the recording; None where unknown."""
    sample_rate_hz: int | None = None
    """Frames per second of the recording; None where unknown."""
    named: bool = True
    """Whether the label file names the recording; else `path` is what its own name tells, without endings."""
    otherwise: tuple["FileLabels", ...] = ()
    """The same, on the clips that were cut out of the recording, for where it is not found."""

    @property
    def name(self) -> str:
        """Return the file name of the recording."""
        return self.path.replace("\\", "/").rpartition("/")[2]

    @property
    def stem(self) -> str:
        """Return the file name of the recording without its ending; a name that has none is kept whole.

        Recorders write names with dots, such as `5042.171123201510.wav`: only the ending of a format is one.
        """
        return PurePosixPath(self.name).stem if self.named and is_audio_name(self.name) else self.name

    @property
    def folder(self) -> str:
        """Return the name of the folder in which the recording lies, "" where the path has none."""
        return self.path.replace("\\", "/").rpartition("/")[0].rpartition("/")[2]


@dataclass(frozen=True)
class ImportResult:
    """What was read out of a label file."""

    format: "LabelFormat"
    """How it was read."""
    labels: tuple[FileLabels, ...]
    """One for each recording."""
    problems: tuple[str, ...]
    """A sentence for each damaged row (after the first 20 a count), and for what had to be guessed."""
    skipped: Mapping[str, int]
    """What was left out on purpose, such as gaps and placeholders, and how often."""

    @property
    def count(self) -> int:
        """Return the number of annotations."""
        return sum(len(each.annotations) for each in self.labels)


@dataclass(frozen=True)
class Options:
    """What a person may choose where a label file leaves it open."""

    label_column: str = ""
    """Column of a Raven table that holds the labels; empty: found by its name, written as “Annotation”."""
    sound: ExportSettings = field(default_factory=ExportSettings)
    """How clips are encoded where sound is written."""
    pattern: str = ""
    """Names of clips, as `ExportSettings.pattern` has them; empty: the format's own."""
    context_s: float = 0.0
    """What of the recording is kept before and after each clip."""


@dataclass(frozen=True)
class Written:
    """What became of labels that were written."""

    files: tuple[Path, ...]
    """Label files, lists and folders that stand now; not each clip."""
    count: int
    """Annotations that stand in them."""
    problems: tuple[str, ...] = ()
    """A sentence for each recording or clip that could not be written."""


TIME, BAND, CHANNEL, STATUS, SOURCE = "clips", "bands", "channels", "statuses", "sources"
POINTS, SCORE, NOTE, REVIEWER, MOMENT, EXTRA = "points", "scores", "notes", "reviewers", "times", "columns"
EVERYTHING = frozenset({TIME, BAND, CHANNEL, STATUS, SOURCE, POINTS, SCORE, NOTE, REVIEWER, MOMENT, EXTRA})


@dataclass(frozen=True)
class Keeps:
    """What a format holds of an annotation besides label, onset and offset."""

    what: frozenset[str] = EVERYTHING
    """Of the names above."""
    columns: frozenset[str] = frozenset()
    """Columns of `Annotation.extra` that it holds although EXTRA is not in `what`."""
    forbidden: str = ""
    """Characters that its texts cannot hold; a space takes their place."""
    tight: bool = True
    """Whether spaces around a label go lost."""
    tight_names: bool = True
    """Whether spaces around the names of columns go lost."""
    unnamed: bool = True
    """Whether an annotation without a label is held."""
    unlabelled: bool = False
    """Whether a recording without annotations is held: somebody looked and found nothing."""
    remarks: tuple[str, ...] = ()
    """Sentences for docs/labels.md about what else it changes."""

    def text(self, text: str) -> str:
        """Return a text as the format holds it."""
        for letter in self.forbidden:
            text = text.replace(letter, " ")
        return tidied(text)

    def label(self, text: str) -> str:
        """Return a label as the format holds it."""
        return self.text(text).strip() if self.tight else self.text(text)

    def column(self, name: str) -> str:
        """Return the name of a column of `Annotation.extra` as the format holds it."""
        return self.text(name).strip() if self.tight_names else self.text(name)


Encode = Callable[[Sequence[FileLabels], Options], bytes]
Progress = Callable[[int, int], None]
Write = Callable[[Sequence[FileLabels], Path, Options, Progress], Written]
Loss = tuple[str, int]


def no_more_losses(_labels: Sequence[FileLabels]) -> Iterable[Loss]:
    """Return what is lost besides what `Keeps` tells: nothing."""
    return ()


@dataclass(frozen=True)
class LabelFormat:
    """One format, and how it is told, read and written."""

    name: str
    """On the command line: `audacity`, `raven`."""
    title: str
    """For people: “Audacity label track”."""
    suffixes: tuple[str, ...]
    """Ends of file names; the first is what is written."""
    recognises: Callable[[Glimpse], bool]
    """Whether a file is of this format."""
    read: Callable[[Path, Notes, Options], list[FileLabels]]
    """What it says."""
    encode: Encode | None = None
    """What is written for these recordings; None where it is only read, or `write` does it."""
    write: Write | None = None
    """Writes labels with sound into a file or folder; `FileLabels.path` is then where the recording really lies."""
    keeps: Keeps = Keeps()
    """What survives writing."""
    per_recording: bool = False
    """Whether each recording has a label file of its own."""
    status: Status = Status.ACCEPTED
    """Of what is read and says nothing of it: programs' finds are drafts, people's labels are accepted."""
    program: str = ""
    """Whose finds these are; empty where people label with it."""
    more_losses: Callable[[Sequence[FileLabels]], Iterable[Loss]] = no_more_losses
    """Sentences with counts on what this format alone changes; "{n}" stands for the count."""

    @property
    def is_written(self) -> bool:
        """Return whether labels can be exported in it."""
        return self.encode is not None or self.write is not None

    @property
    def is_folder(self) -> bool:
        """Return whether labels are a folder in it, with recordings inside."""
        return not self.suffixes[0]

    @property
    def source(self) -> str:
        """Return the source of what is read and names none."""
        return self.program or f"{IMPORT_PREFIX}{self.name}"

    @property
    def default(self) -> dict[str, Any]:
        """Return the fields of an annotation that a file of this format says nothing of."""
        return {"status": self.status, "source": self.source}


@dataclass
class Gathering:
    """Annotations on their way into `FileLabels`, by recording, in the order in which they come."""

    found: dict[str, list[Annotation]] = field(default_factory=dict)

    def add(self, path: str, annotation: Annotation | None) -> None:
        """Add an annotation to a recording; with None the recording alone."""
        kept = self.found.setdefault(path, [])
        if annotation is not None:
            kept.append(annotation)

    def labels(self) -> list[FileLabels]:
        """Return all of them."""
        return [FileLabels(path, tuple(annotations)) for path, annotations in self.found.items()]


def span(onset: Decimal | float, offset: Decimal | float) -> tuple[float, float]:
    """Return both ends in seconds; what begins before the recording is cut there. DamagedRowError if they are none."""
    if offset < onset:
        raise DamagedRowError(f"it ends at {float(offset):g} s, before it starts at {float(onset):g} s")
    if offset < 0:
        raise DamagedRowError(f"it ends at {float(offset):g} s, before the recording starts")
    if offset > LARGEST:
        raise DamagedRowError(f"it ends at {float(offset):g} s, beyond all bounds")
    return max(float(onset), 0.0) + 0.0, float(offset) + 0.0


def band(low_hz: float | None, high_hz: float | None) -> tuple[float | None, float | None]:
    """Return both edges of a band; DamagedRowError if they are none."""
    if low_hz is not None and low_hz < 0:
        raise DamagedRowError(f"its lower frequency is {low_hz:g} Hz")
    if high_hz is not None and high_hz < (low_hz or 0.0):
        raise DamagedRowError(f"its upper frequency, {high_hz:g} Hz, lies below its lower one")
    return low_hz, high_hz


def whole_as_span(labels: FileLabels, annotation: Annotation) -> tuple[float, float] | None:
    """Return the times of an annotation for a format that needs some; None where the recording's end is unknown."""
    if annotation.onset_s is not None and annotation.offset_s is not None:
        return annotation.onset_s, annotation.offset_s
    return None if labels.duration_s is None else (0.0, labels.duration_s)


_ENDINGS = (
    ".birdnet.selection.table", ".birdnet.results", ".birdnet.audacity_labels", ".audacity", ".selections", ".labels",
    "_labels", "_label", "-labels",
)  # fmt: skip


def stem_of(label_file: Path) -> str:
    """Return the name of the recording that a label file's own name tells: without the programs' endings."""
    name = label_file.stem if label_file.suffix else label_file.name
    for ending in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
            break
    root, _, number = name.rpartition(".Table.")  # Raven: x.Table.1.selections.txt
    return root if root and number.isdigit() else name
