"""What a network is trained with: clips drawn at random, changed, and turned into its input."""

from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from desktop_app.classifier.augment import change_power, change_waveforms, mask, mix_up
from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.frontend import FrontEnd, LogMel, Waveforms
from desktop_app.classifier.training_settings import TrainingSettings

Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class TrainingData:
    """What a network is trained with."""

    train: ClipSet
    """Clips to learn from."""
    held_back: ClipSet | None = None
    """Clips of other groups, measured after each round and never learnt from."""
    noises: Tensor = field(default_factory=lambda: torch.zeros(0, 1))
    """Backgrounds to mix in, float32, shape (noises, frames)."""
    sample_rate_hz: int = 16_000
    """Of all of them; a log-mel front-end knows it, too."""


def steps_per_epoch(data: TrainingData, settings: TrainingSettings) -> int:
    """Return the number of batches in a round."""
    return max(1, _clips_per_epoch(data, settings) // settings.batch_size)


def batches(
    front_end: FrontEnd, data: TrainingData, settings: TrainingSettings, draw: torch.Generator
) -> Iterator[Batch]:
    """Yield the network's input and the targets for each batch of a round, all drawn from `draw`.

    The targets are one-hot classes and, beside them, one-hot words, shape (batch, classes + words); mixed if so set.
    """
    for rows in _rows(data, settings, draw):
        features = augmented(front_end, data, rows, settings, draw)
        classes = one_hot(data.train.targets[rows], len(data.train.classes))
        words = one_hot(data.train.words[rows], len(data.train.word_names))
        yield mix_up(features, torch.cat([classes, words], dim=1).float(), settings.mix_up, draw)


def ahead(upcoming: Iterator[Batch]) -> Generator[Batch]:
    """Yield the batches while a thread prepares the one that comes after: the network never waits for the sounds."""
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as pool:
        waiting = pool.submit(next, upcoming, None)
        while (batch := waiting.result()) is not None:
            waiting = pool.submit(next, upcoming, None)
            yield batch


def sampling_weights(clips: ClipSet, class_shares: Mapping[str, float]) -> Tensor:
    """Return the chance of each clip: classes by their shares, inside a class by the clips' weights."""
    totals = torch.zeros(len(clips.classes)).index_add(0, clips.targets, clips.weights)
    shares = torch.tensor([class_shares.get(name, 1.0) for name in clips.classes])
    return clips.weights * (shares / totals.clamp_min(1e-12))[clips.targets]


@torch.no_grad()
def augmented(
    front_end: FrontEnd, data: TrainingData, rows: Tensor, settings: TrainingSettings, draw: torch.Generator
) -> Tensor:
    """Return the network's input for the chosen clips, changed at random unless the settings say not to."""
    waveforms, how = data.train.floats(rows), settings.augmentation  # (batch, frames)
    if how is None:
        return front_end(waveforms)  # type: ignore[no-any-return]
    rate_hz = front_end.config.sample_rate_hz if isinstance(front_end, LogMel) else data.sample_rate_hz
    waveforms = change_waveforms(waveforms, data.noises, rate_hz, how, draw)
    if isinstance(front_end, LogMel):
        return mask(front_end.compress(change_power(front_end.power(waveforms), how, draw)), how, draw)
    if isinstance(front_end, Waveforms):
        return front_end(waveforms)  # type: ignore[no-any-return]
    return mask(front_end(waveforms), how, draw)


def _clips_per_epoch(data: TrainingData, settings: TrainingSettings) -> int:
    return settings.clips_per_epoch if settings.sampling == "balanced" and settings.clips_per_epoch else len(data.train)


def _rows(data: TrainingData, settings: TrainingSettings, draw: torch.Generator) -> Iterator[Tensor]:
    """Yield the places of the clips of each batch of a round; a last batch that would not be full is left out."""
    steps = steps_per_epoch(data, settings)
    if settings.sampling == "once":
        order = torch.randperm(len(data.train), generator=draw)
        size = min(settings.batch_size, len(order))
        yield from (order[step * size : (step + 1) * size] for step in range(steps))
        return
    chances = sampling_weights(data.train, settings.class_shares)
    for _ in range(steps):
        yield torch.multinomial(chances, settings.batch_size, replacement=True, generator=draw)
