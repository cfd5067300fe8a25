"""What is done to a folder off the GUI thread: listing it, comparing it with what was known, reading the headers."""

import time
from dataclasses import dataclass
from pathlib import Path

from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import FoundFile, find_audio, is_folder, is_gone
from desktop_app.errors import UserError
from desktop_app.services.jobs import JobContext
from desktop_app.services.probe_queue import ProbeQueue

Described = tuple[Path, AudioMetadata | str]
"""A recording and what is known of it, or the sentence that says why nothing is."""


@dataclass(frozen=True)
class Difference:
    """What a second look at the folder found."""

    added: list[FoundFile]
    removed: list[Path]
    changed: list[FoundFile]
    problems: list[str]
    took_s: float


def scan(context: JobContext, folder: Path) -> list[str]:
    """Emit every recording of a folder as it is found; return what was left out, as sentences."""
    _require_folder(folder)
    problems: list[str] = []
    for number, found in enumerate(find_audio(folder, problems=problems.append), 1):
        context.checkpoint()
        context.emit(found)
        if number % 100 == 0:
            context.report(number, 0, f"{number:,} files")
    return problems


def compare(context: JobContext, folder: Path, known: dict[Path, FoundFile]) -> Difference:
    """Return how a folder differs from what was known; UserError where it cannot be reached: nothing is lost then."""
    started_s = time.monotonic()
    _require_folder(folder)
    difference = Difference([], [], [], [], 0.0)
    gone = dict(known)
    for found in find_audio(folder, problems=difference.problems.append):
        context.checkpoint()
        old = gone.pop(found.path, None)
        if old is None:
            difference.added.append(found)
        elif old != found:
            difference.changed.append(found)
    difference.removed.extend(path for path in gone if is_gone(path))
    return Difference(
        difference.added, difference.removed, difference.changed, difference.problems, time.monotonic() - started_s
    )


def _require_folder(folder: Path) -> None:
    if not is_folder(folder):
        raise UserError(f"The folder {folder} cannot be opened: it may have been moved, or its drive is not connected.")


def probe_all(context: JobContext, queue: ProbeQueue) -> None:
    """Emit what is known of each file in the queue, until there is none."""
    while (path := queue.take()) is not None:
        context.emit((path, describe_file(path)))
        context.report(queue.taken, queue.taken + queue.waiting)
        context.checkpoint()


def describe_file(path: Path) -> AudioMetadata | str:
    """Return what is known of a recording, or the sentence that says why nothing is."""
    from desktop_app.audio.metadata import probe

    try:
        return probe(path)
    except UserError as problem:
        return str(problem)
