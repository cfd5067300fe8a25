"""Which file each recording's labels go to, where a format has one file for each."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from desktop_app.audio.names import legal_name
from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError
from desktop_app.interchange.labels import FileLabels, LabelFormat

FILE_ENDINGS = frozenset((".txt", ".csv", ".tsv", ".json", ".parquet", ".textgrid", ".svl", ".wav"))
"""Ends of names by which people mean a file, whatever the format."""


def obstacle(labels: Sequence[FileLabels], target: Path, label_format: LabelFormat) -> str:
    """Return why labels cannot be written to a target, in one sentence; "" where they can.

    One file cannot be where a folder is needed, for several recordings or by the format, nor a folder where a file is.
    """
    name, title = shown_name(target), label_format.title
    several = label_format.per_recording and len(labels) > 1
    if not several and not label_format.is_folder:
        is_misled = target.is_dir() and not label_format.per_recording
        return f"“{name}” is a folder: choose a file name inside it." if is_misled else ""
    if target.is_dir() or not (_is_file_name(target) or target.exists()):
        return ""
    wanted = f"a file for each of the {len(labels):,} recordings" if several else "a folder"
    return f"“{name}” would be one file, but {title} needs {wanted}: name a folder."


def require_target(labels: Sequence[FileLabels], target: Path, label_format: LabelFormat) -> None:
    """Raise UserError where there is an `obstacle`."""
    problem = obstacle(labels, target, label_format)
    if problem:
        raise UserError(problem)


def targets(labels: Sequence[FileLabels], target: Path, label_format: LabelFormat) -> list[tuple[Path, FileLabels]]:
    """Return which file each recording's labels would be written to; for one file of all, that file each time.

    A format with a file for each recording makes `target` a folder, unless there is one recording and `target` is
    named like a file (of several, see `obstacle`). Recordings of one name keep their folders' names.
    """
    if not label_format.per_recording or (len(labels) == 1 and _is_file_name(target)):
        return [(target, each) for each in labels]
    stems = Counter(each.stem for each in labels)
    taken: set[str] = set()
    found = []
    for each in labels:
        folder = target / legal_name(each.folder) if stems[each.stem] > 1 and each.folder else target
        found.append((_free(folder, legal_name(each.stem), label_format.suffixes[0], taken), each))
    return found


def _is_file_name(target: Path) -> bool:
    return target.suffix.lower() in FILE_ENDINGS and not target.is_dir()


def _free(folder: Path, stem: str, suffix: str, taken: set[str]) -> Path:
    """Return a name that is not `taken` by another of these recordings, on disks without regard to case either."""
    path, number = folder / f"{stem}{suffix}", 2
    while str(path).casefold() in taken:
        path, number = folder / f"{stem} ({number}){suffix}", number + 1
    taken.add(str(path).casefold())
    return path
