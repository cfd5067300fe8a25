"""Long streams of sound whose words are known: recorded words of held-back speakers over held-back backgrounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.noises import at_level, synthetic_backgrounds
from desktop_app.classifier.waveforms import read_mono
from tools.speech_material import SILENCE, UNKNOWN, decoded, environment_clips, kept
from tools.train_commands12 import SAMPLE_RATE_HZ, VOCABULARY, Split, benchmark_clips, other_clips

Sound = npt.NDArray[np.float32]
T = TypeVar("T")

WORD_LEVEL = 0.05  # root mean square of what is spoken: -26 dB of full scale
SNR_DB = (30.0, 20.0, 10.0)
GAPS_S = (2.0, 6.0)  # of background between two clips
WORDS_A_SCENE = 6
CALCULATED = 36
BACKGROUND_S = 5.0
FADE_S = 0.05
SPOKEN_SHARE = 0.1  # of the loudest stretch of 20 ms: what is 20 dB below is no longer the word
STRETCH_S = 0.02


@dataclass(frozen=True, eq=False)
class Word:
    """A clip with a word in it."""

    label: str
    """Its class."""
    sound: Sound
    """At `WORD_LEVEL`, faded at both ends."""
    onset: int
    """First sample of what is spoken."""
    offset: int
    """Behind its last sample."""


@dataclass(frozen=True, eq=False)
class Sounds:
    """What a stream is made of; the model has learnt from none of it."""

    words: tuple[Word, ...]
    """Every recorded clip of the words that a model knows."""
    others: tuple[tuple[Word, ...], ...]
    """Other words, source by source."""
    backgrounds: tuple[tuple[Sound, ...], ...]
    """Without words, kind by kind."""


@dataclass(frozen=True)
class Said:
    """A word in a stream."""

    label: str
    """Its class."""
    onset_s: float
    """Where it begins, in seconds of its scene or stream."""
    offset_s: float
    """Where it ends."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Some words over one background."""

    sound: Sound
    """Shape (frames,)."""
    said: tuple[Said, ...]
    """In the order of time."""
    snr_db: float
    """How far the background lies below what is spoken."""


def load_sounds(data: Path, split: Split) -> Sounds:
    """Return the words and backgrounds of the groups that a fold measures."""
    benchmark, other = (kept(decoded(find(data), VOCABULARY), split.in_test) for find in (benchmark_clips, other_clips))
    recorded, earlier = words_of(benchmark), words_of(other)
    others = tuple(tuple(word for word in words if word.label == UNKNOWN) for words in (recorded, earlier))
    environment = (clip.path for clip in environment_clips(data) if split.in_test(clip.group))
    heard = tuple(read_mono(path, SAMPLE_RATE_HZ) for path in environment)
    known = tuple(word for word in (*recorded, *earlier) if word.label != UNKNOWN)
    return Sounds(known, others, (heard, calculated([word for words in others for word in words])))


def words_of(clips: ClipSet) -> list[Word]:
    """Return the clips in which a word is spoken, all as loud as each other."""
    labels = [clips.classes[target] for target in clips.targets.tolist()]
    sounds = clips.waveforms.numpy().astype(np.float32)
    return [word_of(label, sound) for label, sound in zip(labels, sounds, strict=True) if label != SILENCE]


def word_of(label: str, sound: Sound) -> Word:
    """Return a clip with the place of what is spoken in it: all between the first and the last loud stretch."""
    stretch = round(STRETCH_S * SAMPLE_RATE_HZ)
    whole = sound[: len(sound) // stretch * stretch].reshape(-1, stretch)
    levels = np.sqrt(np.square(whole).mean(axis=1))
    loud = np.flatnonzero(levels >= SPOKEN_SHARE * levels.max())
    onset, offset = int(loud[0]) * stretch, int(loud[-1] + 1) * stretch
    level = float(np.sqrt(np.square(sound[onset:offset]).mean()))
    return Word(label, faded(sound * np.float32(WORD_LEVEL / max(level, 1e-12))), onset, offset)


def calculated(voices: Sequence[Word]) -> tuple[Sound, ...]:
    """Return calculated backgrounds, other ones than were learnt from; their babble is of the given words."""
    random = np.random.default_rng(77)
    clips = round(BACKGROUND_S * SAMPLE_RATE_HZ / len(voices[0].sound))
    drawn = random.permutation(len(voices))[: len(voices) // clips * clips].reshape(-1, clips)
    joined = np.stack([np.concatenate([voices[place].sound for place in row]) for row in drawn])
    return tuple(synthetic_backgrounds(CALCULATED, joined, SAMPLE_RATE_HZ, random))


def other_scenes(sounds: Sounds) -> Iterator[Scene]:
    """Yield scenes without end in which no word is known: other words, half of each source, over backgrounds."""
    random = np.random.default_rng(1)
    sources = [_in_turns(words, random) for words in sounds.others]
    for background in _backgrounds(sounds, random):
        yield scene([next(sources[place % len(sources)]) for place in range(WORDS_A_SCENE)], background, random)


def word_scenes(sounds: Sounds) -> Iterator[Scene]:
    """Yield scenes with every known word once."""
    random = np.random.default_rng(2)
    words = [sounds.words[place] for place in random.permutation(len(sounds.words))]
    backgrounds = _backgrounds(sounds, random)
    for start in range(0, len(words), WORDS_A_SCENE):
        yield scene(words[start : start + WORDS_A_SCENE], next(backgrounds), random)


def scene(words: Sequence[Word], background: Sound, random: np.random.Generator) -> Scene:
    """Return words with gaps between them over a background that is repeated, at one of `SNR_DB` below them."""
    gaps = [round(gap_s * SAMPLE_RATE_HZ) for gap_s in random.uniform(*GAPS_S, len(words) + 1)]
    sound = np.resize(
        np.roll(background, random.integers(len(background))), sum(gaps) + sum(len(w.sound) for w in words)
    )
    snr_db = float(random.choice(SNR_DB))
    sound = faded(at_level(sound, WORD_LEVEL * 10 ** (-snr_db / 20)))
    said, start = [], 0
    for gap, word in zip(gaps, words, strict=False):
        start += gap
        sound[start : start + len(word.sound)] += word.sound
        place = (start + word.onset, start + word.offset)
        said.append(Said(word.label, place[0] / SAMPLE_RATE_HZ, place[1] / SAMPLE_RATE_HZ))
        start += len(word.sound)
    return Scene(sound.clip(-1, 1), tuple(said), snr_db)


def faded(sound: Sound) -> Sound:
    """Return the sound coming from nothing and going there."""
    ramp = np.linspace(0, 1, round(FADE_S * SAMPLE_RATE_HZ), dtype=np.float32)
    shape = np.ones(len(sound), np.float32)
    shape[: len(ramp)], shape[-len(ramp) :] = ramp, ramp[::-1]
    return sound * shape


def _backgrounds(sounds: Sounds, random: np.random.Generator) -> Iterator[Sound]:
    """Yield a background of each kind in turn."""
    kinds = [_in_turns(kind, random) for kind in sounds.backgrounds]
    for kind in cycle(kinds):
        yield next(kind)


def _in_turns(things: Sequence[T], random: np.random.Generator) -> Iterator[T]:
    """Yield all in a drawn order, and again in another, without end."""
    while True:
        yield from (things[place] for place in random.permutation(len(things)))
