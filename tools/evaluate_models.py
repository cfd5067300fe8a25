"""Measure the shipped models and, beside them, the seed recipe on the same clips; write docs/evaluation.md.

    .venv/bin/python -m tools.evaluate_models

Every fold is a training of minutes to an hour on one thread, and its results are a file in build/evaluation: what is
there is taken, what is missing is measured, so that the command can be broken off and given again at any time.
"""

import argparse
import fnmatch
from pathlib import Path

import torch

from desktop_app.classifier.engines.engine import compiled_path, fingerprint
from tools.evaluation.folds import write_values
from tools.evaluation.jobs import RECIPES_COMPARED, SHIPPED, all_jobs, read_values, run_job
from tools.evaluation.page import Found, page, write_page
from tools.evaluation.pictures import write_pictures
from tools.evaluation.speed import measure_speed, weights_of
from tools.evaluation.summary import summary_of

PAGE = Path("docs/evaluation.md")
PICTURES = Path("images/evaluation")
SPEED = "speed.json"
FEW_SHOT = Path("embedding/few_shot.json")


def main() -> None:
    """Measure what is missing, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the recordings")
    parser.add_argument("--results", type=Path, default=Path("build/evaluation"), help="the folder of measured folds")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="measure these: MODEL/RECIPE/FOLD, with * and ?")
    parser.add_argument("--list", action="store_true", help="list what there is and what is missing, and stop")
    parser.add_argument("--page", action="store_true", help="measure no fold, write the page of those that are there")
    parser.add_argument("--speed", action="store_true", help="measure the speeds anew; other work must rest meanwhile")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    for job in all_jobs():
        if chosen.list:
            print(f"{'there  ' if job.path(chosen.results).is_file() else 'missing'}  {job.key}")
        elif not chosen.page and fnmatch.fnmatchcase(job.key, chosen.only):
            print(job.key, flush=True)
            values = run_job(job, chosen.data, chosen.results)
            print(f"{job.key}: {values['accuracy']:.1%} of {values['clips']}", flush=True)
    if chosen.page or (chosen.only == "*" and not chosen.list):
        few_shot = chosen.results / FEW_SHOT
        if chosen.speed:
            for path in chosen.results.glob(f"*/{SPEED}"):
                path.unlink()
        found = [found_of(model, chosen.results) for model in SHIPPED if weights_of(model).is_file()]
        write_page(PAGE, page(found, read_values(few_shot) if few_shot.is_file() else None, str(PICTURES)))
        print(PAGE)


def found_of(model: str, results: Path) -> Found:
    """Return what was measured of a model, and write its pictures; speeds are measured where no file holds them."""
    summaries = {recipe: summary_of(results / model / recipe) for recipe in ("shipped", *RECIPES_COMPARED)}
    recipes = {recipe: summary for recipe, summary in summaries.items() if summary}
    speeds, shipped = results / model / SPEED, weights_of(model)
    if not speeds.is_file() or read_values(speeds)["of"] != fingerprint(compiled_path(shipped)):
        write_values(speeds, measure_speed(shipped))
    alarms = results / model / "alarms.json"
    return Found(
        model,
        recipes,
        read_values(speeds),
        write_pictures(model, recipes, PAGE.parent / PICTURES),
        read_values(alarms) if alarms.is_file() else None,
    )


if __name__ == "__main__":
    main()
