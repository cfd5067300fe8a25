"""Label files of other programs in and out of the open folder's labels, in jobs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from PySide6.QtCore import QObject

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.store import AnnotationStore
from desktop_app.annotation.table_query import TableQuery
from desktop_app.audio.sources import find_audio, is_file, shown_name
from desktop_app.errors import UserError
from desktop_app.interchange.into_project import ImportPlan, labels_of_project, plan_import
from desktop_app.interchange.labels import FileLabels, ImportResult, LabelFormat, Options, Written
from desktop_app.interchange.losses import losses
from desktop_app.interchange.naming import obstacle, targets
from desktop_app.interchange.recordings import RecordingFinder
from desktop_app.interchange.registry import read_labels, readable_in, write_labels
from desktop_app.services.job_context import JobContext
from desktop_app.services.jobs import Job
from desktop_app.services.project import Project

MOST_ROWS = 500
"""Rows of a preview: more than anybody reads before importing."""


@dataclass(frozen=True)
class PreviewRow:
    """One annotation that would come."""

    annotation: Annotation
    place: str | None
    """Path of its recording in the folder; None where none fits."""
    written: str
    """The recording as the label file has it."""


@dataclass(frozen=True)
class Preview:
    """What label files say, before anything is imported."""

    results: tuple[tuple[Path, ImportResult], ...]
    """Each file with what was read out of it."""
    rows: tuple[PreviewRow, ...]
    """The first annotations."""
    labels: Mapping[str, int]
    """All labels that occur, the most frequent first, with how often they do."""
    placed: int
    """Annotations whose recording is in the folder."""
    unplaced: tuple[str, ...]
    """A sentence for each recording that is not."""
    problems: tuple[str, ...]
    """A sentence for each file that cannot be read, and each row that is damaged."""
    skipped: Mapping[str, int]
    """What was left out on purpose, and how often."""

    @property
    def count(self) -> int:
        """Return how many annotations there are."""
        return sum(result.count for _, result in self.results)

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats that were recognised, each once."""
        return tuple(dict.fromkeys(result.format.title for _, result in self.results))


@dataclass(frozen=True)
class ExportWish:
    """What shall be written, and how."""

    to: LabelFormat
    """The format."""
    target: Path
    """A file, or a folder where there are several."""
    query: TableQuery = field(default_factory=TableQuery)
    """Which annotations; an empty query: all."""
    statuses: frozenset[Status] = frozenset(Status)
    """Of those, which statuses."""
    each_alone: bool = False
    """Whether each recording gets a file of its own although the format could hold all in one."""
    options: Options = field(default_factory=Options)
    """For sound: encoding, names, context."""

    @property
    def written_as(self) -> LabelFormat:
        """Return the format, with a file for each recording where that is wanted."""
        return replace(self.to, per_recording=True) if self.each_alone and self.to.encode is not None else self.to


@dataclass(frozen=True)
class Outlook:
    """What an export would come to."""

    count: int
    """Annotations that are chosen."""
    recordings: int
    """Recordings they are on."""
    losses: tuple[str, ...]
    """A sentence for each kind of thing that the format cannot hold."""
    replaced: int
    """Label files that are there and would be written over."""
    obstacle: str = ""
    """Why the target cannot be written to, in one sentence."""
    problems: tuple[str, ...] = ()
    """A sentence for each recording that cannot be read."""


class LabelFiles(QObject):
    """Starts the jobs. GUI thread only; None comes back where no labels are open."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project

    def preview(self, paths: Sequence[Path], label_format: LabelFormat | None, options: Options) -> Job | None:
        """Read label files, or folders of them; `finished` carries a Preview."""
        return self._project.in_background(
            _preview, tuple(paths), label_format, options, title="Reading label files", newest="label preview"
        )

    def take(self, preview: Preview, mapping: Mapping[str, str | None]) -> Job | None:
        """Import what was previewed, labels renamed, or left out where they become None; one step to undo.

        `finished` carries an ImportPlan, whose edit is then carried out.
        """
        return self._project.in_background(
            _plan, preview.results, dict(mapping), then=self._do, title="Importing labels"
        )

    def look_at(self, wish: ExportWish) -> Job | None:
        """See what an export would come to; `finished` carries an Outlook."""
        return self._project.in_background(_look, wish, newest="export outlook")

    def export(self, wish: ExportWish) -> Job | None:
        """Write label files or clips; `finished` carries what was Written."""
        return self._project.in_background(_export, wish, title="Exporting labels")

    def _do(self, plan: ImportPlan) -> None:
        self._project.do(plan.edit)


def _preview(
    context: JobContext,
    store: AnnotationStore,
    paths: Sequence[Path],
    label_format: LabelFormat | None,
    options: Options,
) -> Preview:
    results, problems = _read(context, paths, label_format, options)
    finder = RecordingFinder(_paths_in(context, store.place.project))
    labels: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    rows: list[PreviewRow] = []
    unplaced: list[str] = []
    placed = 0
    for file, result in results:
        skipped.update(result.skipped)
        found = chain.from_iterable(finder.place(each, file) for each in result.labels if each.annotations)
        for each, place in found:
            context.checkpoint()
            placed += len(each.annotations) if place.path is not None else 0
            unplaced += [place.problem] if place.path is None else []
            labels.update(it.label for it in each.annotations)
            rows += [PreviewRow(it, place.path, each.path) for it in each.annotations[: MOST_ROWS - len(rows)]]
    return Preview(
        tuple(results), tuple(rows), dict(labels.most_common()), placed, tuple(unplaced), tuple(problems), skipped
    )


def _read(
    context: JobContext, paths: Sequence[Path], label_format: LabelFormat | None, options: Options
) -> tuple[list[tuple[Path, ImportResult]], list[str]]:
    """Return what each file says, and why some cannot be read."""
    files: list[Path] = []
    results: list[tuple[Path, ImportResult]] = []
    problems: list[str] = []
    for path in paths:
        try:
            found, others = ([path], []) if label_format is not None and is_file(path) else readable_in(path)
            files += found
            problems += others
        except UserError as problem:
            problems.append(str(problem))
    for done, file in enumerate(files):
        context.checkpoint()
        context.report(done, len(files), shown_name(file))
        try:
            results.append((file, read_labels(file, label_format, options, context.checkpoint)))
            problems += results[-1][1].problems
        except UserError as problem:
            problems.append(str(problem))
    return results, problems


def _paths_in(context: JobContext, folder: Path) -> list[str]:
    paths = []
    for entry in find_audio(folder, problems=lambda _: None):
        context.checkpoint()
        paths.append(entry.path.relative_to(folder).as_posix())
    return paths


def _plan(
    context: JobContext,
    store: AnnotationStore,
    results: Sequence[tuple[Path, ImportResult]],
    mapping: Mapping[str, str | None],
) -> ImportPlan:
    with store.reader() as reader:
        return plan_import(results, store.place.project, reader, mapping, _told(context, "recordings"))


def _look(context: JobContext, store: AnnotationStore, wish: ExportWish) -> Outlook:
    labels, problems = _chosen(context, store, wish)
    to = wish.written_as
    refusal = obstacle(labels, wish.target, to)
    files = {path for path, _ in targets(labels, wish.target, to)} if to.encode is not None and not refusal else set()
    return Outlook(
        sum(len(each.annotations) for each in labels),
        len(labels),
        losses(labels, wish.to),
        sum(map(is_file, files)),
        refusal,
        tuple(problems),
    )


def _export(context: JobContext, store: AnnotationStore, wish: ExportWish) -> Written:
    labels, problems = _chosen(context, store, wish)
    if not labels:
        raise UserError("None of the annotations is chosen: ask for other ones.")
    written = write_labels(labels, wish.target, wish.written_as, wish.options, _told(context, "done"))
    return replace(written, problems=(*problems, *written.problems))


def _chosen(context: JobContext, store: AnnotationStore, wish: ExportWish) -> tuple[list[FileLabels], list[str]]:
    """Return the labels that shall be written, by recording, and problems with recordings."""
    with store.reader() as reader:
        everything = replace(wish.query, order=TableQuery().order, descending=False) == TableQuery()
        ids = None if everything else frozenset(it.id for it in reader.matching(wish.query))

        def is_wanted(it: Annotation) -> bool:
            context.checkpoint()
            return it.status in wish.statuses and (ids is None or it.id in ids)

        return labels_of_project(reader, store.place.project, wish.to, is_wanted)


def _told(context: JobContext, what: str) -> Callable[[int, int], None]:
    """Return what passes progress on to the job and stops it when it is cancelled."""

    def tell(done: int, wanted: int) -> None:
        context.checkpoint()
        context.report(done, wanted, f"{done:,} of {wanted:,} {what}")

    return tell
