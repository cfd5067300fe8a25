"""How good a network is: accuracy by class and by speaker group, confusion, calibration."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from desktop_app.classifier.dataset import ClipSet
from desktop_app.classifier.frontend import FrontEnd
from desktop_app.classifier.networks import Network

BATCH = 256


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
    """Mean over the classes of the harmonic mean of precision and recall."""
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
    return torch.cat([network(front_end(clips.floats(part)).to(device)).float().cpu() for part in parts])


def fit_temperature(logits: Tensor, targets: Tensor) -> float:
    """Return the number to divide logits by that makes the scores of held-back clips honest (Guo et al. 2017)."""
    candidates = torch.logspace(-1, 1, 401)
    losses = torch.stack([cross_entropy(logits / temperature, targets) for temperature in candidates])
    return round(float(candidates[losses.argmin()]), 4)


def evaluate(logits: Tensor, targets: Tensor, classes: Sequence[str], groups: Sequence[str]) -> Evaluation:
    """Return the measures for logits that have already been divided by the temperature."""
    scores, judged = logits.softmax(dim=1).max(dim=1)
    right = judged == targets
    confusion = confusion_of(targets, judged, len(classes))
    return Evaluation(
        classes=tuple(classes),
        clips=len(targets),
        accuracy=float(right.float().mean()),
        macro_f1=macro_f1(confusion),
        loss=float(cross_entropy(logits, targets)),
        calibration_error=calibration_error(scores, right),
        class_accuracy=tuple((confusion.diagonal() / confusion.sum(dim=1).clamp_min(1)).tolist()),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion.tolist()),
        group_accuracy=accuracy_by_group(right, groups),
    )


def confusion_of(targets: Tensor, judged: Tensor, classes: int) -> Tensor:
    """Return counts, shape (classes, classes); row: what it is, column: what it was taken for."""
    return torch.bincount(targets * classes + judged, minlength=classes**2).view(classes, classes)


def macro_f1(confusion: Tensor) -> float:
    """Return the mean F1 of the classes; one that neither occurs nor is named counts 0."""
    hits = confusion.diagonal().float()
    return float((2 * hits / (confusion.sum(dim=0) + confusion.sum(dim=1)).clamp_min(1)).mean())


def calibration_error(scores: Tensor, right: Tensor, bins: int = 10) -> float:
    """Return the expected calibration error of top scores, shape (clips,)."""
    which = (scores * bins).long().clamp_max(bins - 1)
    gaps = torch.zeros(bins).index_add(0, which, scores - right.float())
    return float(gaps.abs().sum() / len(scores))


def accuracy_by_group(right: Tensor, groups: Sequence[str]) -> dict[str, float]:
    """Return the share judged right of each group, sorted by name."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for group, hit in zip(groups, right.tolist(), strict=True):
        hits[group].append(hit)
    return {group: sum(of_group) / len(of_group) for group, of_group in sorted(hits.items())}
