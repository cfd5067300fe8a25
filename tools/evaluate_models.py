"""Measure the shipped models and, beside them, the seed recipe on the same clips; write docs/evaluation.md.

    .venv/bin/python -m tools.evaluate_models

Every fold is a training of minutes to an hour on one thread, and its results are a file in build/evaluation: what is
there is taken, what is missing is measured, so that the command can be broken off and given again at any time.
"""

import argparse
import fnmatch
from pathlib import Path

import torch

from tools.evaluation.jobs import all_jobs, run_job


def main() -> None:
    """Measure what is missing, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the recordings")
    parser.add_argument("--results", type=Path, default=Path("build/evaluation"), help="the folder of measured folds")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="measure these: MODEL/RECIPE/FOLD, with * and ?")
    parser.add_argument("--list", action="store_true", help="list what there is and what is missing, and stop")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    for job in all_jobs():
        if chosen.list:
            print(f"{'there  ' if job.path(chosen.results).is_file() else 'missing'}  {job.key}")
        elif fnmatch.fnmatchcase(job.key, chosen.only):
            print(f"{job.key}", flush=True)
            values = run_job(job, chosen.data, chosen.results)
            print(f"{job.key}: {values['accuracy']:.1%} of {values['clips']}", flush=True)


if __name__ == "__main__":
    main()
