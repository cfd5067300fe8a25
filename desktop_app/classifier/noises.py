"""Backgrounds made by calculation: what a net should take for silence, and what words are mixed with."""

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]


def coloured_noise(frames: int, slope: float, random: np.random.Generator) -> Sound:
    """Return noise whose power falls with frequency to the power `slope` (0 white, 1 pink, 2 brown), level 1."""
    spectrum = random.normal(size=frames // 2 + 1) + 1j * random.normal(size=frames // 2 + 1)
    spectrum[1:] /= np.arange(1, frames // 2 + 1) ** (slope / 2)
    spectrum[0] = 0
    return at_level(np.fft.irfft(spectrum, frames), 1.0)


def hum(frames: int, sample_rate_hz: int, random: np.random.Generator) -> Sound:
    """Return the hum of mains (50 or 60 Hz) or of a fan, with up to twelve overtones, level 1."""
    base_hz = random.choice([50.0, 60.0, random.uniform(80, 400)])
    times_s = np.arange(frames) / sample_rate_hz
    overtones = range(1, int(random.integers(2, 13)))
    waves = [
        random.uniform(0.2, 1) / k * np.sin(2 * np.pi * (k * base_hz * times_s + random.random())) for k in overtones
    ]
    return at_level(np.sum(waves, axis=0), 1.0)


def crackle(frames: int, random: np.random.Generator) -> Sound:
    """Return sparse decaying clicks, as of rain, fire and bad contacts, level 1."""
    clicks = random.normal(size=frames) * (random.random(frames) < random.uniform(0.0005, 0.01))
    decay = np.exp(-np.arange(200) / random.uniform(3, 60)) * random.normal(size=200)
    return at_level(np.convolve(clicks, decay)[:frames] + 1e-9 * random.normal(size=frames), 1.0)


def babble(voices: Sound, random: np.random.Generator) -> Sound:
    """Return eight or more of the given voices, shape (voices, frames), at once and turned around in time, level 1."""
    chosen = voices[random.integers(len(voices), size=int(random.integers(8, 16)))]
    return at_level(np.sum([np.roll(voice, random.integers(len(voice))) for voice in chosen], axis=0), 1.0)


def at_level(sound: npt.NDArray[np.floating], root_mean_square: float) -> Sound:
    """Return the sound at a level; digital silence stays."""
    level = float(np.sqrt(np.mean(np.square(sound))))
    return (sound * (root_mean_square / max(level, 1e-12))).astype(np.float32)


def synthetic_backgrounds(count: int, voices: Sound, sample_rate_hz: int, random: np.random.Generator) -> Sound:
    """Return backgrounds at drawn levels from digital silence to loud, int-safe, shape (count, frames).

    `voices`, shape (voices, frames), are what the babble is made of. One in twelve is digital silence.
    """
    frames = voices.shape[1]
    made = np.zeros((count, frames), np.float32)
    for index in range(count):
        kind = index % 12
        if kind == 0:
            continue
        if kind <= 5:
            sound = coloured_noise(frames, random.uniform(-0.5, 2.5), random)
        elif kind <= 7:
            sound = hum(frames, sample_rate_hz, random) + 0.1 * coloured_noise(frames, 1.0, random)
        elif kind == 8:
            sound = crackle(frames, random) + 0.1 * coloured_noise(frames, 1.0, random)
        else:
            sound = babble(voices, random)
        made[index] = at_level(sound, 10 ** random.uniform(-4.5, -0.9))
    return made.clip(-1, 1)
