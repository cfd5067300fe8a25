"""What the scripts that train shipped models share: the network's beginning, the rounds, the card, and what is written.

A shipped model is four files in `resources/models`: weights, the same compiled to eight bits, the card as a page, and a
picture of what was taken for what.
"""

import copy
import json
import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from desktop_app.assets import models_dir
from desktop_app.audio.atomic import replacing
from desktop_app.classifier.card import DataSource, ModelCard, Results
from desktop_app.classifier.card_text import markdown_of
from desktop_app.classifier.checkpoint import save_checkpoint
from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.engines.compiling import Array, compile_model
from desktop_app.classifier.frontend import LogMel, LogMelConfig, describe_front_end, fitted_to, output_shape
from desktop_app.classifier.measuring.evaluation import Evaluation, evaluate, fit_temperature, logits_of
from desktop_app.classifier.networks import Network, build_network, count_macs, count_parameters
from desktop_app.classifier.reports.confusion_plots import confusion_plot
from desktop_app.classifier.reports.svg import png_of
from desktop_app.classifier.training import TrainingData, TrainingSettings, train
from tools.compile_models import with_backgrounds
from tools.evaluation.folds import CurvePoint, Values, results_of, trained, training_values

FLOOR_SHARE = 1e-3
PICTURE_ZOOM = 1.0
DECIMALS = 4  # of the measures on a card


@dataclass(frozen=True)
class Made:
    """A network and what belongs to it."""

    network: Network
    """Training changes it in place."""
    description: Mapping[str, Any]
    """What it was built from."""
    front_end: LogMelConfig
    """Fitted to what the network learns from."""
    classes: tuple[str, ...]
    """In the order of its outputs."""
    window_frames: int
    """Length of what it hears."""
    cpu_s: float = 0.0
    """Processor time that its training has taken so far."""

    @property
    def size(self) -> dict[str, int]:
        """Return parameters and multiplications for a window."""
        shape = output_shape(describe_front_end(self.front_end), self.window_frames)
        return {"parameters": count_parameters(self.network), "macs": count_macs(self.network, shape)}

    def logits(self, clips: ClipSet) -> Tensor:
        """Return what the network says of clips, shape (clips, classes)."""
        return logits_of(self.network, LogMel(self.front_end), clips)


@dataclass(frozen=True)
class About:
    """What a person writes on a card."""

    name: str
    """Of the model and its files."""
    title: str
    """One line for lists."""
    licence: str
    """Of the weights."""
    intended_use: str
    """What it is for."""
    limits: str
    """What it cannot do; numbers that were measured stand in it already."""
    how: str
    """How its results were measured."""


@dataclass(frozen=True)
class FoldRun:
    """What a network says of the groups of a fold, which it has not learnt from."""

    made: Made
    """The network."""
    test: ClipSet
    """The clips of the fold."""
    logits: Tensor
    """Of these clips."""
    curve: tuple[CurvePoint, ...]
    """How the training went; its time counts what the network had learnt before."""
    learnt: int
    """Windows learnt from."""


def begin(clips: ClipSet, config: LogMelConfig, description: Mapping[str, Any], seed: int) -> Made:
    """Return a network with fresh weights and a front-end fitted to every third of the clips."""
    front_end = fitted_to(config, clips.floats(torch.arange(0, len(clips), 3)), FLOOR_SHARE)
    frames = clips.waveforms.shape[1]
    torch.manual_seed(seed)  # the first weights
    network = build_network(description, output_shape(describe_front_end(front_end), frames), len(clips.classes))
    return Made(network, description, front_end, clips.classes, frames)


def fit(made: Made, data: TrainingData, settings: TrainingSettings) -> Made:
    """Train the network in place, printing a line a round, and return it with the time that this took."""
    started_s = time.process_time()
    for report in train(made.network, LogMel(made.front_end), data, settings):
        held_back = "" if report.held_back_accuracy is None else f"  held back {report.held_back_accuracy:.3f}"
        line = (
            f"{report.epoch:3d}  loss {report.loss:.3f}  right {report.accuracy:.3f}{held_back}  {report.seconds:.0f} s"
        )
        print(line, flush=True)
    return replace(made, cpu_s=made.cpu_s + time.process_time() - started_s)


def fit_souped(begun: Made, data: TrainingData, settings: TrainingSettings, runs: int) -> Made:
    """Train copies of a network with other random numbers each, and return what has the means of their weights.

    Networks that go on from the same weights end in one basin, where the mean judges new speakers better than each
    does (Wortsman et al. 2022, Model soups, arXiv 2203.05482).
    """
    ends = [fit(made, data, again) for made, again in _copies(begun, settings, runs)]
    spent_s = sum(made.cpu_s - begun.cpu_s for made in ends)
    return replace(begun, network=mean_of([made.network for made in ends]), cpu_s=begun.cpu_s + spent_s)


def run_fold(begun: Made, data: TrainingData, settings: TrainingSettings, test: ClipSet, runs: int = 1) -> FoldRun:
    """Train as `fit_souped` does, printing a line a round, and let the result judge the clips of its fold.

    The curve is the last copy's, after the time of the others; its last point is that of the means.
    """
    curve: list[CurvePoint] = []
    networks, spent_s = [], begun.cpu_s
    for made, again in _copies(begun, settings, runs):
        points = trained(made.network, LogMel(made.front_end), data, again, test)
        curve = [replace(point, cpu_s=round(spent_s + point.cpu_s, 2)) for point in points]
        spent_s = curve[-1].cpu_s
        networks.append(made.network)
    made = replace(begun, network=mean_of(networks), cpu_s=spent_s)
    logits = made.logits(test)
    right = float((logits.argmax(dim=1) == test.targets).float().mean())
    *before, last = curve
    return FoldRun(made, test, logits, (*before, replace(last, test_accuracy=right)), len(data.train))


def mean_of(networks: Sequence[Network]) -> Network:
    """Return a network with the means of the weights and batch statistics of some that are built alike."""
    states = [network.state_dict() for network in networks]
    means = {
        name: torch.stack([state[name].double() for state in states]).mean(dim=0).to(first.dtype)
        for name, first in states[0].items()
    }
    mean = copy.deepcopy(networks[0])
    mean.load_state_dict(means)
    return mean


def _copies(begun: Made, settings: TrainingSettings, runs: int) -> Iterator[tuple[Made, TrainingSettings]]:
    for run in range(runs):
        yield replace(begun, network=copy.deepcopy(begun.network)), replace(settings, seed=settings.seed + run)


def temperature_of(runs: Iterable[FoldRun]) -> float:
    """Return the temperature that makes the scores of all these clips honest."""
    runs = list(runs)
    return fit_temperature(torch.cat([run.logits for run in runs]), torch.cat([run.test.targets for run in runs]))


def evaluate_folds(runs: Mapping[str, FoldRun], wanted: Iterable[str]) -> Evaluation:
    """Return the measures over the clips of the folds wanted; the temperature of each is fitted on all other folds."""
    chosen = {fold: runs[fold] for fold in wanted}
    others = {fold: temperature_of(run for name, run in runs.items() if name != fold) for fold in chosen}
    return evaluate(
        torch.cat([run.logits / others[fold] for fold, run in chosen.items()]),
        torch.cat([run.test.targets for run in chosen.values()]),
        next(iter(chosen.values())).test.classes,
        [group for run in chosen.values() for group in run.test.groups],
    )


def fold_values(runs: Mapping[str, FoldRun], fold: str) -> Values:
    """Return what `tools.evaluate_models` keeps of a fold."""
    run = runs[fold]
    measures = results_of(evaluate_folds(runs, [fold]))
    return {**measures, **run.made.size, **training_values(run.curve, run.learnt)}


def card_of(
    about: About,
    made: Made,
    settings: TrainingSettings,
    measured: Mapping[str, Any],
    trained_on: Sequence[DataSource],
) -> ModelCard:
    """Return the card of the shipped weights; its results are those of the measured run, and it says so."""
    return ModelCard(
        name=about.name,
        title=about.title,
        classes=made.classes,
        sample_rate_hz=made.front_end.sample_rate_hz,
        window_s=made.window_frames / made.front_end.sample_rate_hz,
        front_end=describe_front_end(made.front_end),
        network=made.description,
        temperature=measured["temperature"],
        created=date.today().isoformat(),
        licence=about.licence,
        intended_use=about.intended_use,
        limits=about.limits,
        trained_on=tuple(trained_on),
        training=plain(asdict(settings)),
        results=card_results(measured["results"], about.how),
        parameters=made.size["parameters"],
        macs=made.size["macs"],
    )


def card_results(values: Mapping[str, Any], how: str) -> Results:
    """Return an evaluation as it stands on the card."""

    def rounded(shares: Iterable[tuple[str, float]]) -> dict[str, float]:
        return {name: round(share, DECIMALS) for name, share in shares}

    measures = ("accuracy", "macro_f1", "loss", "calibration_error")
    return Results(
        how=how,
        clips=values["clips"],
        class_accuracy=rounded(zip(values["classes"], values["class_accuracy"], strict=True)),
        confusion=tuple(tuple(row) for row in values["confusion"]),
        group_accuracy=rounded(values["group_accuracy"].items()),
        **rounded((name, values[name]) for name in measures),
    )


def plain(values: Any) -> Any:
    """Return values as JSON has them, so that a card read back equals the one written."""
    return json.loads(json.dumps(values))


def write_model(made: Made, card: ModelCard, calibration: Array) -> None:
    """Write the four files; the int8 network is calibrated on typical windows and as many calculated backgrounds."""
    weights = models_dir() / f"{card.name}.safetensors"
    save_checkpoint(weights, made.network, card)
    compile_model(weights, with_backgrounds(calibration, card.sample_rate_hz))
    write_page(card, models_dir())


def picture_name(card: ModelCard) -> str:
    """Return the name of the picture beside the card's page."""
    return f"{card.name}_confusion.png"


def page_of(card: ModelCard) -> str:
    """Return the card as the page that is shipped, with its picture."""
    return markdown_of(card, picture=picture_name(card))


def write_page(card: ModelCard, folder: Path) -> None:
    """Write the card as a page, with a picture of what was taken for what."""
    assert card.results is not None
    drawing = confusion_plot(card.classes, np.array(card.results.confusion))
    for name, content in (
        (f"{card.name}.md", page_of(card).encode()),
        (picture_name(card), png_of(drawing.to_svg(), zoom=PICTURE_ZOOM)),
    ):
        with replacing(folder / name) as file:
            file.write(content)


def script_parser(name: str, description: str) -> ArgumentParser:
    """Return what the scripts' command lines have in common."""
    parser = ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with speech_commands, spoken_digits, environment10 ...")
    measured = Path(f"build/{name}_measured.json")
    parser.add_argument("--measured", type=Path, default=measured, help="results in between")
    parser.add_argument("--bfloat16", action="store_true", help="faster where the processor has the instructions")
    parser.add_argument("--only", choices=("measure", "ship"), help="one of the two runs")
    return parser


def begun(parser: ArgumentParser) -> Namespace:
    """Return the arguments of a script that is started with sense, and keep torch to one core."""
    arguments = parser.parse_args()
    if arguments.only == "ship" and not arguments.measured.is_file():
        sys.exit(f"{arguments.measured} is missing; run with --only measure first.")
    torch.set_num_threads(1)
    return arguments


def measure_and_ship(
    arguments: Namespace, measure: Callable[[], Mapping[str, Any]], ship: Callable[[Mapping[str, Any]], None]
) -> None:
    """Measure, then train and write what ships; each can be left out, and what was measured is kept in a file."""
    if arguments.only != "ship":
        measured = measure()
        arguments.measured.parent.mkdir(parents=True, exist_ok=True)
        arguments.measured.write_text(json.dumps(measured, indent=1))
        print(f"held back: {measured['results']['accuracy']:.1%}")
    if arguments.only != "measure":
        ship(json.loads(arguments.measured.read_text()))
