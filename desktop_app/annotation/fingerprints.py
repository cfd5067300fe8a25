"""Tell recordings by their content, so that labels follow a file that is moved or renamed.

A fingerprint is the hash of the size and of three blocks: the first, the middle and the last 64 KiB. Hashing everything
would read 4 GB for one label; the first block alone is the same header for a whole night of a recorder's files.
"""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import AnnotationReader
from desktop_app.audio.sources import require_regular_file
from desktop_app.errors import UserError

BLOCK_BYTES = 64 << 10
DIGEST_BYTES = 16


def fingerprint_of(path: Path, size_bytes: int) -> str:
    """Return what tells the content of a file of this size, as 32 hex digits; OSError where it cannot be read."""
    digest = hashlib.blake2b(str(size_bytes).encode(), digest_size=DIGEST_BYTES)
    starts = (0, (size_bytes - BLOCK_BYTES) // 2, size_bytes - BLOCK_BYTES)
    with path.open("rb", buffering=0) as file:
        for start in sorted({max(start, 0) for start in starts}):
            file.seek(start)
            digest.update(file.read(BLOCK_BYTES))
    return digest.hexdigest()


def relative_path(folder: Path, path: Path) -> str:
    """Return where a recording lies, from the project's folder on; UserError where it lies elsewhere."""
    try:
        return path.absolute().relative_to(folder.absolute()).as_posix()
    except ValueError as error:
        raise UserError(f"“{path.name}” lies outside of the open folder: open its own folder to label it.") from error


def identify(folder: Path, path: Path) -> Recording:
    """Return a recording of the project in `folder` as it is on the disk; UserError where it cannot be read.

    The id comes from place and content, so that two who look at the same file find the same recording.
    """
    found = require_regular_file(path)
    where = relative_path(folder, path)
    try:
        fingerprint = fingerprint_of(path, found.st_size)
    except OSError as error:
        raise UserError(f"“{path.name}” cannot be read ({error.strerror}): its labels are not kept.") from error
    return Recording(where, found.st_size, fingerprint, found.st_mtime, id=_id_of(os.fsencode(where), fingerprint))


def known_or_identified(known: AnnotationReader, folder: Path, path: Path) -> Recording:
    """Return a recording of the project in `folder` as its labels know it, else as `identify` does.

    Where a labelled recording has moved away from a path, and a copy of it comes there, that is another recording.
    """
    found = known.recording_at(relative_path(folder, path))
    if found is not None:
        return found
    found = identify(folder, path)
    while known.recording(found.id) is not None:
        found = replace(found, id=_id_of(found.id.encode(), found.fingerprint))
    return found


def _id_of(place: bytes, fingerprint: str) -> str:
    return hashlib.blake2b(place + fingerprint.encode(), digest_size=DIGEST_BYTES).hexdigest()
