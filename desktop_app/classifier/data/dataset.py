"""Clips with labels: found in folders, split by speaker or source, decoded once into memory."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from desktop_app.audio.formats import is_audio_name
from desktop_app.audio.sources import shown_name
from desktop_app.classifier.waveforms import Waveform, centred, read_mono
from desktop_app.errors import UserError

FULL_SCALE = 32_768  # waveforms are kept as 16-bit integers: half the memory of float32, and fine enough
Integers = npt.NDArray[np.int16]
SPLIT_ABOVE = 1.5  # a clip longer than this many windows is cut into several; a shorter one loses its edges

_SPEAKER = re.compile(r"([0-9a-f]{8})_nohash_")


@dataclass(frozen=True)
class Clip:
    """One labelled file."""

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


@dataclass(frozen=True)
class Skipped:
    """A file that could not be used."""

    path: Path
    """Where it is."""
    reason: str
    """One sentence."""


@dataclass(frozen=True)
class ClipSet:
    """Windows ready for training or measuring, all in memory."""

    waveforms: Tensor
    """int16, shape (windows, frames)."""
    targets: Tensor
    """int64, index into `classes`, shape (windows,)."""
    words: Tensor
    """int64, index into `word_names`, shape (windows,)."""
    weights: Tensor
    """float32, shape (windows,)."""
    groups: tuple[str, ...]
    """Of each window."""
    classes: tuple[str, ...]
    """Names of the targets."""
    word_names: tuple[str, ...]
    """Names of the words."""
    skipped: tuple[Skipped, ...] = ()
    """What could not be read; it is never replaced by silence."""

    def __len__(self) -> int:
        return len(self.targets)

    def floats(self, rows: Tensor) -> Tensor:
        """Return the chosen windows in [-1, 1], float32, shape (len(rows), frames)."""
        return self.waveforms[rows].to(torch.float32) / FULL_SCALE

    def subset(self, keep: Sequence[bool]) -> "ClipSet":
        """Return the windows at the places that are true."""
        rows = torch.tensor(keep, dtype=torch.bool)
        groups = tuple(group for group, kept in zip(self.groups, keep, strict=True) if kept)
        chosen = (self.waveforms[rows], self.targets[rows], self.words[rows], self.weights[rows])
        return ClipSet(*chosen, groups, self.classes, self.word_names, self.skipped)


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


def load_clips(
    clips: Iterable[Clip],
    classes: Sequence[str],
    sample_rate_hz: int,
    frames: int,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> ClipSet:
    """Decode all clips once, mono, into windows of `frames`; unreadable files are skipped and listed.

    Clips up to one and a half windows are centred, longer ones are cut into as many whole windows as they hold.
    `progress` is told how many are done and may raise to stop. UserError where no clip can be read.
    """
    clips = list(clips)
    kept: list[tuple[Clip, Integers]] = []
    skipped: list[Skipped] = []
    with ThreadPoolExecutor(2) as pool:
        read_all = pool.map(lambda clip: _read(clip, sample_rate_hz), clips)
        for done, (clip, read) in enumerate(zip(clips, read_all, strict=True), 1):
            if isinstance(read, Skipped):
                skipped.append(read)
            else:
                kept += [(clip, as_integers(window)) for window in _windows(read, frames)]
            progress(done)
    if not kept:
        raise UserError("None of the recordings can be read; choose others.")
    return _stack(kept, tuple(classes), tuple(skipped))


def _read(clip: Clip, sample_rate_hz: int) -> Waveform | Skipped:
    try:
        waveform = read_mono(clip.path, sample_rate_hz)
    except (UserError, OSError) as reason:
        return Skipped(clip.path, str(reason))
    if not np.isfinite(waveform).all():
        return Skipped(clip.path, f"“{shown_name(clip.path)}” has samples that are no numbers; record it again.")
    return waveform


def _windows(waveform: Waveform, frames: int) -> list[Waveform]:
    if len(waveform) <= SPLIT_ABOVE * frames:
        return [centred(waveform, frames)]
    return [waveform[start : start + frames] for start in range(0, len(waveform) - frames + 1, frames)]


def as_integers(waveform: Waveform) -> Integers:
    """Return samples in [-1, 1] as they are kept in a `ClipSet`."""
    return np.clip(np.round(waveform * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def _stack(kept: list[tuple[Clip, Integers]], classes: tuple[str, ...], skipped: tuple[Skipped, ...]) -> ClipSet:
    word_names = tuple(sorted({clip.word for clip, _ in kept}))
    word_index = {word: index for index, word in enumerate(word_names)}
    return ClipSet(
        waveforms=torch.from_numpy(np.stack([window for _, window in kept])),
        targets=torch.tensor([classes.index(clip.label) for clip, _ in kept]),
        words=torch.tensor([word_index[clip.word] for clip, _ in kept]),
        weights=torch.tensor([clip.weight for clip, _ in kept], dtype=torch.float32),
        groups=tuple(clip.group for clip, _ in kept),
        classes=classes,
        word_names=word_names,
        skipped=skipped,
    )


def join(sets: Sequence[ClipSet]) -> ClipSet:
    """Return several sets as one; they have the same classes and window, their words are numbered anew."""
    names = tuple(sorted({name for part in sets for name in part.word_names}))
    places = [torch.tensor([names.index(name) for name in part.word_names]) for part in sets]
    return ClipSet(
        waveforms=torch.cat([part.waveforms for part in sets]),
        targets=torch.cat([part.targets for part in sets]),
        words=torch.cat([place[part.words] for place, part in zip(places, sets, strict=True)]),
        weights=torch.cat([part.weights for part in sets]),
        groups=tuple(group for part in sets for group in part.groups),
        classes=sets[0].classes,
        word_names=names,
        skipped=tuple(skipped for part in sets for skipped in part.skipped),
    )
