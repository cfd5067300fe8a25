"""Decoded windows kept on disk, so that the second training on the same recordings pays for no decoding.

One file a recording, rate and window, named after them; what the recording was when it was read (size, time of change)
and a hash of the samples stand inside. A file that does not fit them, or that is damaged, counts as absent. The files
used longest ago go when there are too many.
"""

import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs

from desktop_app.audio.peak_cache import keep_file, prune
from desktop_app.classifier.data.clips import Stretch

VERSION = 1
"""Goes up whenever a recording would be cut, mixed or resampled to other samples than before."""
MAGIC = b"earmark windows\n"
DIGEST_BYTES = 16
LIMIT_BYTES = 4 << 30  # all of Speech Commands v0.02 at 16 kHz takes 3.4 GB
LEAST_FREE_BYTES = 2 << 30
"""With less room on the disk nothing more is kept."""
SETTLED_S = 2.0
"""A file that changed a moment ago may change again without its time telling (FAT counts in steps of 2 s)."""

Integers = npt.NDArray[np.int16]


@dataclass(frozen=True)
class WindowKey:
    """A recording as it was when it was read, and what was made of it; everything must be equal for it to be used."""

    path: Path
    """Where it lies."""
    size_bytes: int
    modified_ns: int
    sample_rate_hz: int
    """Of the windows."""
    frames: int
    """Of each window."""
    stretch: Stretch | None = None
    """The part that was read; None for all of it."""

    @classmethod
    def of(cls, path: Path, sample_rate_hz: int, frames: int, stretch: Stretch | None = None) -> "WindowKey":
        """Return the key of the recording as it is now; OSError where it is gone."""
        stat = path.stat()
        return cls(path.absolute(), stat.st_size, stat.st_mtime_ns, sample_rate_hz, frames, stretch)

    @property
    def is_settled(self) -> bool:
        """Return whether another change would show in the time of change."""
        return time.time_ns() - self.modified_ns > SETTLED_S * 1e9

    @property
    def file(self) -> Path:
        """Return the file that keeps the windows."""
        part = "" if self.stretch is None else f" {self.stretch.onset_s!r} {self.stretch.offset_s!r}"
        name = os.fsencode(self.path) + f"\0{self.sample_rate_hz} {self.frames}{part}".encode()
        return cache_folder() / f"{hashlib.sha256(name).hexdigest()[:32]}.windows"

    @property
    def header(self) -> bytes:
        """Return what the file begins with."""
        facts = (VERSION, self.size_bytes, self.modified_ns, self.sample_rate_hz, self.frames)
        return MAGIC + json.dumps(facts).encode("ascii") + b"\n"


def cache_folder() -> Path:
    """Return where windows are kept."""
    return Path(platformdirs.user_cache_dir("earmark", appauthor=False)) / "windows"


def has_room() -> bool:
    """Return whether the disk has room for more windows."""
    folder = cache_folder()
    existing = next((place for place in (folder, *folder.parents) if place.is_dir()), None)
    return existing is not None and shutil.disk_usage(existing).free > LEAST_FREE_BYTES


def load_windows(key: WindowKey) -> Integers | None:
    """Return the windows kept under `key`, shape (windows, frames), or None. Any thread."""
    try:
        content = key.file.read_bytes()
        if not content.startswith(key.header):
            return None
        os.utime(key.file)
    except OSError:
        return None
    start = len(key.header) + DIGEST_BYTES
    samples = memoryview(content)[start:]
    if not len(samples) or len(samples) % (2 * key.frames) or content[start - DIGEST_BYTES : start] != _digest(samples):
        return None
    return np.frombuffer(samples, "<i2").reshape(-1, key.frames).astype(np.int16, copy=False)


def keep_windows(key: WindowKey, windows: Integers) -> bool:
    """Keep windows, and return whether the disk took them; a refusal is no matter. Any thread."""
    samples = np.ascontiguousarray(windows, "<i2").data.cast("B")
    return keep_file(key.file, key.header, _digest(samples), samples)


def prune_windows(limit_bytes: int = LIMIT_BYTES) -> None:
    """Delete the files used longest ago until all together are at most `limit_bytes`."""
    prune(cache_folder(), limit_bytes)


def _digest(samples: memoryview) -> bytes:
    return hashlib.blake2b(samples, digest_size=DIGEST_BYTES).digest()
