"""Write a file whole or not at all: under a temporary name beside the target, synced, then renamed over it."""

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError

TEMPORARY_PREFIX = ".earmark-"
TEMPORARY_SUFFIX = ".part"

_SENTENCES = {
    errno.ENOSPC: "There is no room left on the disk for “{name}”: free some space or choose another folder.",
    errno.EDQUOT: "Your disk quota leaves no room for “{name}”: free some space or choose another folder.",
    errno.EFBIG: "“{name}” grew larger than this disk or account allows: save a shorter part or choose another folder.",
    errno.EACCES: "“{name}” may not be written there: choose another folder or change the rights of that one.",
    errno.EPERM: "“{name}” may not be written there: choose another folder or change the rights of that one.",
    errno.EROFS: "“{name}” cannot be written, as the disk is read-only: choose another folder.",
    errno.ENOENT: "“{name}” cannot be written, as its folder does not exist: create it or choose another one.",
    errno.ENOTDIR: "“{name}” cannot be written, as a part of its path is a file and no folder: choose another folder.",
    errno.EEXIST: "“{name}” is a file and no folder: rename it, or choose another folder.",
    errno.ENAMETOOLONG: "“{name}” is too long a name for this disk: choose a shorter one.",
    errno.EISDIR: "“{name}” is a folder: choose a file name inside it.",
}


def explain_write_error(error: OSError, path: str | os.PathLike[str]) -> UserError:
    """Return the sentence for a failed write to this path, or to the folder on the way to it that is a file."""
    culprit = error.filename if error.errno == errno.EEXIST and error.filename else path
    sentence = _SENTENCES.get(error.errno or 0, "“{name}” could not be written ({reason}): choose another folder.")
    return UserError(sentence.format(name=shown_name(culprit), reason=error.strerror or error))


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Yield a new file, open for writing, reading and seeking, that takes the place of `path` at the end of the block.

    Until then an older file of that name stays as it is, whatever happens: an exception in the block removes the new
    file, a kill leaves it behind under a hidden name (`.earmark-*.part`). A link keeps pointing to what it points to,
    and the older file's rights are kept. An OSError, also one raised in the block, becomes a UserError. Any thread.
    """
    try:
        target = _regular_target(path)
        temporary = target.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(6)}{TEMPORARY_SUFFIX}"
        with _removed_unless_renamed(temporary):
            with temporary.open("x+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileNotFoundError):
                shutil.copymode(target, temporary)
            temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise explain_write_error(error, path) from error


def _regular_target(path: str | os.PathLike[str]) -> Path:
    """Return where the file really goes; refuse what a rename would destroy, such as a device."""
    target = Path(os.path.realpath(path))
    with suppress(FileNotFoundError):
        mode = target.stat().st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise UserError(f"“{shown_name(path)}” is a device or a pipe and not a file: choose another name.")
    return target


@contextmanager
def _removed_unless_renamed(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut (POSIX; Windows has no such call, some network disks refuse it)."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
