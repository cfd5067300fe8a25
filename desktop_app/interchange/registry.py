"""All formats of label files, told by name and content; reading, and writing one or many files."""

from collections.abc import Sequence
from pathlib import Path

from desktop_app.audio.atomic import explain_write_error, replacing
from desktop_app.audio.clips import legal_name
from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError
from desktop_app.interchange import audacity, raven, textgrid
from desktop_app.interchange.labels import FileLabels, ImportResult, LabelFormat, Options
from desktop_app.interchange.reading import Notes, glimpse

FORMATS: tuple[LabelFormat, ...] = (
    textgrid.FORMAT,
    raven.FORMAT,
    audacity.FORMAT,
)
"""In the order in which they are tried: those with sure marks first."""


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
    for known in FORMATS:
        if known.recognises(seen):
            return known
    raise UserError(f"“{shown_name(path)}” is no label file that is known here: choose its format, or another file.")


def read_labels(path: Path, label_format: LabelFormat | None = None, options: Options | None = None) -> ImportResult:
    """Return what a label file says, by recording, with what is damaged or left out; None: the format is recognised.

    UserError where the file cannot be read at all. Any thread.
    """
    chosen = label_format or recognise(path)
    notes = Notes(shown_name(path))
    labels = chosen.read(path, notes, options or Options())
    return ImportResult(chosen, tuple(labels), notes.sentences(), dict(notes.skipped))


def targets(labels: Sequence[FileLabels], target: Path, label_format: LabelFormat) -> list[tuple[Path, FileLabels]]:
    """Return which file each recording's labels would be written to; for one file of all, that file each time.

    A format with a file for each recording makes `target` a folder, unless there is one recording and `target` is
    named like such a file. Recordings of one name keep their folders' names.
    """
    if not label_format.per_recording or (len(labels) == 1 and _is_file_name(target, label_format)):
        return [(target, each) for each in labels]
    stems = [each.stem for each in labels]
    taken: set[str] = set()
    found = []
    for each in labels:
        folder = target / legal_name(each.folder) if stems.count(each.stem) > 1 and each.folder else target
        found.append((_free(folder, legal_name(each.stem), label_format.suffixes[0], taken), each))
    return found


def _is_file_name(target: Path, label_format: LabelFormat) -> bool:
    known = tuple(suffix.lower() for suffix in label_format.suffixes)
    return target.name.lower().endswith(known) and not target.is_dir()


def _free(folder: Path, stem: str, suffix: str, taken: set[str]) -> Path:
    """Return a name that is not `taken` by another of these recordings, on disks without regard to case either."""
    path, number = folder / f"{stem}{suffix}", 2
    while str(path).casefold() in taken:
        path, number = folder / f"{stem} ({number}){suffix}", number + 1
    taken.add(str(path).casefold())
    return path


def write_labels(
    labels: Sequence[FileLabels], target: Path, label_format: LabelFormat, options: Options | None = None
) -> tuple[Path, ...]:
    """Write labels and return the files, each whole or not at all, in the place of older ones (see `targets`).

    Ask `losses` first what will be missing in them. UserError where a file cannot be written or the format is only
    read. Any thread.
    """
    if label_format.encode is None:
        raise UserError(f"Files of the format {label_format.title} are read but not written: choose another format.")
    files: dict[Path, list[FileLabels]] = {}
    for path, each in targets(labels, target, label_format):
        files.setdefault(path, []).append(each)
    if not label_format.per_recording:
        files = {target: list(labels)}
    for path, part in files.items():
        _make_folder(path.parent)
        with replacing(path) as file:
            file.write(label_format.encode(part, options or Options()))
    return tuple(files)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_write_error(error, folder) from error
