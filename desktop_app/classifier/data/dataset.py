"""Labelled clips decoded once into memory, as tensors that a network learns from."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from desktop_app.audio.sources import require_regular_file, shown_name
from desktop_app.classifier.data.clips import Clip, Skipped, find_clips, position_of, speaker_of
from desktop_app.classifier.data.window_cache import (
    WindowKey,
    has_room,
    keep_windows,
    load_windows,
    prune_windows,
)
from desktop_app.classifier.stretches import read_stretch
from desktop_app.classifier.waveforms import Waveform, centred, read_mono
from desktop_app.errors import UserError

__all__ = ["Clip", "ClipSet", "Skipped", "find_clips", "join", "load_clips", "position_of", "speaker_of"]

FULL_SCALE = 32_768  # waveforms are kept as 16-bit integers: half the memory of float32, and fine enough
Integers = npt.NDArray[np.int16]
SPLIT_ABOVE = 1.5  # a clip longer than this many windows is cut into several; a shorter one loses its edges


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


def load_clips(
    clips: Iterable[Clip],
    classes: Sequence[str],
    sample_rate_hz: int,
    frames: int,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> ClipSet:
    """Decode all clips once, mono, into windows of `frames`; unreadable files are skipped and listed.

    Clips up to one and a half windows are centred, longer ones are cut into as many whole windows as they hold. A
    stretch that is shorter than a window is heard with what is around it in its recording.
    What was decoded before is taken from the cache on disk (`window_cache`). `progress` is told how many are done and
    may raise to stop. UserError where no clip can be read.
    """
    clips = list(clips)
    kept: list[tuple[Clip, Integers]] = []
    skipped: list[Skipped] = []
    source = _Source(sample_rate_hz, frames, keep=has_room())
    with ThreadPoolExecutor(2, thread_name_prefix="decode") as pool:
        for done, (clip, read) in enumerate(zip(clips, pool.map(source.windows_of, clips), strict=True), 1):
            if isinstance(read, Skipped):
                skipped.append(read)
            else:
                kept += [(clip, window) for window in read]
            progress(done)
    if source.kept:
        prune_windows()
    if not kept:
        raise UserError("None of the recordings can be read; choose others.")
    return _stack(kept, tuple(classes), tuple(skipped))


class _Source:
    """Windows of clips, from the cache or decoded and kept there. Any threads at once."""

    def __init__(self, sample_rate_hz: int, frames: int, *, keep: bool) -> None:
        self._sample_rate_hz, self._frames, self._keep = sample_rate_hz, frames, keep
        self.kept = False

    def windows_of(self, clip: Clip) -> Integers | Skipped:
        """Return the windows of a clip, shape (windows, frames), or why there are none."""
        try:
            require_regular_file(clip.path)
            key = WindowKey.of(clip.path, self._sample_rate_hz, self._frames, clip.stretch)
            known = load_windows(key)
            if known is not None:
                return known
            waveform = self._read(clip)
        except (UserError, OSError) as reason:
            return Skipped(clip.path, str(reason))
        if not np.isfinite(waveform).all():
            return Skipped(clip.path, f"“{shown_name(clip.path)}” has samples that are no numbers; record it again.")
        windows = as_integers(np.stack(_windows(waveform, self._frames)))
        if self._keep and key.is_settled and keep_windows(key, windows):
            self.kept = True
        return windows

    def _read(self, clip: Clip) -> Waveform:
        if clip.stretch is None:
            return read_mono(clip.path, self._sample_rate_hz)
        return read_stretch(clip.path, clip.stretch, self._sample_rate_hz, self._frames)


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
