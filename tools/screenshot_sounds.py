"""The sounds in the pictures that the bundled samples do not have: a night of an hour, and clips to learn from."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import lfilter

from desktop_app import assets
from desktop_app.audio.reader import open_audio
from desktop_app.audio.resample import resample
from tools import synthesis
from tools.synthesis import Rng, Sound

SEED = 5
CLIP_RATE_HZ = 16_000
WORD_VARIANTS = 12
"""Clips made of each bundled recording of a word."""
PLACES, CLIPS_A_PLACE = 10, 4
"""Where the animals are heard, and how often each."""


def write_an_hour(path: Path) -> None:
    """Write an hour of an invented night, 48 kHz mono: wind that swells, crickets, calls now and then."""
    rate, random = 48_000, np.random.default_rng(SEED)
    time_s = np.arange(rate) / rate
    crickets = 0.03 * np.sin(2 * np.pi * 5_200 * time_s) * (np.sin(2 * np.pi * 17 * time_s) > 0.6)
    call = 0.3 * np.sin(2 * np.pi * (900 + 1_500 * time_s) * time_s) * np.exp(-((time_s - 0.5) ** 2) / 0.02)
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        for second in range(3_600):
            gust = 0.004 + 0.012 * np.sin(second / 190) ** 4
            wind = lfilter([gust], [1, -0.96], random.normal(0, 1, rate)) + random.normal(0, 0.001, rate)
            chorus = crickets * max(np.sin(second / 700 + 0.5), 0)
            file.write(wind + chorus + call * random.random() * (random.random() < 0.05))


def write_words(folder: Path) -> None:
    """Write the bundled words in one folder a class, each again and again: faster, slower, in ever more noise."""
    rng = np.random.default_rng(SEED)
    recordings = [path for path in sorted(assets.samples_dir().iterdir()) if path.stem.endswith(("man", "telephone"))]
    for speaker, path in enumerate(recordings):
        word = path.stem.split("-")[0]
        with open_audio(path) as reader:
            sound, rate_hz = reader.read().mean(axis=1), reader.sample_rate_hz
        for variant in range(WORD_VARIANTS):
            tempo = float(rng.uniform(0.85, 1.15))
            clip = resample(sound, round(rate_hz * tempo), CLIP_RATE_HZ).ravel().astype(np.float64)
            name = f"{word}_{speaker:08x}_nohash_{variant}.wav"
            _write_clip(folder / word / name, clip, snr_db=18 - 1.8 * variant, rng=rng)


def write_animals(folder: Path) -> None:
    """Write clips of four animals and of nobody, one folder a class, from several places with noise of their own."""
    rng = np.random.default_rng(SEED)
    for label, make in ANIMALS.items():
        for place in range(PLACES):
            for take in range(CLIPS_A_PLACE):
                clip = 0.5 * make(rng) * float(rng.uniform(0.2, 1.0))
                path = folder / label / f"{label}_{place:08x}_nohash_{take}.wav"
                _write_clip(path, clip, snr_db=float(rng.uniform(-9, 9)), rng=rng)


ANIMALS: dict[str, Callable[[Rng], Sound]] = {
    "cricket": lambda rng: np.sin(2 * np.pi * rng.uniform(4_400, 5_600) * _second()) * (np.sin(107 * _second()) > 0.6),
    "cuckoo": lambda rng: synthesis.cuckoo(CLIP_RATE_HZ, rng),
    "frog": lambda rng: synthesis.frog(rng.uniform(700, 1_500), CLIP_RATE_HZ),
    "nobody": lambda rng: synthesis.silence(1.0, CLIP_RATE_HZ),
    "warbler": lambda rng: synthesis.warbler(CLIP_RATE_HZ, rng),
}


def _second() -> Sound:
    return np.arange(CLIP_RATE_HZ) / CLIP_RATE_HZ


def _write_clip(path: Path, sound: Sound, snr_db: float, rng: Rng) -> None:
    """Write one second of a sound in noise that is weaker by so much."""
    path.parent.mkdir(parents=True, exist_ok=True)
    clip = np.zeros(CLIP_RATE_HZ)
    clip[: min(len(sound), CLIP_RATE_HZ)] = sound[:CLIP_RATE_HZ]
    level = max(float(np.sqrt(np.mean(clip**2))), 1e-3)
    clip += level * 10 ** (-snr_db / 20) * synthesis.pink_noise(1.0, CLIP_RATE_HZ, rng)
    soundfile.write(path, 0.5 * clip / np.abs(clip).max(), CLIP_RATE_HZ)
