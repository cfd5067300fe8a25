"""One fold: a network trained without some groups and measured on them, as plain values that a JSON file holds."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desktop_app.audio.atomic import replacing
from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.frontend import FrontEnd
from desktop_app.classifier.measuring.evaluation import Evaluation
from desktop_app.classifier.networks import Network
from desktop_app.classifier.training import EpochReport, Training, TrainingData, TrainingSettings, measure

Values = dict[str, Any]


@dataclass(frozen=True)
class CurvePoint:
    """Where a training stands after one round."""

    epoch: int
    """From 1."""
    cpu_s: float
    """Processor time of the training so far, of all its threads; reading the clips and measuring are not in it."""
    loss: float
    """Mean over the round, as trained on."""
    accuracy: float
    """Share of the round's clips judged right, as trained on."""
    held_back_loss: float | None
    """On the clips that choose the round or the temperature."""
    held_back_accuracy: float | None
    """On the same clips."""
    test_accuracy: float | None
    """On the clips of the fold; looked at afterwards only, nothing is chosen by it."""


def trained(
    network: Network, front_end: FrontEnd, data: TrainingData, settings: TrainingSettings, test: ClipSet
) -> list[CurvePoint]:
    """Train `network` in place, printing a line a round, and return how its accuracy grew with processor time."""
    curve: list[CurvePoint] = []
    cpu_s, rounds = 0.0, Training(network, front_end, data, settings).rounds()
    while True:
        started_s = time.process_time()
        report = next(rounds, None)
        cpu_s += time.process_time() - started_s
        if report is None:
            return curve
        _, right = measure(network, front_end, test)
        curve.append(point_of(report, cpu_s, right))
        print(f"{report.epoch:3d}  loss {report.loss:.3f}  right {right:.3f}  {cpu_s:.0f} s", flush=True)


def point_of(report: EpochReport, cpu_s: float, test_accuracy: float | None) -> CurvePoint:
    """Return a round's place on the curve."""
    return CurvePoint(
        epoch=report.epoch,
        cpu_s=round(cpu_s, 2),
        loss=report.loss,
        accuracy=report.accuracy,
        held_back_loss=report.held_back_loss,
        held_back_accuracy=report.held_back_accuracy,
        test_accuracy=test_accuracy,
    )


def results_of(found: Evaluation) -> Values:
    """Return measures with the classes' names beside their shares."""
    values = asdict(found)
    values["class_accuracy"] = dict(zip(found.classes, found.class_accuracy, strict=True))
    return values


def training_values(curve: Sequence[CurvePoint], learnt: int) -> Values:
    """Return what is kept of a training on so many windows."""
    return {
        "learnt_windows": learnt,
        "epochs": len(curve),
        "train_cpu_s": curve[-1].cpu_s if curve else 0.0,
        "curve": [asdict(point) for point in curve],
    }


def write_values(path: Path, values: Mapping[str, Any]) -> None:
    """Write values as JSON, whole or not at all, making the folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(f"{json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False)}\n".encode())
