"""Recorded and spoken words, and what is no word: the material of the models that know words.

Each such model has a `Vocabulary`, which says what a word is to it; all other words are `_unknown_`, and sounds without
words are `_silence_`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from desktop_app.classifier.augment import loudness
from desktop_app.classifier.card import DataSource
from desktop_app.classifier.data.clips import Clip, find_clips
from desktop_app.classifier.data.dataset import FULL_SCALE, ClipSet, join, load_clips
from desktop_app.classifier.noises import synthetic_backgrounds
from desktop_app.classifier.training import TrainingData

SILENCE, UNKNOWN = REJECT_CLASSES = ("_silence_", "_unknown_")
# Most clips of `_unknown_` are synthetic; drawn oftener they would teach that what sounds synthetic is unknown.
UNKNOWN_SPOKEN_WEIGHT = 0.06
ENVIRONMENT_WEIGHT = 0.5
BACKGROUND_WEIGHT = 0.3
BACKGROUNDS = 240
QUIETEST_NOISE = 1e-4
WARDEN = "Pete Warden, Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition, arXiv 1804.03209"


@dataclass(frozen=True)
class Vocabulary:
    """What a model knows, and at which rate it hears."""

    labels: Mapping[str, str]
    """Word -> its class."""
    sample_rate_hz: int
    """Of the windows."""
    window_frames: int
    """Their length."""
    spoken_weight: float = 0.5
    """A synthesiser's clip of a known word is drawn this often against a person's."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Return all classes, those that reject first."""
        return (*REJECT_CLASSES, *sorted(self.labels.values()))

    def label_of(self, word: str) -> str:
        """Return the class of a word."""
        return self.labels.get(word, UNKNOWN)


@dataclass(frozen=True)
class Material:
    """Everything there is to train on and to measure with."""

    benchmark: ClipSet
    """Recorded words and silence of version 0.02."""
    other: ClipSet
    """Recorded words of version 0.01."""
    spoken: ClipSet
    """Synthesised words."""
    environment: ClipSet
    """Sounds of the environment, as silence."""
    backgrounds: ClipSet
    """Calculated backgrounds, as silence."""


def benchmark_clips(data: Path, vocabulary: Vocabulary) -> list[Clip]:
    """Return the clips of version 0.02 with their words: names in `_unknown_` begin with it."""
    found = find_clips(data / "speech_commands")
    worded = [replace(c, word=c.path.name.split("_")[0]) if c.label == UNKNOWN else c for c in found]
    return [c if c.label == SILENCE else replace(c, label=vocabulary.label_of(c.word)) for c in worded]


def other_clips(data: Path, vocabulary: Vocabulary) -> list[Clip]:
    """Return the clips of version 0.01; words that are no class are `_unknown_`."""
    return [
        replace(c, label=vocabulary.label_of(c.word), weight=weight_of(c))
        for c in find_clips(data / "speech_commands_other")
    ]


def weight_of(clip: Clip) -> float:
    """Return how often a clip of version 0.01 is drawn: three of its words come six hundred times each."""
    return 0.12 if clip.word in {"bed", "cat", "happy"} else 1.0


def spoken_clips(folder: Path, vocabulary: Vocabulary) -> list[Clip]:
    """Return the synthesised clips of `tools/speak_words.py`; every voice is a group of its own."""
    return [
        Clip(c.path, vocabulary.labels[c.word], c.path.stem, c.word, vocabulary.spoken_weight)
        if c.word in vocabulary.labels
        else Clip(c.path, UNKNOWN, c.path.stem, c.word, UNKNOWN_SPOKEN_WEIGHT)
        for c in find_clips(folder)
    ]


def environment_clips(data: Path) -> list[Clip]:
    """Return the clips of ESC-10 as `_silence_`: no word is spoken in them."""
    found = find_clips(data / "environment10", lambda path: path.name.split("-")[1])
    return [Clip(c.path, SILENCE, c.group, "_environment_", ENVIRONMENT_WEIGHT) for c in found]


def background_set(voices: ClipSet, sample_rate_hz: int, count: int, seed: int) -> ClipSet:
    """Return calculated backgrounds as `_silence_`, with babble made of the given voices."""
    silence = voices.classes.index(SILENCE)
    speech = (voices.waveforms[voices.targets != silence].numpy() / FULL_SCALE).astype(np.float32)
    made = synthetic_backgrounds(count, speech, sample_rate_hz, np.random.default_rng(seed))
    return ClipSet(
        waveforms=torch.from_numpy((made * (FULL_SCALE - 1)).astype(np.int16)),
        targets=torch.full((count,), silence),
        words=torch.zeros(count, dtype=torch.int64),
        weights=torch.full((count,), BACKGROUND_WEIGHT),
        groups=tuple(f"background {index}" for index in range(count)),
        classes=voices.classes,
        word_names=(SILENCE,),
    )


def load_material(data: Path, spoken: Path, vocabulary: Vocabulary) -> Material:
    """Decode everything once."""
    wanted = (
        benchmark_clips(data, vocabulary),
        other_clips(data, vocabulary),
        spoken_clips(spoken, vocabulary),
        environment_clips(data),
    )
    benchmark, other, speech, environment = (decoded(clips, vocabulary) for clips in wanted)
    backgrounds = background_set(join([benchmark, other]), vocabulary.sample_rate_hz, BACKGROUNDS, seed=5)
    return Material(benchmark, other, speech, environment, backgrounds)


def decoded(clips: list[Clip], vocabulary: Vocabulary) -> ClipSet:
    """Return the windows of clips, saying which files could not be read."""
    loaded = load_clips(clips, vocabulary.classes, vocabulary.sample_rate_hz, vocabulary.window_frames)
    for skipped in loaded.skipped:
        print(f"left out: {skipped.reason}")
    return loaded


def kept(clips: ClipSet, wanted: Callable[[str], bool]) -> ClipSet:
    """Return the clips of the groups wanted."""
    return clips.subset([wanted(group) for group in clips.groups])


def training_data(material: Material, wanted: Callable[[str], bool], sample_rate_hz: int) -> TrainingData:
    """Return what may be learnt from where only some groups are wanted, with the backgrounds to mix in."""
    recorded = (material.benchmark, material.other, material.environment)
    benchmark, other, environment = (kept(part, wanted) for part in recorded)
    silence = torch.nonzero(benchmark.targets == benchmark.classes.index(SILENCE))[:, 0]
    backgrounds = [part.floats(torch.arange(len(part))) for part in (environment, material.backgrounds)]
    noises = torch.cat([*backgrounds, benchmark.floats(silence)])
    audible = loudness(noises)[:, 0] > QUIETEST_NOISE
    learnt = join([benchmark, other, material.spoken, environment, material.backgrounds])
    return TrainingData(learnt, noises=noises[audible], sample_rate_hz=sample_rate_hz)


def sources_of(material: Material) -> tuple[DataSource, ...]:
    """Return whom to name for the material."""
    espeak = sum(group.startswith("espeak") for group in material.spoken.groups)
    counted = (
        ("Speech Commands v0.02, part of its test list", "CC BY 4.0", WARDEN, len(material.benchmark)),
        ("Speech Commands v0.01, part", "CC BY 4.0", WARDEN, len(material.other)),
        ("ESC-10, folds 1 to 3, one-second cuts", "CC BY 3.0", "Karol J. Piczak, ESC", len(material.environment)),
    )
    made = (
        ("words spoken by the synthesiser espeak-ng", "tools/speak_words.py", espeak),
        ("words spoken by the synthesiser flite", "tools/speak_words.py", len(material.spoken) - espeak),
        (
            "calculated noise, hum, crackle and babble",
            "desktop_app/classifier/noises.py",
            len(material.backgrounds),
        ),
    )
    ours = (DataSource(name, "made for Earmark", maker, clips) for name, maker, clips in made)
    return (*(DataSource(*source) for source in counted), *ours)
