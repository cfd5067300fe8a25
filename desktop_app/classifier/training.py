"""The training loop, on one page."""

import copy
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

from desktop_app.classifier.augment import Augmentation, change_power, change_waveforms, mask, mix_up
from desktop_app.classifier.dataset import ClipSet
from desktop_app.classifier.evaluation import logits_of
from desktop_app.classifier.frontend import FrontEnd, LogMel
from desktop_app.classifier.networks import Network


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained."""

    epochs: int = 30
    """Rounds; each draws `clips_per_epoch` clips."""
    clips_per_epoch: int = 6_000
    """Clips drawn in a round, with replacement: classes by `class_shares`, inside a class by the clips' weights."""
    class_shares: Mapping[str, float] = field(default_factory=dict)
    """How often a class is drawn against the others; 1 where it is not named."""
    batch_size: int = 128
    """Clips for one step."""
    max_rate: float = 4e-3
    """Highest learning rate of the one-cycle schedule."""
    weight_decay: float = 0.02
    """Of AdamW."""
    label_smoothing: float = 0.1
    """Share of the target given to the other classes."""
    mix_up: float = 0.2
    """Strength of mixup; 0 turns it off."""
    word_share: float = 0.3
    """Weight of a second loss that asks for the word instead of the class; 0 turns it off."""
    average: float = 0.998
    """Decay of the running average of the weights, which is what is kept."""
    augmentation: Augmentation | None = field(default_factory=Augmentation)
    """None trains on the clips as they are."""
    bfloat16: bool = False
    """Run the network in bfloat16: 1.7 times as fast where the processor has the instructions, slower elsewhere."""
    seed: int = 1
    """The same seed, data, settings and machine give the same weights."""


@dataclass(frozen=True)
class EpochReport:
    """What one round did."""

    epoch: int
    """From 1."""
    rate: float
    """Learning rate at its end."""
    loss: float
    """Mean over its clips, as trained on (augmented, mixed)."""
    accuracy: float
    """Share of its clips judged right, as trained on."""
    held_back_loss: float | None
    """Of the averaged weights on the clips held back, or None without such."""
    held_back_accuracy: float | None
    """Of the averaged weights on the clips held back, or None without such."""
    seconds: float
    """How long it took."""


@dataclass(frozen=True)
class TrainingData:
    """What a network is trained with."""

    train: ClipSet
    """Clips to learn from."""
    held_back: ClipSet | None = None
    """Clips of other groups, measured after each round and never learnt from."""
    noises: Tensor = field(default_factory=lambda: torch.zeros(0, 1))
    """Backgrounds to mix in, float32, shape (noises, frames)."""


def train(
    network: Network, front_end: FrontEnd, data: TrainingData, settings: TrainingSettings
) -> Iterator[EpochReport]:
    """Train `network` in place and report after each round; closing the generator stops and keeps the average so far.

    Plain AdamW with one-cycle rates (Smith and Topin 2019). After every report `network` holds the averaged weights of
    that moment; before the next round the loop takes up its own again. Any thread; uses torch's number of threads.
    """
    draw = torch.Generator().manual_seed(settings.seed)
    torch.manual_seed(settings.seed)  # dropout
    classes = len(data.train.classes)
    learner = copy.deepcopy(network)  # `network` itself keeps the running average
    word_head = nn.Linear(learner.width, len(data.train.word_names))
    weights = [*learner.parameters(), *word_head.parameters()]
    steps = max(1, settings.clips_per_epoch // settings.batch_size)
    optimiser = torch.optim.AdamW(weights, lr=settings.max_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.max_rate, total_steps=settings.epochs * steps)
    for epoch in range(1, settings.epochs + 1):
        started, total_loss, right = time.monotonic(), 0.0, 0
        learner.train()
        for _ in range(steps):
            features, targets = draw_batch(front_end, data, settings, draw)  # (batch, channels, bands, columns)
            with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
                vectors = learner.embed(features)  # (batch, width)
                logits, word_logits = learner.head(vectors).float(), word_head(vectors).float()
            loss = cross_entropy(logits, targets[:, :classes], label_smoothing=settings.label_smoothing)
            word_loss = cross_entropy(word_logits, targets[:, classes:], label_smoothing=settings.label_smoothing)
            optimiser.zero_grad()
            torch.autograd.backward(loss + settings.word_share * word_loss)
            optimiser.step()
            schedule.step()
            average_into(network, learner, min(settings.average, schedule.last_epoch / (schedule.last_epoch + 9)))
            total_loss += float(loss.detach())
            right += int((logits.argmax(dim=1) == targets[:, :classes].argmax(dim=1)).sum())
        network.eval()
        held_back_loss, held_back_accuracy = measure(network, front_end, data.held_back)
        yield EpochReport(
            epoch=epoch,
            rate=float(schedule.get_last_lr()[0]),
            loss=total_loss / steps,
            accuracy=right / (steps * settings.batch_size),
            held_back_loss=held_back_loss,
            held_back_accuracy=held_back_accuracy,
            seconds=time.monotonic() - started,
        )


def draw_batch(
    front_end: FrontEnd, data: TrainingData, settings: TrainingSettings, draw: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return the network's input for a batch drawn at random, and its targets.

    The targets are one-hot classes and, beside them, one-hot words, shape (batch, classes + words); mixed if so set.
    """
    clips = data.train
    chances = sampling_weights(clips, settings.class_shares)
    rows = torch.multinomial(chances, settings.batch_size, replacement=True, generator=draw)
    features = augmented(front_end, data, rows, settings.augmentation, draw)
    classes = one_hot(clips.targets[rows], len(clips.classes))
    words = one_hot(clips.words[rows], len(clips.word_names))
    return mix_up(features, torch.cat([classes, words], dim=1).float(), settings.mix_up, draw)


def sampling_weights(clips: ClipSet, class_shares: Mapping[str, float]) -> Tensor:
    """Return the chance of each clip: classes by their shares, inside a class by the clips' weights."""
    totals = torch.zeros(len(clips.classes)).index_add(0, clips.targets, clips.weights)
    shares = torch.tensor([class_shares.get(name, 1.0) for name in clips.classes])
    return clips.weights * (shares / totals.clamp_min(1e-12))[clips.targets]


@torch.no_grad()
def augmented(
    front_end: FrontEnd, data: TrainingData, rows: Tensor, how: Augmentation | None, draw: torch.Generator
) -> Tensor:
    """Return the network's input for the chosen clips, changed at random unless `how` is None."""
    waveforms = data.train.floats(rows)  # (batch, frames)
    if how is None:
        return front_end(waveforms)  # type: ignore[no-any-return]
    rate_hz = front_end.config.sample_rate_hz if isinstance(front_end, LogMel) else 16_000
    waveforms = change_waveforms(waveforms, data.noises, rate_hz, how, draw)
    if isinstance(front_end, LogMel):
        return mask(front_end.compress(change_power(front_end.power(waveforms), how, draw)), how, draw)
    return mask(front_end(waveforms), how, draw)


@torch.no_grad()
def average_into(average: nn.Module, learner: nn.Module, decay: float) -> None:
    """Move the averaged weights and batch statistics towards the learner's."""
    for kept, new in zip(average.state_dict().values(), learner.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


def measure(network: Network, front_end: FrontEnd, clips: ClipSet | None) -> tuple[float, float] | tuple[None, None]:
    """Return loss and accuracy on clips as they are, or None twice where there are no clips."""
    if clips is None:
        return None, None
    logits = logits_of(network, front_end, clips)
    right = (logits.argmax(dim=1) == clips.targets).float().mean()
    return float(cross_entropy(logits, clips.targets)), float(right)
