"""From clips on disk to tensors and an untrained network: everything that comes before the first step."""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from desktop_app.classifier.augment import loudness
from desktop_app.classifier.data.corpus import Corpus, gather, label_of
from desktop_app.classifier.data.dataset import ClipSet, Skipped, as_integers, join, load_clips
from desktop_app.classifier.data.speech_commands import SILENCE
from desktop_app.classifier.engines.features import mel_bands
from desktop_app.classifier.frontend import FrontEnd, build_front_end, describe_front_end, fitted_to, output_shape
from desktop_app.classifier.frontend_config import LogMelConfig, front_end_config
from desktop_app.classifier.networks import NETWORKS, Network, build_network
from desktop_app.classifier.runs.run_config import RunConfig
from desktop_app.classifier.runs.sources import find_source
from desktop_app.classifier.training import TrainingData
from desktop_app.classifier.waveforms import Waveform, centred, read_mono
from desktop_app.errors import UserError
from desktop_app.words import counted

FLOOR_SHARE = 1e-3  # of the mean power; see docs/decisions.md
FITTED_ON = 2_000
MOST_NOISES = 400
LONGEST_TRANSFORM_S = 0.03
TRANSFORM_SHARE = 0.06  # of a short window: a bat's call of 20 ms gets transforms of 1.2 ms
SHORTEST_TRANSFORM = 120  # samples
MEL_BANDS = (64, 48, 40, 32, 24, 16, 12, 8, 4, 2)
QUIETEST_NOISE = 1e-4
SIDE_OF_BACKGROUND: Mapping[str, tuple[float, float]] = {
    "train": (0.0, 0.8),
    "validation": (0.8, 0.9),
    "test": (0.9, 1.0),
}
"""Part of each background recording that a side takes, so that no second of it stands on two."""

Progress = Callable[[str, int, int], None]
"""Told what is being read, how much of it is done, and how much there is; may raise to stop."""


@dataclass(frozen=True)
class Prepared:
    """Everything that a training starts from."""

    data: TrainingData
    """What is learnt from, and what chooses the best round."""
    test: ClipSet | None
    """What only measures."""
    corpus: Corpus
    """The files behind it."""
    front_end: FrontEnd
    """Fitted to the data."""
    network: Network
    """Untrained."""
    description: Mapping[str, Any]
    """Of the network, for cards."""
    skipped: tuple[Skipped, ...]
    """Files that were left out, each with the reason."""
    notes: tuple[str, ...]
    """What the person should know, a sentence each."""
    digest: str
    """Of the clips and their sides: a run goes on only with the same."""


def prepare(
    config: RunConfig, progress: Progress = lambda what, done, total: None, corpus: Corpus | None = None
) -> Prepared:
    """Read everything, fit the front-end and build the network; UserError where there is nothing to learn from.

    `corpus` holds the clips of `config.data` where they have been gathered already.
    """
    window_frames = round(config.sound.window_s * config.sound.sample_rate_hz)
    if not window_frames:
        raise UserError("The window is shorter than a sample; choose a longer sound.window_s.")
    described = front_end_config(front_end_table(config))  # before the long reading: a wrong one is said at once
    corpus = corpus or gather(find_source(config.data), config.data)
    backgrounds, unread = read_backgrounds(corpus.noises, config.sound.sample_rate_hz)
    classes = corpus.classes
    if config.data.task == "twelve":
        classes = tuple(sorted((*classes, SILENCE)))
    sides = {side: _side(corpus, classes, side, config, progress) for side in ("train", "validation", "test")}
    train = sides["train"]
    if train is None:
        raise UserError("None of the clips to learn from can be read; choose others.")
    if config.data.task == "twelve":
        sides = {name: _with_silence(clips, backgrounds, name, config) for name, clips in sides.items()}
        train = sides["train"] or train
    _demand_all(train)
    if isinstance(described, LogMelConfig) and "mean" not in config.front_end:
        described = fitted_to(described, train.floats(_spread(len(train), FITTED_ON)), FLOOR_SHARE)
    shape = output_shape(describe_front_end(described), window_frames)
    description = network_table(config)
    torch.manual_seed(config.training.seed)  # the first weights
    network = build_network(description, shape, len(classes))
    skipped = (*corpus.skipped, *unread, *(skip for clips in sides.values() if clips for skip in clips.skipped))
    notes = [*corpus.notes, *_notes_on_shares(config.training.class_shares, classes)]
    notes += _note_on_hearing(corpus.bands_hz, described, config.sound.sample_rate_hz)
    if skipped:
        left_out = counted(len(skipped), "file is", "files are")
        notes.append(f"{left_out} left out, as they cannot be used; skipped.txt says why.")
    if sides["validation"] is None:
        notes.append("No clips are held back to choose the best round by; the last one is kept.")
    noises = noise_windows(backgrounds, window_frames)
    data = TrainingData(train, sides["validation"], noises, config.sound.sample_rate_hz)
    front_end = build_front_end(describe_front_end(described))
    return Prepared(
        data, sides["test"], corpus, front_end, network, description, skipped, tuple(notes), _digest(corpus, train)
    )


def front_end_table(config: RunConfig) -> dict[str, Any]:
    """Return the front-end as cards have it; what is not set follows from the sample rate and the window.

    Transforms of 30 ms, of 6 % of a window below half a second, and of at least 120 samples; three to each hop; as many
    mel bands, up to 64, as the transform tells apart. UserError where what is set contradicts the sound.
    """
    table, rate_hz = dict(config.front_end), config.sound.sample_rate_hz
    if table.get("kind") == "waveform":
        return table
    frames = round(config.sound.window_s * rate_hz)
    wanted_s = min(LONGEST_TRANSFORM_S, TRANSFORM_SHARE * config.sound.window_s)
    length = table.setdefault("window_frames", max(2, min(frames, max(SHORTEST_TRANSFORM, round(wanted_s * rate_hz)))))
    if isinstance(length, int):
        table.setdefault("hop_frames", max(1, length // 3))
        table.setdefault("n_fft", 1 << (length - 1).bit_length())
    if isinstance(table.get("n_fft"), int) and table["n_fft"] // 2 >= frames:
        raise UserError("The window is shorter than the Fourier transform reaches; choose a longer sound.window_s.")
    if table.get("kind") == "log_mel":
        return _log_mel_table(table, rate_hz)
    if table.get("power") == "complex":
        table["power"] = None
    return table


def _log_mel_table(table: dict[str, Any], rate_hz: int) -> dict[str, Any]:
    table.setdefault("sample_rate_hz", rate_hz)
    table.setdefault("high_hz", rate_hz / 2)
    table.setdefault("low_hz", 0.0 if rate_hz < 2_000 else 20.0 if rate_hz <= 50_000 else rate_hz / 50)
    if table["sample_rate_hz"] != rate_hz:
        raise UserError("front_end.sample_rate_hz and sound.sample_rate_hz differ; leave the first one out.")
    front_end_config({**table, "mel_bands": 2})  # nonsense in the other values is said here
    if "mel_bands" in table:
        front_end_config(table)
        if not _all_bands_hear(table):
            raise UserError("There are more mel bands than the transform tells apart; set fewer, or a longer n_fft.")
        return table
    fitting = (count for count in MEL_BANDS if _all_bands_hear({**table, "mel_bands": count}))
    return {**table, "mel_bands": next(fitting, MEL_BANDS[-1])}


def _all_bands_hear(table: dict[str, Any]) -> bool:
    """Return whether every mel band holds a frequency of the transform; one that holds none is always silent."""
    if table["mel_bands"] > table["n_fft"] // 2:
        return False
    described = front_end_config(table)
    return not isinstance(described, LogMelConfig) or bool(mel_bands(described).any(axis=0).all())


def network_table(config: RunConfig) -> dict[str, Any]:
    """Return the network as cards have it: a named one with its changes, or one described whole."""
    table = dict(config.network)
    name = table.pop("name", None)
    if name is None:
        return table
    if name not in NETWORKS:
        raise UserError(f"There is no network “{name}”; choose one of {', '.join(NETWORKS)}.")
    return {**NETWORKS[name], **table}


def _side(corpus: Corpus, classes: tuple[str, ...], side: str, config: RunConfig, progress: Progress) -> ClipSet | None:
    """Return the clips of a side, or None where there are none that can be read."""
    clips = corpus.divided.side(side)
    if not clips:
        return None
    rate_hz = config.sound.sample_rate_hz
    frames = round(config.sound.window_s * rate_hz)
    try:
        return load_clips(clips, classes, rate_hz, frames, progress=lambda done: progress(side, done, len(clips)))
    except UserError:
        return None  # none of them can be read


def _demand_all(train: ClipSet) -> None:
    there = set(train.targets.tolist())
    missing = [name for index, name in enumerate(train.classes) if index not in there]
    if missing:
        raise UserError(f"None of the clips of “{missing[0]}” can be read; add others, or take the class away.")


def _note_on_hearing(bands_hz: Sequence[tuple[float, float]], front_end: object, sample_rate_hz: int) -> list[str]:
    """Return a sentence where boxes lie above what the network can hear: calls of bats at the rate of speech."""
    highest_hz = front_end.high_hz if isinstance(front_end, LogMelConfig) else sample_rate_hz / 2
    deaf_to = [high_hz for low_hz, high_hz in bands_hz if low_hz >= highest_hz]
    if not deaf_to:
        return []
    known = [high_hz for high_hz in deaf_to if high_hz < math.inf]
    more = f" of at least {2 * max(known):,.0f}" if known else ""
    lie = "box lies" if len(deaf_to) == 1 else "boxes lie"
    return [
        f"{len(deaf_to):,} of {len(bands_hz):,} {lie} above {highest_hz:,.0f} Hz, the highest that this network hears: "
        f"set a higher sample rate (sound.sample_rate_hz){more}."
    ]


def _notes_on_shares(shares: Mapping[str, float], classes: tuple[str, ...]) -> list[str]:
    """Return a sentence on shares of classes that are not there; UserError where no class is left to be drawn."""
    if not any(shares.get(name, 1.0) for name in classes):
        raise UserError("training.class_shares leaves no class to learn from; give at least one a share above 0.")
    strange = [f"“{name}”" for name in shares if name not in classes]
    return [f"training.class_shares names {', '.join(strange)}, which is no class here."] if strange else []


def read_backgrounds(paths: Iterable[Path], rate_hz: int) -> tuple[list[Waveform], list[Skipped]]:
    """Return the sounds, mono at a rate, and what cannot be used."""
    sounds: list[Waveform] = []
    skipped: list[Skipped] = []
    for path in paths:
        try:
            sound = read_mono(path, rate_hz)
        except (UserError, OSError) as reason:
            skipped.append(Skipped(path, str(reason)))
            continue
        if np.isfinite(sound).all():
            sounds.append(sound)
        else:
            skipped.append(Skipped(path, f"“{path.name}” has samples that are no numbers."))
    return sounds, skipped


def _part(sound: Waveform, side: str) -> Waveform:
    start, stop = SIDE_OF_BACKGROUND[side]
    return sound[int(start * len(sound)) : int(stop * len(sound))]


def noise_windows(backgrounds: list[Waveform], frames: int) -> Tensor:
    """Return windows of the part of the backgrounds that may be learnt from, spread evenly, shape (windows, frames)."""
    windows = [
        centred(part[start : start + frames], frames)
        for part in (_part(sound, "train") for sound in backgrounds)
        for start in range(0, max(1, len(part) - frames + 1), frames)
    ]
    if not windows:
        return torch.zeros(0, frames)
    stacked = torch.from_numpy(np.stack(windows))[_spread(len(windows), MOST_NOISES)]
    return stacked[loudness(stacked)[:, 0] > QUIETEST_NOISE]


def _with_silence(clips: ClipSet | None, backgrounds: list[Waveform], side: str, config: RunConfig) -> ClipSet | None:
    """Return a side with as many cuts of background at drawn levels as a class has clips on the average."""
    if clips is None:
        return None
    random = np.random.default_rng([config.data.seed, len(side)])
    count, frames = max(1, len(clips) // (len(clips.classes) - 1)), clips.waveforms.shape[1]
    cuts = []
    for _ in range(count):
        part = _part(backgrounds[random.integers(len(backgrounds))], side)
        start = random.integers(max(1, len(part) - frames + 1))
        cuts.append(as_integers(centred(part[start : start + frames], frames) * random.random(dtype=np.float32)))
    silence = ClipSet(
        waveforms=torch.from_numpy(np.stack(cuts)),
        targets=torch.full((count,), clips.classes.index(SILENCE)),
        words=torch.zeros(count, dtype=torch.int64),
        weights=torch.ones(count),
        groups=tuple(f"background {side} {index}" for index in range(count)),
        classes=clips.classes,
        word_names=(SILENCE,),
    )
    return join([clips, silence])


def _spread(count: int, most: int) -> Tensor:
    """Return at most `most` places, evenly spread over `count`."""
    return torch.linspace(0, count - 1, min(count, most)).long()


def _digest(corpus: Corpus, train: ClipSet) -> str:
    """Return what tells whether the clips, their labels and their sides are still the same."""
    clips = corpus.divided.clips
    rows = sorted((clip.content(corpus.hashes[clip.path]), clip.label, clip.split) for clip in clips)
    return hashlib.sha256(json.dumps([rows, list(train.waveforms.shape)]).encode()).hexdigest()


def plain_settings(config: RunConfig) -> dict[str, Any]:
    """Return the configuration as JSON has it, without places on this machine."""
    name = label_of(Path(config.data.source).name)
    quiet = replace(config, data=replace(config.data, source=name, noises="", datasets=""))
    values: dict[str, Any] = json.loads(json.dumps(asdict(quiet)))
    return values
