"""The learning-rate finder (Smith 2017, arXiv 1506.01186): rates rise step by step until the loss runs away."""

import csv
import io
import itertools
import json
import math
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from desktop_app.audio.atomic import replacing
from desktop_app.classifier.batches import TrainingData, ahead, batches, steps_per_epoch
from desktop_app.classifier.frontend import FrontEnd
from desktop_app.classifier.learner import Learner
from desktop_app.classifier.networks import Network
from desktop_app.classifier.reports.svg import png_of
from desktop_app.classifier.reports.training_plots import rate_plot
from desktop_app.classifier.runs.run_folder import write_text
from desktop_app.classifier.training_reports import RatePoint
from desktop_app.classifier.training_settings import TrainingSettings

SMOOTHING = 0.9
RUN_AWAY = 4.0  # times the lowest loss
SETTLED = 10  # first steps, whose smoothed loss still follows single batches


@dataclass(frozen=True)
class RateSweep:
    """Which rates are tried."""

    low: float = 1e-6
    """The first one."""
    high: float = 10.0
    """The last one."""
    steps: int = 120
    """How many, equally far apart on a logarithmic axis."""


def find_rates(
    network: Network,
    front_end: FrontEnd,
    data: TrainingData,
    settings: TrainingSettings,
    sweep: RateSweep = RateSweep(),
) -> Generator[RatePoint]:
    """Train a copy of `network` at rising rates and yield each step, until the loss is four times its lowest."""
    learner = Learner(network, (len(data.train.classes), len(data.train.word_names)), settings, sweep.steps)
    learner.network.train()
    draw = torch.Generator().manual_seed(settings.seed)
    torch.manual_seed(settings.seed)  # dropout
    rounds = math.ceil(sweep.steps / steps_per_epoch(data, settings))
    upcoming = itertools.chain.from_iterable(batches(front_end, data, settings, draw) for _ in range(rounds))
    mean, lowest = 0.0, math.inf
    with closing(ahead(upcoming)) as drawn:
        for step, batch in enumerate(itertools.islice(drawn, sweep.steps)):
            rate = sweep.low * (sweep.high / sweep.low) ** (step / max(1, sweep.steps - 1))
            loss = learner.learn_at(batch, rate)
            if not math.isfinite(loss):
                return
            mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
            smoothed = mean / (1 - SMOOTHING ** (step + 1))
            lowest = min(lowest, smoothed)
            yield RatePoint(rate, loss, smoothed)
            if smoothed > RUN_AWAY * lowest:
                return


def suggestion(points: Sequence[RatePoint]) -> float | None:
    """Return the rate at which the smoothed loss falls fastest, or None where it never falls."""
    if len(points) < SETTLED + 3:
        return None
    slopes = np.gradient([point.smoothed for point in points], [math.log(point.rate) for point in points])
    lowest = int(np.argmin([point.smoothed for point in points]))
    falling = slopes[SETTLED : max(lowest, SETTLED + 1)]
    steepest = int(np.argmin(falling))
    return points[SETTLED + steepest].rate if falling[steepest] < 0 else None


def write_rates(points: Sequence[RatePoint], folder: Path) -> None:
    """Write lr_find.csv, .json, .svg and .png into a folder that is there."""
    best = suggestion(points)
    table = io.StringIO()
    writer = csv.DictWriter(table, ("rate", "loss", "smoothed"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(point) for point in points)
    write_text(folder / "lr_find.csv", table.getvalue())
    values = {"suggestion": best, "points": [asdict(point) for point in points]}
    write_text(folder / "lr_find.json", json.dumps(values, indent=1) + "\n")
    rows = [(point.rate, point.loss, point.smoothed) for point in points]
    drawing = rate_plot(rows, best).to_svg()
    write_text(folder / "lr_find.svg", drawing)
    with replacing(folder / "lr_find.png") as file:
        file.write(png_of(drawing))
