"""From a network in training to the measures that stand on its card; `classifier.measures` works them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.frontend import FrontEnd, features_of
from desktop_app.classifier.measuring.measures import measure
from desktop_app.classifier.measuring.predictions import PredictionTable
from desktop_app.classifier.networks import Network

BATCH = 256
LOG_TEMPERATURE_SPREAD = 0.5  # between 0.6 and 1.6 in two of three models, as with those that ship


@dataclass(frozen=True)
class Evaluation:
    """What a network did on clips it had not seen."""

    classes: tuple[str, ...]
    """Their names, in the order of all that follows."""
    clips: int
    """How many were judged."""
    accuracy: float
    """Share judged right."""
    macro_f1: float
    """Mean over the classes that have clips of the harmonic mean of precision and recall."""
    loss: float
    """Mean negative log of the score of the right class."""
    calibration_error: float
    """Mean distance between score and share judged right, over ten bins of the score (Guo et al. 2017)."""
    class_accuracy: tuple[float, ...]
    """Share of each class judged right."""
    confusion: tuple[tuple[int, ...], ...]
    """Counts; row: what it is, column: what it was taken for."""
    group_accuracy: dict[str, float]
    """Share of each group (speaker) judged right."""


@torch.inference_mode()
def logits_of(network: Network, front_end: FrontEnd, clips: ClipSet) -> Tensor:
    """Return logits of all clips as they are, shape (clips, classes); the network may be on another device."""
    network.eval()
    device = next(network.parameters()).device
    parts = [torch.arange(start, min(start + BATCH, len(clips))) for start in range(0, len(clips), BATCH)]
    return torch.cat([network(features_of(front_end, clips.floats(part)).to(device)).float().cpu() for part in parts])


def fit_temperature(logits: Tensor, targets: Tensor) -> float:
    """Return the number to divide logits by that makes the scores of held-back clips honest (Guo et al. 2017).

    A few clips that all happen to be right would have it be next to nothing, and every score 1.00. It is therefore the
    most likely one if its logarithm lies around 0 by `LOG_TEMPERATURE_SPREAD`; hundreds of clips outweigh that.
    """
    candidates = torch.logspace(-1, 1, 401)
    losses = torch.stack([cross_entropy(logits / temperature, targets) for temperature in candidates])
    unlikely = (candidates.log() / LOG_TEMPERATURE_SPREAD) ** 2 / 2
    return round(float(candidates[(len(targets) * losses + unlikely).argmin()]), 4)


def evaluate(logits: Tensor, targets: Tensor, classes: Sequence[str], groups: Sequence[str]) -> Evaluation:
    """Return the measures for logits that have already been divided by the temperature."""
    names = tuple(Path(str(row)) for row in range(len(targets)))
    scores = logits.double().softmax(dim=1).numpy()
    table = PredictionTable(tuple(classes), names, tuple(groups), targets.numpy(), scores)
    found = measure(table)
    return Evaluation(
        classes=table.classes,
        clips=found.clips,
        accuracy=found.accuracy,
        macro_f1=found.macro_f1,
        loss=found.loss,
        calibration_error=found.calibration_error,
        class_accuracy=tuple(each.recall for each in found.by_class),
        confusion=tuple(tuple(int(count) for count in row) for row in found.confusion),
        group_accuracy={group.name: group.accuracy for group in sorted(found.by_group, key=lambda group: group.name)},
    )
