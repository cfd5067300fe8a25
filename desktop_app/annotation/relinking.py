"""Find recordings that were moved, renamed or changed since they were labelled, by their content."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from desktop_app.annotation.edits import Edit
from desktop_app.annotation.fingerprints import fingerprint_of, relative_path
from desktop_app.annotation.recordings import Recording
from desktop_app.audio.sources import FoundFile

Checkpoint = Callable[[], None]
"""Called often; may raise to stop."""


@dataclass(frozen=True)
class Reconciliation:
    """What became of the labelled recordings since they were last seen."""

    moved: tuple[tuple[Recording, Recording], ...] = ()
    """Recordings as they were known and as they are now: at another path, or with another time of change."""
    changed: tuple[Recording, ...] = ()
    """At their path lies other content; their labels may not fit it."""
    missing: tuple[Recording, ...] = ()
    """Nowhere in the folder."""

    @property
    def edit(self) -> Edit:
        """Return the edit that makes the store follow; it is no gesture of a person's."""
        return Edit("Follow moved recordings", moved=self.moved)

    @property
    def renamed(self) -> int:
        """Return how many recordings were found at another path."""
        return sum(before.path != after.path for before, after in self.moved)


def reconcile(
    folder: Path, known: Sequence[Recording], found: Iterable[FoundFile], checkpoint: Checkpoint = lambda: None
) -> Reconciliation:
    """Compare what is labelled with what lies in the folder; both may be 100,000. Any thread.

    Only files that have another size or time than noted are read, and files that may be a missing recording: those
    nobody labelled and of its size. Where copies make it ambiguous, the one that kept its name is taken, else none.
    """
    files = {relative_path(folder, file.path): file for file in found}
    same, changed, missing = [], [], []
    for recording in known:
        checkpoint()
        file = files.get(recording.path)
        if file is None:
            missing.append(recording)
        elif not _is_as_noted(recording, file):
            (same if _has_content_of(recording, file) else changed).append(recording)
    moved = [(it, replace(it, modified_s=files[it.path].modified_s)) for it in same]
    labelled = {recording.path for recording in known}
    free = {path: file for path, file in files.items() if path not in labelled}
    homes = _homes_of([*missing, *changed], free, checkpoint)
    moved += [
        (it, replace(it, path=homes[it.id], modified_s=free[homes[it.id]].modified_s))
        for it in (*missing, *changed)
        if it.id in homes
    ]
    return Reconciliation(
        tuple(moved),
        tuple(it for it in changed if it.id not in homes),
        tuple(it for it in missing if it.id not in homes),
    )


def _is_as_noted(recording: Recording, file: FoundFile) -> bool:
    return (recording.size_bytes, recording.modified_s) == (file.size_bytes, file.modified_s)


def _has_content_of(recording: Recording, file: FoundFile) -> bool:
    """Return whether a file has the recording's content; one that cannot be read now counts as unchanged."""
    if file.size_bytes != recording.size_bytes:
        return False
    try:
        return fingerprint_of(file.path, file.size_bytes) == recording.fingerprint
    except OSError:
        return True


def _homes_of(lost: Sequence[Recording], free: dict[str, FoundFile], checkpoint: Checkpoint) -> dict[str, str]:
    """Return the paths at which lost recordings were found, by their ids; no path goes to two of them."""
    sizes = {recording.size_bytes for recording in lost}
    by_content: defaultdict[str, list[str]] = defaultdict(list)
    for path, file in free.items():
        if file.size_bytes in sizes:
            checkpoint()
            with suppress(OSError):
                by_content[fingerprint_of(file.path, file.size_bytes)].append(path)
    homes: dict[str, str] = {}
    for recording in lost:
        paths = by_content[recording.fingerprint]
        named = [path for path in paths if PurePosixPath(path).name == PurePosixPath(recording.path).name]
        chosen = named if len(named) == 1 else paths
        if len(chosen) == 1:
            homes[recording.id] = chosen[0]
            paths.remove(chosen[0])
    return homes


def relink_folder(missing: Sequence[Recording], old_folder: str, new_folder: str, paths: Iterable[str]) -> Edit:
    """Return the edit that takes all missing recordings of one folder for those of the same name in another one.

    Folders are from the project's folder on; `paths` are the recordings that lie there. For files whose content
    changed, too, such as by another program's tags; recordings without such a file stay missing.
    """
    there = set(paths)
    moved = []
    for recording in missing:
        with suppress(ValueError):
            rest = PurePosixPath(recording.path).relative_to(PurePosixPath(old_folder))
            path = (PurePosixPath(new_folder) / rest).as_posix()
            if path in there:
                moved.append((recording, replace(recording, path=path, modified_s=0.0)))
    return Edit(f"Re-link {len(moved):,} recordings to “{new_folder}”", moved=tuple(moved))
