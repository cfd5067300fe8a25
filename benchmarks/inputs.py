"""Synthetic recordings to measure on, made once a run in a temporary folder."""

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import soundfile

SMALL_FILES = 10_000
CLIPS = 1_000
CLIP_RATE_HZ = 16_000
HOUR_RATE_HZ = 48_000
HOUR_S = 3_600


@dataclass(frozen=True)
class Inputs:
    """Folders and files of synthetic sound; each is made when it is first asked for."""

    folder: Path
    """Where they are made; the caller removes it."""
    screen: dict[str, str]
    """The environment for processes that open a window."""

    @cached_property
    def many_small_files(self) -> Path:
        """10,000 files of 0.1 s in 100 folders: seven in ten WAV, two FLAC, one Ogg Vorbis."""
        folder = self.folder / "small"
        kinds = [self._small_file(suffix) for suffix in ("wav",) * 7 + ("flac",) * 2 + ("ogg",)]
        for index in range(SMALL_FILES):
            kind = kinds[index % len(kinds)]
            place = folder / f"{index // 100:02d}"
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kind, place / f"{index:05d}{kind.suffix}")
        return folder

    def _small_file(self, suffix: str) -> Path:
        path = self.folder / f"small.{suffix}"
        soundfile.write(path, sweep(0.1, CLIP_RATE_HZ), CLIP_RATE_HZ)
        return path

    @cached_property
    def one_second_clips(self) -> Path:
        """1,000 WAV files of one second at 16 kHz: tones in noise, no two alike."""
        folder = self.folder / "clips"
        folder.mkdir()
        random = np.random.default_rng(1)
        time_s = np.arange(CLIP_RATE_HZ) / CLIP_RATE_HZ
        for index in range(CLIPS):
            tone = 0.3 * np.sin(2 * np.pi * random.uniform(200, 4_000) * time_s)
            soundfile.write(folder / f"{index:04d}.wav", tone + random.normal(0, 0.05, len(tone)), CLIP_RATE_HZ)
        return folder

    @cached_property
    def short_recording(self) -> Path:
        """Two seconds in a folder of their own."""
        path = self.folder / "short" / "short.wav"
        path.parent.mkdir()
        soundfile.write(path, sweep(2, CLIP_RATE_HZ), CLIP_RATE_HZ)
        return path

    @cached_property
    def hour(self) -> Path:
        """One hour, 48 kHz mono 16 bit WAV (346 MB), in a folder of its own: a repeated sweep in noise."""
        path = self.folder / "hour" / "hour.wav"
        path.parent.mkdir()
        minute = sweep(60, HOUR_RATE_HZ)
        with soundfile.SoundFile(path, "w", HOUR_RATE_HZ, 1, "PCM_16") as file:
            for index in range(HOUR_S // 60):
                file.write(minute * (0.2 + 0.8 * (index % 7) / 6))
        return path


def sweep(duration_s: float, sample_rate_hz: int) -> np.ndarray:
    """Return a rising tone with noise, shape (frames,), peak below 0.6, the same at every call."""
    time_s = np.arange(round(duration_s * sample_rate_hz)) / sample_rate_hz
    phase = 2 * np.pi * (100 * time_s + 0.5 * (sample_rate_hz / 2 - 200) / duration_s * time_s**2)
    noise = np.random.default_rng(0).normal(0, 0.02, len(time_s))
    return np.clip(0.4 * np.sin(phase) + noise, -0.6, 0.6)
