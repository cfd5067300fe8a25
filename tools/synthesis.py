"""Sounds from formulas and from espeak-ng, for the bundled samples; mono unless said otherwise, around [-1, 1]."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr

Sound = npt.NDArray[np.float64]
Rng = np.random.Generator


def silence(seconds: float, rate_hz: int) -> Sound:
    """Return that much of nothing."""
    return np.zeros(round(seconds * rate_hz))


def add(sound: Sound, event: Sound, onset_s: float, rate_hz: int) -> None:
    """Mix an event into a sound, in place; what reaches beyond the end is left out."""
    start = round(onset_s * rate_hz)
    room = sound[start : start + len(event)]
    room += event[: len(room)]


def spoken(text: str, voice: str, rate_hz: int, words_per_minute: int = 140, pitch: int = 50) -> Sound:
    """Return a text spoken by an espeak-ng voice, without the silence around it, peak 1."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        manner = ["-v", voice, "-s", str(words_per_minute), "-p", str(pitch)]
        subprocess.run(["espeak-ng", *manner, "-w", str(path), text], check=True)
        speech, speech_hz = sf.read(path)
    heard = np.flatnonzero(np.abs(speech) > 0.01 * np.abs(speech).max())
    speech = speech[heard[0] : heard[-1] + 1]
    return np.asarray(soxr.resample(speech / np.abs(speech).max(), speech_hz, rate_hz), np.float64)


def in_a_room(sound: Sound, rate_hz: int, rng: Rng) -> Sound:
    """Return the sound with the echo of a small furnished room: noise that dies away by 60 dB in 0.3 s."""
    t = np.arange(round(0.3 * rate_hz)) / rate_hz
    echo = rng.normal(0, 1, len(t)) * 10 ** (-3 * t / 0.3)
    echo[: round(0.005 * rate_hz)] = 0  # the nearest wall is 1 m away
    echo *= 0.35 / np.sqrt(np.sum(echo**2))
    wet = np.convolve(sound, echo)
    wet[: len(sound)] += sound
    return wet


def pink_noise(seconds: float, rate_hz: int, rng: Rng) -> Sound:
    """Return noise with equal power in every octave above 20 Hz, as rooms and landscapes have it, RMS 1."""
    frames = round(seconds * rate_hz)
    spectrum = np.fft.rfft(rng.normal(0, 1, frames))
    hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 20)), frames)
    return np.asarray(noise / noise.std(), np.float64)


def sweep(hz: npt.ArrayLike, rate_hz: int) -> Sound:
    """Return a tone whose frequency follows `hz`, one value a sample."""
    return np.sin(2 * np.pi * np.cumsum(np.asarray(hz, np.float64)) / rate_hz)


def whistle(from_hz: float, to_hz: float, seconds: float, rate_hz: int) -> Sound:
    """Return one note that glides and swells and fades like a bird's."""
    frames = round(seconds * rate_hz)
    return sweep(np.geomspace(from_hz, to_hz, frames), rate_hz) * np.hanning(frames)


def warbler(rate_hz: int, rng: Rng) -> Sound:
    """Return a song of 1.6 s: four falling whistles, then a trill."""
    song = silence(1.6, rate_hz)
    base_hz = rng.uniform(3_200, 3_800)
    for note in range(4):
        add(song, whistle(base_hz * 1.5, base_hz, 0.14, rate_hz), 0.2 * note, rate_hz)
    for note in range(16):
        add(song, 0.7 * whistle(base_hz * 1.1, base_hz * 1.6, 0.035, rate_hz), 0.85 + 0.042 * note, rate_hz)
    return song


def cuckoo(rate_hz: int, rng: Rng) -> Sound:
    """Return two soft low notes, 0.75 s."""
    song, base_hz = silence(0.75, rate_hz), rng.uniform(580, 640)
    add(song, whistle(base_hz * 1.22, base_hz * 1.18, 0.22, rate_hz), 0, rate_hz)
    add(song, whistle(base_hz, base_hz * 0.97, 0.32, rate_hz), 0.36, rate_hz)
    return song


def fly_song(rate_hz: int, rng: Rng) -> Sound:
    """Return 4 s of a courting fruit fly: two trains of pulses 35 ms apart, with a hum of 160 Hz between them."""
    song = silence(4, rate_hz)
    t = np.arange(-0.008, 0.008, 1 / rate_hz)
    pulse = np.cos(2 * np.pi * 220 * t) * np.exp(-((t / 0.0032) ** 2))
    for train_s in (0.3, 2.7):
        for number in range(26):
            add(song, rng.uniform(0.7, 1) * pulse, train_s + 0.035 * number + rng.normal(0, 0.001), rate_hz)
    hum = sweep(np.full(round(1.1 * rate_hz), 160.0), rate_hz)
    add(song, 0.35 * hum * np.hanning(len(hum)) ** 0.5, 1.4, rate_hz)
    return song


def clock(rate_hz: int, rng: Rng) -> Sound:
    """Return 5 s of ticks and tocks, two a second."""
    sound, t = silence(5, rate_hz), np.arange(round(0.05 * rate_hz)) / rate_hz
    for number in range(10):
        hz = 2_600 if number % 2 else 2_100
        click = np.sin(2 * np.pi * hz * t) * np.exp(-t * 180) + rng.normal(0, 0.4, len(t)) * np.exp(-t * 900)
        add(sound, click, 0.2 + 0.48 * number, rate_hz)
    return sound


def bell(rate_hz: int, rng: Rng) -> Sound:
    """Return one stroke of a church bell, 4 s: hum, prime, minor third, fifth, octave and above."""
    t = np.arange(4 * rate_hz) / rate_hz
    partials = [(0.5, 0.5), (1, 0.8), (1.2, 1.1), (1.5, 1.5), (2, 1.3), (2.5, 2.2), (3, 3), (4.2, 4), (5.4, 6)]
    strikes = [
        rng.uniform(0.7, 1) / ratio**0.7 * np.sin(2 * np.pi * 440 * ratio * t) * np.exp(-t * decay)
        for ratio, decay in partials
    ]
    return np.asarray(np.sum(strikes, axis=0) * np.minimum(t / 0.004, 1))


def rain(rate_hz: int, rng: Rng) -> Sound:
    """Return 4 s of rain in stereo, shape (frames, 2): a hiss, and drops near the microphones."""
    hiss = np.stack([np.diff(pink_noise(4, rate_hz, rng), prepend=0) for _ in range(2)], axis=1)
    sound, t = 0.5 * hiss, np.arange(round(0.02 * rate_hz)) / rate_hz
    for onset_s in rng.uniform(0, 3.9, 160):
        drop = np.sin(2 * np.pi * rng.uniform(1_500, 6_000) * t) * np.exp(-t * rng.uniform(200, 600))
        add(sound, np.outer(drop, rng.uniform(0.1, 1, 2)), onset_s, rate_hz)
    return sound


def frog(hz: float, rate_hz: int) -> Sound:
    """Return one croak of 0.5 s: a tone cut into 40 pulses a second."""
    t = np.arange(round(0.5 * rate_hz)) / rate_hz
    tone = np.sin(2 * np.pi * hz * t) + 0.4 * np.sin(4 * np.pi * hz * t)
    return np.asarray(tone * np.sin(np.pi * 40 * t) ** 4 * np.hanning(len(t)), np.float64)


def frogs(rate_hz: int, _rng: Rng) -> Sound:
    """Return two frogs that answer each other for 4 s, shape (frames, 2): the low one left, the high one right."""
    pond = np.zeros((4 * rate_hz, 2))
    for number in range(3):
        add(pond, np.outer(frog(850, rate_hz), [1, 0.25]), 0.2 + 1.2 * number, rate_hz)
        add(pond, np.outer(frog(1_300, rate_hz), [0.2, 0.8]), 0.8 + 1.2 * number, rate_hz)
    return pond


def moving_tone(rate_hz: int, _rng: Rng) -> Sound:
    """Return a tone of 440 Hz that goes from left to right and back in 4 s at equal power, shape (frames, 2)."""
    t = np.arange(4 * rate_hz) / rate_hz
    tone = np.sin(2 * np.pi * 440 * t) + 0.3 * np.sin(2 * np.pi * 880 * t)
    angle = np.pi / 4 * (1 - np.cos(2 * np.pi * t / 4))
    return np.stack([tone * np.cos(angle), tone * np.sin(angle)], axis=1)


def bat(rate_hz: int, _rng: Rng) -> Sound:
    """Return a bat that finds a moth: calls from 80 down to 35 kHz, ever faster, 1.4 s."""
    flight, onset_s, interval_s = silence(1.4, rate_hz), 0.05, 0.1
    while onset_s < 1.3:
        seconds = min(0.005, interval_s / 2)
        call = sweep(np.geomspace(80_000, 35_000, round(seconds * rate_hz)), rate_hz)
        add(flight, call * np.hanning(len(call)), onset_s, rate_hz)
        onset_s += interval_s
        interval_s = max(interval_s * 0.92, 0.006)
    return flight
