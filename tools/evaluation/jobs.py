"""What there is to measure, in the order of its worth; each is one file of results, and one that is there is taken."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tools.evaluation.folds import Values, write_values
from tools.evaluation.recipes import Place, measure_recipe
from tools.evaluation.splits import fold_clips

SHIPPED = {
    "commands12": "tools.evaluation.commands12",
    "digits10": "tools.train_digits10",
    "environment10": "tools.train_environment10",
}
"""Shipped model -> the module with its `FOLDS` and `measure_fold`."""

COMPARED = {"commands12": ("2",), "digits10": ("jackson",), "environment10": ("1",)}
"""Shipped model -> the folds on which recipes are trained, too: a fold of the seed's costs up to an hour."""
RECIPES_COMPARED = ("fast", "default", "few", "seed", "seed_steady")


@dataclass(frozen=True)
class Job:
    """One training that is measured."""

    model: str
    """A shipped model, whose data and folds these are."""
    recipe: str
    """`shipped`, or a recipe of `earmark train`."""
    fold: str
    """Which groups are held back."""

    @property
    def key(self) -> str:
        """Return how it is named to `--only`."""
        return f"{self.model}/{self.recipe}/{self.fold}"

    def path(self, folder: Path) -> Path:
        """Return the file of its results."""
        return folder / self.model / self.recipe / f"fold{self.fold}.json"


def all_jobs() -> Iterator[Job]:
    """Yield what is to be measured."""
    for model, module in SHIPPED.items():
        yield from (Job(model, "shipped", fold) for fold in importlib.import_module(module).FOLDS)
    for recipe in RECIPES_COMPARED:
        yield from (Job(model, recipe, fold) for model, folds in COMPARED.items() for fold in folds)


def run_job(job: Job, data: Path, folder: Path) -> Values:
    """Return the results of a job, measured now where no file holds them."""
    path = job.path(folder)
    if not path.is_file():
        said = {"model": job.model, "recipe": job.recipe, "fold": job.fold, "made": date.today().isoformat()}
        write_values(path, {**said, **_measured(job, data, folder)})
    return read_values(path)


def read_values(path: Path) -> Values:
    """Return what a file of results holds."""
    values: Values = json.loads(path.read_text("utf-8"))
    return values


def _measured(job: Job, data: Path, folder: Path) -> Values:
    if job.recipe == "shipped":
        values: Values = importlib.import_module(SHIPPED[job.model]).measure_fold(data, job.fold)
        return values
    return measure_recipe(Place(folder, job.model, job.recipe, job.fold), fold_clips(job.model, data, job.fold))
