"""Peak pyramids kept on disk, so that a long recording is drawn at once the next time.

One file a recording, named after its path; the size, the time of change and the layout stand inside, and a file that
does not fit them, or that is damaged, counts as absent. The files used longest ago go when there are too many.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import platformdirs

from desktop_app.audio.peaks import PeakPyramid

VERSION = 1
MAGIC = b"earmark peaks\n"
LIMIT_BYTES = 512 << 20


@dataclass(frozen=True)
class PeakKey:
    """A recording as it was when its pyramid was built; everything must be equal for the pyramid to be used."""

    path: Path
    """Where it lies; the only part that names the kept file, the others stand inside."""
    size_bytes: int
    modified_ns: int
    frames: int
    channels: int

    @classmethod
    def of(cls, path: Path, frames: int, channels: int) -> "PeakKey":
        """Return the key of the recording as it is now; OSError where it is gone."""
        stat = path.stat()
        return cls(path.absolute(), stat.st_size, stat.st_mtime_ns, frames, channels)

    @property
    def file(self) -> Path:
        """Return the file that keeps the pyramid."""
        return cache_folder() / f"{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:32]}.peaks"

    @property
    def header(self) -> bytes:
        """Return what the file begins with."""
        fields = {name: value for name, value in asdict(self).items() if name != "path"}
        return MAGIC + json.dumps({"version": VERSION, **fields}).encode("ascii") + b"\n"


def cache_folder() -> Path:
    """Return where pyramids are kept."""
    return Path(platformdirs.user_cache_dir("earmark", appauthor=False)) / "peaks"


def load_peaks(key: PeakKey) -> PeakPyramid | None:
    """Return the pyramid kept under `key`, or None."""
    try:
        with key.file.open("rb") as kept:
            if kept.read(len(key.header)) != key.header:
                return None
            base = np.fromfile(kept, "<f4")
        shape = PeakPyramid.base_shape(key.frames, key.channels)
        if base.size != np.prod(shape):
            return None
        os.utime(key.file)
        return PeakPyramid.from_base(base.reshape(shape).astype(np.float32, copy=False), key.frames)
    except OSError:
        return None


def save_peaks(key: PeakKey, pyramid: PeakPyramid) -> None:
    """Keep a complete pyramid; a disk that is full or may not be written to is no matter, it is built again."""
    if keep_file(key.file, key.header, np.ascontiguousarray(pyramid.base, "<f4").data):
        prune(key.file.parent)


def keep_file(file: Path, *parts: bytes | memoryview) -> bool:
    """Write a file of a cache whole or not at all, and return whether the disk took it; whoever reads it checks it."""
    temporary = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with os.fdopen(handle, "wb") as kept:
            kept.writelines(parts)
        Path(temporary).replace(file)
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        return False
    return True


def prune(folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
    """Delete the files used longest ago until the folder holds at most `limit_bytes`."""
    try:
        with os.scandir(folder) as entries:
            files = [(entry.stat(), Path(entry.path)) for entry in entries if entry.is_file()]
        total = sum(stat.st_size for stat, _ in files)
        for stat, file in sorted(files, key=lambda each: each[0].st_mtime_ns):
            if total <= limit_bytes:
                return
            file.unlink(missing_ok=True)
            total -= stat.st_size
    except OSError:  # another process prunes, too
        return
