"""Between label files and a project: one edit out of many files, and the labels of many recordings for one export."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status, new_id
from desktop_app.annotation.edits import Edit, counted
from desktop_app.annotation.fingerprints import known_or_identified
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import AnnotationReader
from desktop_app.audio.metadata import probe
from desktop_app.audio.sources import find_audio, shown_name
from desktop_app.errors import UserError
from desktop_app.interchange.labels import STATUS, FileLabels, ImportResult, LabelFormat
from desktop_app.interchange.losses import counted_text
from desktop_app.interchange.recordings import Found, RecordingFinder, measured
from desktop_app.interchange.standing import Standing

Tell = Callable[[str], None]
Look = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do; nothing is done before `edit` is applied."""

    edit: Edit
    """One step, with a class for every new label."""
    problems: tuple[str, ...]
    """A sentence for each recording that is not found, and for what the files themselves tell."""
    new: int
    """Annotations that are added."""
    judged: int
    """Drafts of the project that take over the verdict of the files."""
    known: int
    """Annotations that stand in the project already, and are not added again."""
    left_out: int
    """Annotations whose label was not wanted, or whose recording is not in the project."""

    @property
    def words(self) -> str:
        """Return what it does in one line, without a full stop."""
        parts = ((self.judged, "judged as in the files"), (self.known, "here already"), (self.left_out, "left out"))
        told = (f"{count:,} {'was' if count == 1 else 'were'} {what}" for count, what in parts if count)
        return "; ".join([f"{counted_text(self.new)} imported", *told])


def plan_import(
    results: Sequence[tuple[Path, ImportResult]],
    folder: Path,
    store: AnnotationReader,
    mapping: Mapping[str, str | None] | None = None,
    progress: Look = lambda done, wanted: None,
) -> ImportPlan:
    """Return the edit that brings label files into the project in `folder`.

    `results` are files and what was read out of them. `mapping` gives labels other names, None leaves them out. What
    says the same as an annotation that is there is known already, so that a second import adds nothing; a draft takes
    over the verdict of a file whose format tells one. Reads the disk; any thread. `progress` is told the recordings
    done and wanted; what it raises ends it.
    """
    problems = [sentence for _, result in results for sentence in result.problems]
    finder = RecordingFinder(_paths_in(folder, problems.append))
    coming = _Coming(store)
    left_out = 0
    named = [
        (file, labels, STATUS in result.format.keeps.what)
        for file, result in results
        for labels in result.labels
        if labels.annotations
    ]
    for done, (file, labels, tells_status) in enumerate(named, 1):
        for each, found in finder.place(labels, file):
            wanted = [changed for it in each.annotations if (changed := _mapped(it, mapping or {})) is not None]
            recording = _recording(found, folder, store, problems)
            left_out += len(each.annotations) - (len(wanted) if recording else 0)
            if recording is not None:
                problems += _begin_late(wanted, recording)
                coming.take(wanted, recording, tells_status=tells_status)
        progress(done, len(named))
    return coming.plan(problems, left_out)


class _Coming:
    """What an import is going to change, while it is planned."""

    def __init__(self, store: AnnotationReader) -> None:
        self._store = store
        self._recordings: dict[str, Recording] = {}
        self._standing: dict[str, Standing] = {}
        self._added: dict[str, Annotation] = {}
        self._before: dict[str, Annotation] = {}
        self._known = 0

    def take(self, annotations: Sequence[Annotation], recording: Recording, *, tells_status: bool) -> None:
        """Take annotations of one recording on, each under an id that is free, but for those that stand there."""
        standing = self._standing.get(recording.id)
        if standing is None:
            standing = self._standing[recording.id] = Standing(self._store.annotations_of(recording.id))
            self._recordings[recording.id] = recording
        taken = {it.id for it in self._store.annotations(it.id for it in annotations)}
        for it in annotations:
            twin = standing.twin(it)
            if twin is None:
                is_free = it.id not in taken and it.id not in self._added
                new = replace(it, recording_id=recording.id, id=it.id if is_free else new_id())
                standing.add(new)
                self._added[new.id] = new
            elif tells_status and twin.status is Status.DRAFT and it.status is not Status.DRAFT:
                self._judge(twin, it, standing)
            else:
                self._known += 1

    def _judge(self, twin: Annotation, it: Annotation, standing: Standing) -> None:
        if twin.id not in self._added:
            self._before[twin.id] = twin
        judged = replace(twin, status=it.status, reviewer=it.reviewer, time=it.time, note=it.note or twin.note)
        standing.exchange(twin, judged)
        self._added[twin.id] = judged

    def plan(self, problems: Sequence[str], left_out: int) -> ImportPlan:
        """Return all of it as one step."""
        added, recordings = tuple(self._added.values()), tuple(self._recordings.values())
        text = f"Import {counted(added)}"
        edit = Edit(text, removed=tuple(self._before.values()), added=added, recordings=recordings)
        judged = len(self._before)
        new = len(added) - judged
        return ImportPlan(edit.naming(self._store.scheme()), tuple(problems), new, judged, self._known, left_out)


def _paths_in(folder: Path, tell: Tell) -> Iterator[str]:
    return (entry.path.relative_to(folder).as_posix() for entry in find_audio(folder, problems=tell))


def _recording(found: Found, folder: Path, store: AnnotationReader, problems: list[str]) -> Recording | None:
    if found.path is None:
        problems.append(found.problem)
        return None
    try:
        recording = known_or_identified(store, folder, folder / found.path)
    except UserError as error:
        problems.append(str(error))
        return None
    return recording if recording.duration_s is not None else _measured(recording, folder)


def _measured(recording: Recording, folder: Path) -> Recording:
    """Return a recording with its length and rate, as far as it tells them."""
    try:
        metadata = probe(folder / recording.path)
    except UserError:
        return recording
    return replace(recording, duration_s=metadata.duration_s, sample_rate_hz=metadata.sample_rate_hz)


def _begin_late(annotations: Sequence[Annotation], recording: Recording) -> Iterator[str]:
    """Yield a sentence on annotations beyond the end of a recording, which may be another one of the same name."""
    end_s = recording.duration_s
    count = sum(it.onset_s is not None and end_s is not None and it.onset_s > end_s for it in annotations)
    if count:
        name = shown_name(recording.path)
        yield f"“{name}” ends at {end_s:.1f} s, before {counted_text(count)} of it: is it the right recording?"


def _mapped(annotation: Annotation, mapping: Mapping[str, str | None]) -> Annotation | None:
    label = mapping.get(annotation.label, annotation.label)
    return None if label is None else replace(annotation, label=label)


def labels_of_project(
    store: AnnotationReader,
    folder: Path,
    to: LabelFormat,
    wanted: Callable[[Annotation], bool] = lambda annotation: True,
) -> tuple[list[FileLabels], list[str]]:
    """Return the labels of a project for an export in the format `to`, by recording; and problems.

    Formats with sound get whole paths of the recordings, others those from the folder on. Lengths and rates that
    the store does not know are read from the recordings; one that is missing is told, and left out of sound alone.
    """
    labels: list[FileLabels] = []
    problems: list[str] = []
    home = folder.resolve()  # a manifest is read from other folders than the one it was written in
    for recording in store.recordings():
        annotations = tuple(filter(wanted, store.annotations_of(recording.id)))
        if not annotations:
            continue
        place = str(home / recording.path)
        each = FileLabels(place, annotations, recording.duration_s, recording.sample_rate_hz)
        try:
            each = each if recording.duration_s and recording.sample_rate_hz else measured(each)
        except UserError as error:
            problems.append(str(error))
            if to.write is not None:
                continue
        labels.append(each if to.write is not None else replace(each, path=recording.path))
    return labels, problems
