"""Annotations as clips: trimmed, with some of what is around them, encoded anew, and a list that says what each is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.audio.atomic import replacing
from desktop_app.audio.clips import ClipRequest, export_clips
from desktop_app.audio.names import free_path
from desktop_app.audio.writer import SaveReport
from desktop_app.errors import UserError
from desktop_app.interchange import own_table
from desktop_app.interchange.labels import (
    FileLabels,
    Keeps,
    LabelFormat,
    Loss,
    Options,
    Progress,
    Written,
)
from desktop_app.interchange.reading import Glimpse, Notes, decimal_text
from desktop_app.interchange.tables import write_table

MANIFEST = "manifest.csv"
PATTERN = "{label}/{stem}_{onset_s:.2f}"
CLIP_COLUMNS = ("path", "label", "group", "split", "clip_onset_s", "clip_offset_s")
"""What stands first in a manifest, with the words of `earmark train --data`; our own table's columns follow."""


@dataclass(frozen=True)
class WrittenClip:
    """One annotation that became a clip."""

    path: Path
    """The clip."""
    labels: FileLabels
    """Its recording."""
    annotation: Annotation
    """What it shows."""
    onset_s: float
    """Start of the clip in the recording, context included."""
    offset_s: float | None
    """End of the clip as it was asked for; None: the end of the recording."""

    def row(self, folder: Path) -> dict[str, str]:
        """Return its row of a manifest in `folder`."""
        own = dict(own_table.rows_of([replace(self.labels, annotations=(self.annotation,))])[0])
        extra = self.annotation.extra
        return {
            "path": self.path.relative_to(folder).as_posix(),
            "label": own.pop("label"),
            "group": self.labels.stem,
            "split": extra.get("split", ""),
            "clip_onset_s": decimal_text(self.onset_s),
            "clip_offset_s": "" if self.offset_s is None else decimal_text(self.offset_s),
            **{name: cell for name, cell in own.items() if name not in CLIP_COLUMNS},
        }


def clip_of(labels: FileLabels, annotation: Annotation, context_s: float) -> ClipRequest:
    """Return the part of a recording that shows an annotation, with its context; times are cut to the recording."""
    source = Path(labels.path)
    if annotation.onset_s is None or annotation.offset_s is None:
        return ClipRequest(source, label=annotation.label)
    onset_s = max(0.0, annotation.onset_s - context_s)
    return ClipRequest(source, onset_s, annotation.offset_s + context_s, annotation.label)


def export_annotations(
    labels: Sequence[FileLabels],
    folder: Path,
    options: Options,
    pattern: str = PATTERN,
    *,
    progress: Progress = lambda done, wanted: None,
) -> Iterator[WrittenClip | UserError]:
    """Export all annotations as clips and yield what became of each, in their order; one that fails stops none.

    The recordings lie where `FileLabels.path` says. A point without context has no length and is a UserError in the
    result. A pattern or an encoding that is wrong for all of them raises UserError before the first. `progress` is
    told how many are done; what it raises ends the export. Any thread.
    """
    chosen = [(each, annotation) for each in labels for annotation in each.annotations]
    requests = [clip_of(each, annotation, options.context_s) for each, annotation in chosen]
    settings = replace(options.sound, pattern=options.pattern or pattern)
    outcomes = export_clips(requests, folder, settings)
    for done, ((each, annotation), (request, outcome)) in enumerate(zip(chosen, outcomes, strict=True), 1):
        if isinstance(outcome, SaveReport) and outcome.path is not None:
            yield WrittenClip(outcome.path, each, annotation, request.onset_s, request.offset_s)
        elif isinstance(outcome, UserError):
            yield outcome
        progress(done, len(chosen))


@dataclass(frozen=True)
class Export:
    """What became of all annotations."""

    clips: tuple[WrittenClip, ...]
    """In their order."""
    problems: tuple[str, ...]
    """A sentence for each that failed."""


def export_all(
    labels: Sequence[FileLabels], folder: Path, options: Options, pattern: str, progress: Progress
) -> Export:
    """Export all annotations and return what became of them."""
    outcomes = list(export_annotations(labels, folder, options, pattern, progress=progress))
    return Export(
        tuple(each for each in outcomes if isinstance(each, WrittenClip)),
        tuple(str(each) for each in outcomes if isinstance(each, UserError)),
    )


def write_list(rows: Sequence[Mapping[str, str]], core: Sequence[str], path: Path) -> Path:
    """Write a table beside clips and return where it stands."""
    with replacing(path) as file:
        file.write(write_table(rows, core))
    return path


def write(labels: Sequence[FileLabels], target: Path, options: Options, progress: Progress) -> Written:
    """Write clips and their manifest into a folder; nothing there is overwritten."""
    export = export_all(labels, target, options, PATTERN, progress)
    if not export.clips:
        return Written((), 0, export.problems)
    manifest = write_list([clip.row(target) for clip in export.clips], CLIP_COLUMNS, free_path(target / MANIFEST))
    return Written((manifest,), len(export.clips), export.problems)


def _bare_points(labels: Sequence[FileLabels]) -> Iterator[Loss]:
    count = sum(annotation.duration_s == 0 for each in labels for annotation in each.annotations)
    yield "Points, whose clips are their context alone (without context they are left out): {n}.", count


def never(_seen: Glimpse) -> bool:
    """Return that no file is of this format: it is only written."""
    return False


def _not_read(_path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    raise UserError(f"“{notes.name}”: clips are only written; read the table of their manifest instead.")


FORMAT = LabelFormat(
    name="clips",
    title="Clips with a manifest",
    suffixes=("",),
    recognises=never,
    read=_not_read,
    write=write,
    keeps=Keeps(tight=False),
    more_losses=_bare_points,
)
