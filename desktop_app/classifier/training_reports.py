"""What a training says of itself while it goes on, as plain values. No torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StepReport:
    """Where a round stands."""

    epoch: int
    """From 1."""
    step: int
    """Of this round, from 1."""
    steps: int
    """In each round."""
    loss: float
    """Mean over the round so far."""
    accuracy: float
    """Share judged right in the round so far."""


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
    best: bool = False
    """Whether no earlier round was as good on the clips held back; without such the latest is the best."""
    notes: tuple[str, ...] = ()
    """What the person should know, a sentence each."""


@dataclass(frozen=True)
class RatePoint:
    """One step of the learning-rate finder."""

    rate: float
    """Learning rate of the step."""
    loss: float
    """Of its batch, before the step."""
    smoothed: float
    """Running mean of the losses."""
