"""Find recordings that were moved, renamed or changed since they were labelled, by their content."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path, PurePosixPath

from desktop_app.annotation.edits import Edit
from desktop_app.annotation.fingerprints import fingerprint_of, identify, relative_path
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
    moved: list[tuple[Recording, Recording]] = []
    lost: list[Recording] = []
    for recording in known:
        checkpoint()
        file = files.get(recording.path)
        if file is None or not _has_content_of(recording, file):
            lost.append(recording)
        elif file.modified_s != recording.modified_s:
            moved.append((recording, replace(recording, modified_s=file.modified_s)))
    settled = {recording.path for recording in known} - {recording.path for recording in lost}
    free = {path: file for path, file in files.items() if path not in settled}
    homes = _homes_of(lost, free, checkpoint)
    moved += [
        (recording, replace(recording, path=homes[recording.id], modified_s=files[homes[recording.id]].modified_s))
        for recording in lost
        if recording.id in homes
    ]
    still_lost = [recording for recording in lost if recording.id not in homes]
    return Reconciliation(
        tuple(moved),
        tuple(recording for recording in still_lost if recording.path in files),
        tuple(recording for recording in still_lost if recording.path not in files),
    )


def _has_content_of(recording: Recording, file: FoundFile) -> bool:
    """Return whether a file holds the recording; one that looks as noted is not read, one that cannot be passes."""
    if file.size_bytes != recording.size_bytes:
        return False
    if file.modified_s == recording.modified_s:
        return True
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
    return _without_collisions(lost, homes)


def _without_collisions(lost: Sequence[Recording], homes: dict[str, str]) -> dict[str, str]:
    """Return the homes but for those at the path of a recording that has found none and so keeps its own."""
    while held := {it.path for it in lost if it.id not in homes} & set(homes.values()):
        homes = {recording_id: path for recording_id, path in homes.items() if path not in held}
    return homes


def same_names(missing: Iterable[Recording], chosen: str, paths: Iterable[str]) -> list[tuple[Recording, str]]:
    """Return missing recordings with the paths that bear their names in a chosen folder, or below it, for `relink`.

    Folders and paths are from the project's folder on, an empty folder is the project's own. Recorders that run side by
    side give their files the same names, so what counts is how many folders are called as they were; of two that fit as
    well, none is taken. Where the very name is not there, one of another format is: recordings are often compressed.
    """
    named = defaultdict(list)
    for path in paths:
        if PurePosixPath(path).is_relative_to(chosen):
            named[PurePosixPath(path).stem.casefold()].append(path)
    pairs: defaultdict[tuple[int, bool], list[tuple[Recording, str]]] = defaultdict(list)
    for recording in missing:
        for path in named[PurePosixPath(recording.path).stem.casefold()]:
            likeness = _likeness(PurePosixPath(recording.path), PurePosixPath(path), chosen)
            if likeness is not None:
                pairs[likeness].append((recording, path))
    return _unmistakable(pairs[likeness] for likeness in sorted(pairs, reverse=True))


def _likeness(old: PurePosixPath, new: PurePosixPath, chosen: str) -> tuple[int, bool] | None:
    """Return how many folders above a file are called as they were, and whether it is; None: it is some other folder's.

    With no folder called as it was, only what lies in the chosen folder itself may be meant, or what has come into it.
    """
    folders = zip(reversed(old.parent.parts), reversed(new.parent.parts), strict=False)
    alike = sum(1 for _ in takewhile(lambda each: each[0] == each[1], folders))
    has_come = not old.is_relative_to(chosen) or new.parent == PurePosixPath(chosen)
    return (alike, old.name == new.name) if alike or has_come else None


def _unmistakable(likely: Iterable[Sequence[tuple[Recording, str]]]) -> list[tuple[Recording, str]]:
    """Return the pairs whose recording and path are in no other pair as likely; the likeliest come first."""
    found: list[tuple[Recording, str]] = []
    asked: set[str] = set()
    claimed: set[str] = set()
    for pairs in likely:
        free = [(recording, path) for recording, path in pairs if recording.id not in asked and path not in claimed]
        homes, claims = Counter(recording.id for recording, _ in free), Counter(path for _, path in free)
        found += [(recording, path) for recording, path in free if homes[recording.id] == claims[path] == 1]
        asked.update(homes)
        claimed.update(claims)
    return found


def relink(folder: Path, homes: Iterable[tuple[Recording, str]]) -> Edit:
    """Return the edit that gives recordings' labels to files that a person chose, whatever these hold.

    Reads the files; UserError where one cannot be read. Also for a file that was changed on purpose.
    """
    moved = []
    for recording, path in homes:
        file = identify(folder, folder / path)
        moved.append((recording, replace(file, id=recording.id)))
    recordings = "1 recording" if len(moved) == 1 else f"{len(moved):,} recordings"
    return Edit(f"Re-link {recordings}", moved=tuple(moved))
