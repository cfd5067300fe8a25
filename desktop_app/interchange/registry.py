"""All formats of label files, told by name and content; reading, and writing one or many files."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from desktop_app.audio.atomic import explain_write_error, replacing
from desktop_app.audio.formats import is_audio_name
from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError
from desktop_app.interchange import (
    audacity,
    audiofolder,
    birdnet,
    birdnet_segments,
    class_folders,
    cvat,
    kaleidoscope,
    label_studio,
    opensoundscape,
    own_json,
    own_table,
    parquet,
    raven,
    sonic_visualiser,
    sound_export,
    svl,
    textgrid,
    wav_cues,
)
from desktop_app.interchange.labels import FileLabels, ImportResult, LabelFormat, Options, Progress, Written, stem_of
from desktop_app.interchange.losses import held
from desktop_app.interchange.naming import FILE_ENDINGS, require_target, targets
from desktop_app.interchange.reading import Notes, glimpse

FORMATS: tuple[LabelFormat, ...] = (
    wav_cues.FORMAT,
    parquet.FORMAT,
    audiofolder.FORMAT,
    sound_export.FORMAT,
    birdnet_segments.FORMAT,
    class_folders.FORMAT,
    textgrid.FORMAT,
    svl.FORMAT,
    own_json.FORMAT,
    label_studio.FORMAT,
    cvat.FORMAT,
    opensoundscape.FORMAT,
    birdnet.FORMAT,
    raven.FORMAT,
    kaleidoscope.FORMAT,
    audacity.FORMAT,
    own_table.FORMAT,
    sonic_visualiser.FORMAT,
)
"""In the order in which they are tried: those with sure marks first."""

ENDINGS = frozenset(f".{suffix.rpartition('.')[2]}" for known in FORMATS for suffix in known.suffixes if suffix)
"""Last parts of the names of label files, with that of WAV."""

_BY_ENDING = (
    (".selections.txt", raven.FORMAT),
    (".birdnet.results.csv", birdnet.FORMAT),
    (".textgrid", textgrid.FORMAT),
    (".json", own_json.FORMAT),
    (".csv", own_table.FORMAT),
    (".tsv", cvat.FORMAT),
    (".parquet", parquet.FORMAT),
    (".wav", wav_cues.FORMAT),
    (".txt", audacity.FORMAT),
)


def formats_by_title() -> list[LabelFormat]:
    """Return all formats in the order of their titles, for people to choose from."""
    return sorted(FORMATS, key=lambda known: known.title.casefold())


def format_named(name: str) -> LabelFormat:
    """Return a format by its name; UserError lists them."""
    for known in FORMATS:
        if known.name == name.strip().lower():
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise UserError(f"There is no label format called “{name}”: choose one of {names}.")


def recognise(path: Path) -> LabelFormat:
    """Return the format of a label file or folder, by its name and what it begins with; UserError if it is none."""
    seen = glimpse(path)
    if seen.has(own_table.VERSION_COLUMN):  # whatever columns of other programs follow
        return own_table.FORMAT
    for known in FORMATS:
        if known.recognises(seen):
            return known
    raise UserError(f"“{shown_name(path)}” is no label file that is known here: choose its format, or another file.")


def format_for_name(path: Path) -> LabelFormat:
    """Return the format that a file to be written has by its name; UserError where the name does not say."""
    for ending, known in _BY_ENDING:
        if path.name.lower().endswith(ending):
            return known
    suffix = path.suffix.lower()
    only_read = next((known for known in FORMATS if suffix and not known.is_written and suffix in known.suffixes), None)
    if only_read is not None:
        raise UserError(f"{only_read.title} is only read, not written: choose another format for “{shown_name(path)}”.")
    raise UserError(f"The name “{shown_name(path)}” does not tell a label format: name it with --to.")


def readable_in(path: Path) -> tuple[list[Path], list[str]]:
    """Return the label files that a path stands for: itself, or those in a folder that is no label format itself.

    Folders with recordings are classes, unless label files called like the recordings lie beside them. With sentences
    on the files with endings of label files that are none; all others, and hidden ones, are passed over in silence.
    """
    if not path.is_dir():
        return [path], []
    seen = glimpse(path)
    if any(known.recognises(seen) for known in FORMATS if known is not class_folders.FORMAT):
        return [path], []
    below = list(_files_below(path))
    are_classes = class_folders.recognises(seen)
    if are_classes and not _any_beside_recordings(below):
        return [path], []
    files, problems = _label_files([file for file in below if not is_audio_name(file.name)])
    files = files or ([path] if are_classes else [file for file in below if wav_cues.holds_cues(file)])
    if not files:
        raise UserError(f"“{shown_name(path)}” holds no label files: choose another folder, or a file.")
    return files, problems


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below it that could be label files by their names, those of each folder first."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and (is_audio_name(name) or Path(name).suffix.lower() in FILE_ENDINGS):
                yield Path(place, name)


def _any_beside_recordings(files: Iterable[Path]) -> bool:
    """Return whether one of these is called like a recording in its folder."""
    recordings, others = set(), []
    for file in files:
        if is_audio_name(file.name):
            recordings.add((file.parent, file.stem))
        else:
            others.append(file)
    return any((file.parent, stem_of(file)) in recordings for file in others)


def _label_files(files: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Return those that are label files, and a sentence on each of the others."""
    known: list[Path] = []
    problems: list[str] = []
    for file in files:
        try:
            recognise(file)
            known.append(file)
        except UserError as error:
            problems.append(str(error))
    return known, problems


def read_labels(
    path: Path,
    label_format: LabelFormat | None = None,
    options: Options | None = None,
    checkpoint: Callable[[], None] = lambda: None,
) -> ImportResult:
    """Return what a label file says, by recording, with what is damaged or left out; None: the format is recognised.

    UserError where the file cannot be read at all. Any thread. `checkpoint` is called again and again, and may raise to
    stop.
    """
    chosen = label_format or recognise(path)
    notes = Notes(shown_name(path), checkpoint=checkpoint)
    labels = chosen.read(path, notes, options or Options())
    return ImportResult(chosen, tuple(labels), notes.sentences(), dict(notes.skipped))


def write_labels(
    labels: Sequence[FileLabels],
    target: Path,
    label_format: LabelFormat,
    options: Options | None = None,
    progress: Progress = lambda done, wanted: None,
) -> Written:
    """Write labels, each file whole or not at all and in the place of an older one (see `targets`, `obstacle`).

    Formats with sound need `FileLabels.path` to be where each recording lies (`recordings.located`); they overwrite
    nothing. Ask `losses` first what will be missing. `progress` is told what is done of how much, and may raise to
    stop. UserError where a file cannot be written or the format is only read. Any thread.
    """
    chosen = options or Options()
    require_target(labels, target, label_format)
    if label_format.write is not None:
        return label_format.write(labels, target, chosen, progress)
    if label_format.encode is None:
        raise UserError(f"Files of the format {label_format.title} are read but not written: choose another format.")
    files: dict[Path, list[FileLabels]] = {}
    held_labels = [each for each in labels if each.annotations or label_format.keeps.unlabelled] or labels
    for path, each in targets(held_labels, target, label_format):
        files.setdefault(path, []).append(each)
    if not label_format.per_recording:
        files = {target: list(labels)}
    for done, (path, part) in enumerate(files.items(), 1):
        _make_folder(path.parent)
        with replacing(path) as file:
            file.write(label_format.encode(part, chosen))
        progress(done, len(files))
    return Written(tuple(files), held(labels, label_format))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_write_error(error, folder) from error
