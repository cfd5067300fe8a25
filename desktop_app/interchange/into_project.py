"""Between label files and a project: one edit out of many files, and the labels of many recordings for one export."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, new_id
from desktop_app.annotation.edits import Edit, counted
from desktop_app.annotation.fingerprints import identify
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import AnnotationReader
from desktop_app.audio.sources import find_audio
from desktop_app.errors import UserError
from desktop_app.interchange.labels import FileLabels, ImportResult, LabelFormat
from desktop_app.interchange.recordings import Found, RecordingFinder, measured

Tell = Callable[[str], None]
Look = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do; nothing is done before `edit` is applied."""

    edit: Edit
    """One step, with a class for every new label."""
    problems: tuple[str, ...]
    """A sentence for each recording that is not found, and for what the files themselves tell."""
    known: int
    """Annotations that stand in the project already, and are not added again."""
    left_out: int
    """Annotations whose label was not wanted, or whose recording is not in the project."""


def plan_import(
    results: Sequence[tuple[Path, ImportResult]],
    folder: Path,
    store: AnnotationReader,
    mapping: Mapping[str, str | None] | None = None,
    progress: Look = lambda done, wanted: None,
) -> ImportPlan:
    """Return the edit that brings label files into the project in `folder`.

    `results` are files and what was read out of them. `mapping` gives labels other names, None leaves them out. What
    says the same as an annotation that is there is known already, so that a second import adds nothing. Reads the disk;
    any thread. `progress` is told the recordings done and wanted; what it raises ends it.
    """
    problems = [sentence for _, result in results for sentence in result.problems]
    finder = RecordingFinder(_paths_in(folder, problems.append))
    known = left_out = 0
    added: list[Annotation] = []
    recordings: dict[str, Recording] = {}
    named = [(file, each) for file, result in results for each in result.labels if each.annotations]
    for done, (file, labels) in enumerate(named, 1):
        for each, found in finder.place(labels, file):
            wanted = [changed for it in each.annotations if (changed := _mapped(it, mapping or {})) is not None]
            recording = _recording(found, folder, store, problems)
            left_out += len(each.annotations) - (len(wanted) if recording else 0)
            if recording is not None:
                new = list(_unknown(wanted, recording, store, added))
                known += len(wanted) - len(new)
                added += new
                recordings[recording.id] = recording
        progress(done, len(named))
    edit = Edit(f"Import {counted(added)}", added=tuple(added), recordings=tuple(recordings.values()))
    return ImportPlan(edit.naming(store.scheme()), tuple(problems), known, left_out)


def _paths_in(folder: Path, tell: Tell) -> Iterator[str]:
    return (entry.path.relative_to(folder).as_posix() for entry in find_audio(folder, problems=tell))


def _recording(found: Found, folder: Path, store: AnnotationReader, problems: list[str]) -> Recording | None:
    if found.path is None:
        problems.append(found.problem)
        return None
    try:
        return store.recording_at(found.path) or identify(folder, folder / found.path)
    except UserError as error:
        problems.append(str(error))
        return None


def _mapped(annotation: Annotation, mapping: Mapping[str, str | None]) -> Annotation | None:
    label = mapping.get(annotation.label, annotation.label)
    return None if label is None else replace(annotation, label=label)


def _unknown(
    annotations: Iterable[Annotation], recording: Recording, store: AnnotationReader, added: Sequence[Annotation]
) -> Iterator[Annotation]:
    """Yield what is not there yet, on its recording and under an id that is free."""
    there = {_saying(it) for it in store.annotations_of(recording.id)}
    there |= {_saying(it) for it in added if it.recording_id == recording.id}
    placed = [replace(it, recording_id=recording.id) for it in annotations if _saying(it) not in there]
    taken = {it.id for it in (*store.annotations(it.id for it in placed), *added)}
    for it in placed:
        yield replace(it, id=new_id()) if it.id in taken else it
        taken.add(it.id)


def _saying(it: Annotation) -> tuple[object, ...]:
    """Return what makes two annotations the same: place, label and origin, not who judged them since."""
    return (it.label, it.onset_s, it.offset_s, it.low_hz, it.high_hz, it.channel, it.source, it.score)


def labels_of_project(
    store: AnnotationReader,
    folder: Path,
    to: LabelFormat,
    wanted: Callable[[Annotation], bool] = lambda annotation: True,
) -> tuple[list[FileLabels], list[str]]:
    """Return the labels of a project for an export in the format `to`, by recording; and problems.

    Formats with sound get the paths where the recordings lie, others those from the folder on. Lengths and rates that
    the store does not know are read from the recordings; one that is missing is told, and left out of sound alone.
    """
    labels: list[FileLabels] = []
    problems: list[str] = []
    for recording in store.recordings():
        annotations = tuple(filter(wanted, store.annotations_of(recording.id)))
        if not annotations:
            continue
        place = str(folder / recording.path)
        each = FileLabels(place, annotations, recording.duration_s, recording.sample_rate_hz)
        try:
            each = each if recording.duration_s and recording.sample_rate_hz else measured(each)
        except UserError as error:
            problems.append(str(error))
            if to.write is not None:
                continue
        labels.append(each if to.write is not None else replace(each, path=recording.path))
    return labels, problems
