"""Which file each recording's labels go to, where a format has one file for each."""

from collections.abc import Sequence
from pathlib import Path

from desktop_app.audio.names import legal_name
from desktop_app.interchange.labels import FileLabels, LabelFormat


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
