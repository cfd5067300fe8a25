"""What a training does to a clip before the network hears it: to be heard and seen by people."""

import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from desktop_app.classifier.augment import change_waveforms
from desktop_app.classifier.batches import TrainingData, augmented
from desktop_app.classifier.data.clips import Clip
from desktop_app.classifier.data.corpus import Found, noise_files
from desktop_app.classifier.data.dataset import load_clips
from desktop_app.classifier.frontend import FrontEnd, LogMel, build_front_end, describe_front_end, fitted_to
from desktop_app.classifier.frontend_config import LogMelConfig, WaveformConfig, front_end_config
from desktop_app.classifier.runs.preparing import (
    FLOOR_SHARE,
    front_end_table,
    noise_windows,
    read_backgrounds,
)
from desktop_app.classifier.runs.run_config import DataConfig, RunConfig, SoundConfig
from desktop_app.classifier.runs.sources import find_source
from desktop_app.classifier.waveforms import Waveform
from desktop_app.errors import UserError

Picture = npt.NDArray[np.uint8]
DYNAMIC_RANGE = 6.9  # nepers: 60 dB of a magnitude, for pictures of the linear spectrogram


@dataclass(frozen=True)
class Example:
    """One clip as it lies there, and as a training may hear it."""

    clip: Clip
    """Which one."""
    sample_rate_hz: int
    """Of both sounds."""
    before: Waveform
    """The window, shape (frames,)."""
    after: Waveform
    """The same, changed."""
    pictures: tuple[Picture, Picture]
    """What the network sees of both, 0 to 255 on one scale, shape (bands, columns), lowest band first."""


class Audition:
    """Draws examples; keeps the list of clips and the backgrounds between them. One thread at a time."""

    def __init__(self) -> None:
        self._source: DataConfig | None = None
        self._found = Found(())
        self._sounds: tuple[DataConfig, SoundConfig] | None = None
        self._noises = torch.zeros(0, 1)

    def draw(self, config: RunConfig, clip_seed: int, seed: int) -> Example:
        """Return a clip of the configured data, chosen by `clip_seed`, changed as `seed` draws it.

        The same configuration, data and seeds give the same example. UserError where there is nothing to be heard.
        """
        described = front_end_config(front_end_table(config))
        clip = random.Random(clip_seed).choice(self._clips(config))
        rate_hz = config.sound.sample_rate_hz
        frames = round(config.sound.window_s * rate_hz)
        windows = load_clips([clip], [clip.label], rate_hz, frames)
        row = torch.tensor([clip_seed % len(windows)])
        before = windows.floats(row)
        how, noises = config.training.augmentation, self._noises_for(config)
        after = before if how is None else change_waveforms(before, noises, rate_hz, how, _drawn_by(seed))
        if isinstance(described, WaveformConfig):  # such a network sees the sound itself, and people see nothing in it
            described = front_end_config(front_end_table(replace(config, front_end={"kind": "log_mel"})))
        if isinstance(described, LogMelConfig):
            described = fitted_to(described, before, FLOOR_SHARE)
        front_end = build_front_end(describe_front_end(described))
        data = TrainingData(windows, None, noises, rate_hz)
        seen = augmented(front_end, data, row, config.training, _drawn_by(seed))  # draws the same again
        pictures = _pictures(front_end, front_end(before), seen)
        return Example(clip, rate_hz, before[0].numpy(), after[0].numpy(), pictures)

    def _clips(self, config: RunConfig) -> tuple[Clip, ...]:
        if config.data != self._source:
            self._found, self._source = find_source(config.data), config.data
        if not self._found.clips:
            raise UserError("There are no clips to be heard; choose other data.")
        return self._found.clips

    def _noises_for(self, config: RunConfig) -> Tensor:
        if self._sounds != (config.data, config.sound):
            paths: list[Path] = [*self._found.noises, *noise_files(config.data.noises)]
            sounds, _ = read_backgrounds(paths, config.sound.sample_rate_hz)
            self._noises = noise_windows(sounds, round(config.sound.window_s * config.sound.sample_rate_hz))
            self._sounds = (config.data, config.sound)
        return self._noises


def _drawn_by(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _pictures(front_end: FrontEnd, before: Tensor, after: Tensor) -> tuple[Picture, Picture]:
    """Return inputs of a network, shape (1, channels, bands, columns), as pictures on one scale."""
    one, other = (_levels(front_end, features[0].detach()) for features in (before, after))
    high = max(float(one.max()), float(other.max()))
    low = float(one.min()) if isinstance(front_end, LogMel) else high - DYNAMIC_RANGE
    return _picture(one, low, high), _picture(other, low, high)


def _levels(front_end: FrontEnd, features: Tensor) -> Tensor:
    return features[0] if isinstance(front_end, LogMel) else features.norm(dim=0).clamp_min(1e-9).log()


def _picture(levels: Tensor, low: float, high: float) -> Picture:
    shares = ((levels - low) / max(high - low, 1e-6)).clamp(0, 1)
    return (255 * shares).round().to(torch.uint8).numpy()
