"""Recipes of `earmark train` on the fold of a shipped model: the same run, with its processor time taken."""

import csv
import io
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from desktop_app.classifier.card import Results, read_card
from desktop_app.classifier.data.clips import Clip
from desktop_app.classifier.data.manifest import COLUMNS
from desktop_app.classifier.runs.preparing import prepare
from desktop_app.classifier.runs.run_config import RunConfig, config_of, read_recipe, with_settings
from desktop_app.classifier.runs.run_folder import RunFolder, write_text
from desktop_app.classifier.runs.running import Run
from desktop_app.classifier.training import measure
from tools.evaluation.folds import CurvePoint, Values, point_of, training_values

CURVE = "curve.json"


@dataclass(frozen=True)
class Recipe:
    """What is given to `earmark train`."""

    name: str
    """Of the recipe that ships."""
    changes: tuple[str, ...] = ()
    """As `--set` takes them."""
    test_curve: bool = True
    """Judge the clips of the fold after every round, too: with the seed's net that would cost a tenth of the time."""


RECIPES: Mapping[str, Recipe] = {
    "seed": Recipe("seed", test_curve=False),
    "seed_steady": Recipe(
        "seed",
        (
            "training.sampling=balanced",
            "training.clips_per_epoch=0",
            "training.epochs=12",
            "training.patience=0",
            "training.bfloat16=true",
        ),
        test_curve=False,
    ),
    "default": Recipe("default"),
    "few": Recipe("few"),
    "fast": Recipe("fast"),
}


@dataclass(frozen=True)
class Place:
    """Where a run and its list of clips are kept."""

    folder: Path
    """`build/evaluation`."""
    model: str
    """Whose data are learnt from."""
    recipe: str
    """One of `RECIPES`."""
    fold: str
    """Which groups are held back."""

    @property
    def name(self) -> str:
        """Return the name of the model that the run makes."""
        return f"{self.recipe}_{self.model}"

    @property
    def run(self) -> RunFolder:
        """Return the folder of the run."""
        return RunFolder(self.folder / "runs" / f"{self.name}_fold{self.fold}")

    @property
    def clips(self) -> Path:
        """Return the list of clips."""
        return self.folder / f"{self.model}_fold{self.fold}.csv"


def measure_recipe(place: Place, clips: Sequence[Clip]) -> Values:
    """Return what a recipe is worth in a fold; a run that was broken off goes on, a finished one is only read."""
    path = place.run.model(place.name)
    if not path.is_file():
        _write_clips(place.clips, clips)
        _train(place)
    card = read_card(path)
    learnt = sum(clip.split == "train" for clip in clips)
    return {
        **(_results(card.results) if card.results else {}),
        "temperature": card.temperature,
        "parameters": card.parameters,
        "macs": card.macs,
        **training_values(_curve(place.run), learnt),
        "best_epoch": (card.training or {}).get("best_epoch"),
        "file_bytes": path.stat().st_size,
        "changes": list(RECIPES[place.recipe].changes),
    }


def config_for(place: Place) -> RunConfig:
    """Return the recipe, told where its clips are; they bring their sides with them."""
    recipe = RECIPES[place.recipe]
    changes = ("data.split=given", "data.allow_leaks=true", *recipe.changes)
    config = config_of(with_settings(read_recipe(recipe.name), changes))
    return replace(config, name=place.name, data=replace(config.data, source=str(place.clips.absolute())))


def _train(place: Place) -> None:
    """Begin the run or take it up again, write its curve beside its log, and finish it."""
    folder, recipe = place.run, RECIPES[place.recipe]
    begun = folder.config.is_file()
    config = folder.read_config() if begun else config_for(place)
    prepared = prepare(config)
    run = Run(folder, config, prepared)
    if begun:
        run.resume()
    else:
        folder.create(config)
    curve = _curve(folder)[: run.training.epochs_done]
    with closing(run.rounds()) as rounds:
        while True:
            started_s = time.process_time()
            report = next(rounds, None)
            cpu_s = time.process_time() - started_s + (curve[-1].cpu_s if curve else 0.0)
            if report is None:
                break
            judged = prepared.test if recipe.test_curve else None
            _, right = measure(prepared.network, prepared.front_end, judged)
            curve.append(point_of(report, cpu_s, right))
            write_text(folder.path / CURVE, json.dumps([asdict(point) for point in curve], indent=1))
            print(f"{report.epoch:3d}  loss {report.loss:.3f}  {cpu_s:.0f} s  {report.held_back_accuracy}", flush=True)
    run.finish()


def _curve(folder: RunFolder) -> list[CurvePoint]:
    """Return the curve kept with a run; where there is none the time on the wall stands for the processor's."""
    kept = folder.path / CURVE
    if kept.is_file():
        return [CurvePoint(**point) for point in json.loads(kept.read_text("utf-8"))]
    curve: list[CurvePoint] = []
    for report in folder.read_log(10**9):
        curve.append(point_of(report, report.seconds + (curve[-1].cpu_s if curve else 0.0), None))
    return curve


def _results(results: Results) -> Values:
    return {**asdict(results), "confusion": [list(row) for row in results.confusion]}


def _write_clips(path: Path, clips: Iterable[Clip]) -> None:
    """Write a list of clips as `earmark train` reads it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows((clip.path.absolute(), clip.label, clip.group, clip.split) for clip in clips)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text.getvalue())
