"""A folder for each class, as Speech Commands has them: clips whose folder is their label.

`validation_list.txt` and `testing_list.txt` name clips by `label/file` that are not to be learnt from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.audio.atomic import replacing
from desktop_app.audio.names import legal_name
from desktop_app.audio.sources import find_audio
from desktop_app.errors import UserError
from desktop_app.interchange.labels import TIME, FileLabels, Keeps, LabelFormat, Loss, Options, Progress, Written
from desktop_app.interchange.reading import Glimpse, Notes, lines_of, read_text
from desktop_app.interchange.sound_export import PATTERN, WrittenClip, export_all
from desktop_app.interchange.splits import SPLIT, TEST, TRAIN, VALIDATION, sides_of

LISTS = {VALIDATION: "validation_list.txt", TEST: "testing_list.txt"}


def recognises(seen: Glimpse) -> bool:
    """Return whether it is a folder with a recording in a folder inside."""
    return seen.path.is_dir() and next(_clips(seen.path, Notes(seen.path.name)), None) is not None


def _clips(folder: Path, notes: Notes) -> Iterator[Path]:
    """Yield the recordings below the class folders, relative to `folder`."""
    for found in find_audio(folder, problems=notes.problems.append):
        below = found.path.relative_to(folder)
        if len(below.parts) > 1:
            yield below


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return a label on the whole of each clip, with its side of the split where there are lists."""
    listed = {name: side for side, file in LISTS.items() for name in _listed(path / file, notes)}
    labels = []
    for clip in _clips(path, notes):
        extra = {SPLIT: listed.get(clip.as_posix(), TRAIN)} if listed else {}
        annotation = Annotation(clip.parts[0], extra=extra, **FORMAT.default)
        labels.append(FileLabels(clip.as_posix(), (annotation,)))
    if not labels:
        raise UserError(f"“{notes.name}” has no folders with recordings in them: make one folder for each class.")
    return labels


def _listed(path: Path, notes: Notes) -> list[str]:
    return [line.strip() for line in lines_of(read_text(path, notes))] if path.is_file() else []


def write(labels: Sequence[FileLabels], target: Path, options: Options, progress: Progress) -> Written:
    """Write clips into a folder for each label, and the lists; rejected annotations and those without label stay out.

    The lists of an earlier export into the same folder are continued.
    """
    chosen = [replace(each, annotations=tuple(filter(is_example, each.annotations))) for each in labels]
    export = export_all(chosen, target, options, PATTERN, progress)
    side_of = dict(zip((each.path for each in chosen), sides_of(chosen), strict=True))
    files = [
        _continue_list(target, side, [clip for clip in export.clips if side_of[clip.labels.path] == side])
        for side in (LISTS if export.clips else ())
    ]
    return Written((target, *files) if export.clips else (), len(export.clips), export.problems)


def is_example(annotation: Annotation) -> bool:
    """Return whether an annotation shows its class."""
    return annotation.status is not Status.REJECTED and bool(annotation.label.strip())


def _continue_list(target: Path, side: str, clips: Sequence[WrittenClip]) -> Path:
    path = target / LISTS[side]
    before = _listed(path, Notes(path.name))
    names = dict.fromkeys([*filter(None, before), *(clip.path.relative_to(target).as_posix() for clip in clips)])
    with replacing(path) as file:
        file.write("".join(f"{name}\n" for name in names).encode("utf-8", "replace"))
    return path


def left_out(labels: Sequence[FileLabels]) -> Iterator[Loss]:
    """Yield how many annotations are no examples of a class."""
    count = sum(not is_example(annotation) for each in labels for annotation in each.annotations)
    yield "Left out, as they are rejected or have no label: {n}.", count


def _more_losses(labels: Sequence[FileLabels]) -> Iterator[Loss]:
    yield from left_out(labels)
    names = [it.label for each in labels for it in each.annotations if is_example(it)]
    count = sum(legal_name(name) != name for name in names)
    yield "Given another label, as no folder may be called like theirs: {n}.", count


FORMAT = LabelFormat(
    name="class-folders",
    title="Class folders",
    suffixes=("",),
    recognises=recognises,
    read=read,
    write=write,
    keeps=Keeps(
        frozenset({TIME}),
        columns=frozenset({SPLIT}),
        remarks=(
            "Clips are cut and encoded anew; characters that no file name may have become “_” in folder names.",
            "All clips of one recording are on one side of the split.",
        ),
    ),
    more_losses=_more_losses,
)
