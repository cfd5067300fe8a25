"""Where sound comes from: paths, file objects and folders, looked at before any decoder touches them."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desktop_app.audio.formats import is_audio_name
from desktop_app.errors import UserError

Source = str | os.PathLike[str] | BinaryIO
"""A path, or an object with `read()` in binary mode (and `seek()`/`tell()` where it can)."""
_NUMBERS = re.compile(r"\d+")
_SORTED_DIGITS = 12


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One recording in a folder, as the file system describes it."""

    path: Path
    size_bytes: int
    modified_s: float
    """Seconds since 1970."""


def shown_name(path: str | os.PathLike[str]) -> str:
    """Return the file's name in a form that can be printed: bytes that are no UTF-8 become replacement characters."""
    name = os.fspath(path)
    return os.fsencode(os.path.basename(name) or name).decode("utf-8", "replace")  # noqa: PTH119 (4 us, not 40)


def require_regular_file(path: str | os.PathLike[str]) -> os.stat_result:
    """Return the `stat` of a file that may be opened; UserError with one sentence for everything else.

    Decoders must not see other things: opening a pipe blocks libsndfile and FFmpeg for ever, and both answer a missing
    file, a lack of rights and a loop of links with one and the same text.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 (also takes str; a Path would be built for every file of a folder)
    except OSError as error:
        raise UserError(_why_not_found(shown_name(path), error)) from error
    except ValueError as error:  # a NUL inside the name
        raise UserError(f"“{shown_name(path)}” is not a possible file name.") from error
    if not stat.S_ISREG(found.st_mode) or found.st_size == 0 or not os.access(path, os.R_OK):
        raise UserError(_why_not_opened(shown_name(path), found))
    return found


def _why_not_opened(name: str, found: os.stat_result) -> str:
    if stat.S_ISDIR(found.st_mode):
        return f"“{name}” is a folder: choose a file inside it."
    if not stat.S_ISREG(found.st_mode):
        return f"“{name}” is a pipe or a device, not a file: copy its contents into a file first."
    if found.st_size == 0:
        return f"“{name}” is empty (0 bytes): its recording or copying was probably interrupted."
    return f"“{name}” may not be read: ask for permission or copy it to a folder of yours."


def _why_not_found(name: str, error: OSError) -> str:
    sentences = {
        errno.ENOENT: f"“{name}” does not exist: it may have been moved, renamed or deleted.",
        errno.ENOTDIR: f"“{name}” does not exist: a part of its path is a file, not a folder.",
        errno.EACCES: f"“{name}” cannot be reached: its folder does not permit it.",
        errno.ELOOP: f"“{name}” is a link that leads back to itself: choose the file it should lead to.",
        errno.ENAMETOOLONG: f"The name “{name[:40]}…” is too long for this disk.",
    }
    return sentences.get(error.errno or 0, f"“{name}” cannot be reached: {error.strerror}.")


def typed_path(text: str) -> Path:
    """Return the path that a person typed, with ~ for the home folder.

    `Path.expanduser` raises where there is no home folder of that name.
    """
    return Path(os.path.expanduser(text))  # noqa: PTH111


def is_folder(path: Path) -> bool:
    """Return whether a folder of that name can be reached.

    `Path.is_dir` raises where a drive has gone, rights are missing, or no disk takes the name.
    """
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: Path) -> bool:
    """Return whether a regular file of that name can be reached; never raises, either."""
    return os.path.isfile(path)  # noqa: PTH113


def is_gone(path: Path) -> bool:
    """Return whether there is no file of that name any more; a disk that does not answer tells nothing."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def find_audio(folder: Path, *, problems: Callable[[str], None]) -> Iterator[FoundFile]:
    """Yield every file with a recording's suffix in `folder` and below it, in a stable order, as the scan finds them.

    Inside a folder files come first, then subfolders, each by name as people sort them. Links are followed, but no
    folder is visited twice, so a loop of links ends. Hidden folders, hidden files and what is not a regular file are
    left out. What cannot be read is told to `problems` in one sentence and the scan goes on. Nothing is opened.
    """
    visited: set[tuple[int, int]] = set()
    waiting = [Path(folder)]
    while waiting:
        current = waiting.pop()
        try:
            found = current.stat()
            identity = (found.st_dev, found.st_ino)
            if identity in visited:
                continue
            visited.add(identity)
            with os.scandir(current) as entries:
                listing = sorted(entries, key=lambda entry: (natural_key(entry.name.casefold()), entry.name))
        except OSError as error:
            problems(f"The folder “{shown_name(current)}” was left out: {_reason(error)}.")
            continue
        subfolders: list[Path] = []
        yield from _files_of(listing, subfolders, problems)
        waiting.extend(reversed(subfolders))


def natural_key(name: str) -> str:
    """Return a key that sorts names as people do: clip 2 before clip 10; give it the name without case."""
    return _NUMBERS.sub(lambda digits: digits.group().zfill(_SORTED_DIGITS), name)


def _files_of(
    listing: list[os.DirEntry[str]], subfolders: list[Path], problems: Callable[[str], None]
) -> Iterator[FoundFile]:
    """Yield the recordings of one folder's listing and append its visible folders to `subfolders`."""
    for entry in listing:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir():
                subfolders.append(Path(entry.path))
            elif is_audio_name(entry.name):
                found = entry.stat()
                if stat.S_ISREG(found.st_mode):
                    yield FoundFile(Path(entry.path), found.st_size, found.st_mtime)
        except OSError as error:
            problems(f"“{shown_name(entry.name)}” was left out: {_reason(error)}.")


def _reason(error: OSError) -> str:
    reasons = {
        errno.EACCES: "its contents may not be read",
        errno.ENOENT: "it leads to something that does not exist",
        errno.ELOOP: "it is a link that leads back to itself",
    }
    return reasons.get(error.errno or 0, error.strerror or "it cannot be read")
