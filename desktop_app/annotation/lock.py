"""One window writes: a lock on a file that the system lets go when the process ends, however it ends."""

import json
import os
import sys
import time
from pathlib import Path

NOTE_BYTES = 200
"""Room for the note on who holds a lock; Windows locks a byte behind it, as locked bytes cannot be read there."""


class LockedElsewhereError(Exception):
    """Another process, or another store of this one, holds the lock; the text is a sentence."""


class FileLock:
    """Holds a lock from construction to `close`, or to the end of the process, kill -9 included.

    The lock belongs to the open file, so two stores of one process exclude each other too. The file itself stays:
    deleting it would let a third process lock a new file of that name beside the second one. LockedElsewhereError
    where another one holds it; OSError where the place knows no locks.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            taken = _try_lock(self._file)
            if not taken:
                raise LockedElsewhereError(_sentence(os.read(self._file, NOTE_BYTES)))
            note = json.dumps({"process": os.getpid(), "since": time.strftime("%H:%M")})
            os.write(self._file, note.ljust(NOTE_BYTES).encode())
        except BaseException:
            os.close(self._file)
            raise

    def close(self) -> None:
        """Let the lock go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _try_lock(file: int) -> bool:
    """Return whether the lock could be had, without waiting for it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, NOTE_BYTES, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sentence(note: bytes) -> str:
    """Return why the labels cannot be written, from what the holder noted."""
    try:
        told = json.loads(note)
        who = f" (process {int(told['process'])}, since {told['since']})"
    except (ValueError, TypeError, KeyError):
        who = ""
    return (
        f"The labels of this folder are open in another window{who}: until that is closed, they can only be read here."
    )
