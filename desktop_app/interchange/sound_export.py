"""Annotations as clips: trimmed, with some of what is around them, encoded anew, and a list that says what each is."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
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
from desktop_app.interchange.reading import Glimpse, Notes, decimal_text, glimpse, read_text
from desktop_app.interchange.splits import SPLIT
from desktop_app.interchange.tables import read_table, write_table

MANIFEST = "manifest.csv"
PATTERN = "{label}/{stem}_{onset_s:.2f}"
_CLIP = "path"
CLIP_COLUMNS = (_CLIP, "label", "group", "split", "clip_onset_s", "clip_offset_s")
"""What stands first in a manifest, with the words of `earmark train --data`; our own table's columns follow."""

_OF_CLIPS = frozenset(CLIP_COLUMNS) - {SPLIT}


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


def with_clips(labels: Iterable[FileLabels], column: str, here: str = "") -> Iterator[FileLabels]:
    """Yield labels that a table beside clips tells, for where their recording is not found on the clips as well.

    `column` of their `extra` names the clip of each, from the folder `here` on; what else tells of clips goes.
    """
    for each in labels:
        kept = [replace(it, extra=_without(it.extra, {column, *_OF_CLIPS})) for it in each.annotations]
        clips = [
            FileLabels(f"{here}{before.extra.get(column, '')}", (replace(it, onset_s=None, offset_s=None),))
            for before, it in zip(each.annotations, kept, strict=True)
        ]
        yield replace(each, annotations=tuple(kept), otherwise=tuple(clips))


def _without(extra: Mapping[str, str], names: Container[str]) -> dict[str, str]:
    return {name: text for name, text in extra.items() if name not in names}


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


def recognises(seen: Glimpse) -> bool:
    """Return whether it is a folder with such a manifest."""
    manifest = seen.path / MANIFEST
    return seen.path.is_dir() and manifest.is_file() and glimpse(manifest).has(own_table.VERSION_COLUMN, _CLIP)


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the labels of the recordings that clips were cut out of, for where those are not found of the clips."""
    manifest = path / MANIFEST
    if not manifest.is_file():
        raise UserError(f"“{notes.name}” has no {MANIFEST}: choose a folder with clips that Earmark wrote.")
    rows = own_table.read_rows(read_table(read_text(manifest, notes), notes), manifest, notes)
    return list(with_clips(rows, _CLIP))


FORMAT = LabelFormat(
    name="clips",
    title="Clips with a manifest",
    suffixes=("",),
    recognises=recognises,
    read=read,
    write=write,
    keeps=Keeps(
        tight=False,
        remarks=("Read back, labels stand on the recordings that the clips were cut out of, or else on the clips.",),
    ),
    more_losses=_bare_points,
)
