"""Clips with labels, found in folders. No torch: whoever judges or lists clips needs none."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.audio.formats import is_audio_name
from desktop_app.errors import UserError

_SPEAKER = re.compile(r"([0-9a-f]{8})_nohash_")


@dataclass(frozen=True)
class Stretch:
    """A part of a recording."""

    onset_s: float
    """Start in seconds from the start of the recording."""
    offset_s: float
    """End in seconds; equal to `onset_s` for a point in time."""


@dataclass(frozen=True)
class Clip:
    """One labelled file, or a labelled stretch of one."""

    path: Path
    """Where it is."""
    label: str
    """Its class."""
    group: str
    """Who spoke, or what it was cut from: clips of one group never stand on both sides of a split."""
    word: str
    """What is said in it, which may be finer than the class."""
    weight: float = 1.0
    """How often it is drawn, against the others of its class."""
    split: str = ""
    """Where its source puts it: `train`, `validation` or `test`; empty where it does not say."""
    stretch: Stretch | None = None
    """Which part of the file it is; None for all of it."""

    def content(self, file_hash: str) -> str:
        """Return what is equal for clips that are the same sound, from the hash of the file."""
        part = self.stretch
        return file_hash if part is None else f"{file_hash} {part.onset_s:.4f}-{part.offset_s:.4f}"


@dataclass(frozen=True)
class Skipped:
    """A file that could not be used."""

    path: Path
    """Where it is."""
    reason: str
    """One sentence."""


def speaker_of(path: Path) -> str:
    """Return the speaker in a Speech Commands name (the eight hex digits before `_nohash_`), else the file's stem."""
    found = _SPEAKER.search(path.name)
    return found.group(1) if found else path.stem


def position_of(group: str) -> float:
    """Return a number in [0, 1) that depends on the group alone, so that a split stays when files are added."""
    return int(hashlib.sha1(f"earmark {group}".encode()).hexdigest()[:8], 16) / 16**8


def find_clips(folder: Path, group_of: Callable[[Path], str] = speaker_of) -> list[Clip]:
    """Return the audio files in the class folders below `folder`, sorted; the folder's name is label and word.

    UserError where there is no class folder with audio files in it.
    """
    try:
        classes = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        files = [(kind.name, path) for kind in classes for path in sorted(kind.iterdir()) if is_audio_name(path.name)]
    except OSError as reason:
        raise UserError(f"{folder} cannot be listed ({reason.strerror}); choose another folder.") from reason
    if not files:
        raise UserError(f"{folder} has no folders with recordings in them; make one folder for each class.")
    return [Clip(path, label, group_of(path), label) for label, path in files]
