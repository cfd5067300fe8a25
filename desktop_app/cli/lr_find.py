"""`earmark lr-find`: which learning rate suits a network and its clips?"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn

from desktop_app.audio.atomic import explain_write_error
from desktop_app.cli.shared import HelpFormatter, progress_console, say
from desktop_app.cli.train import add_data_arguments, configured, prepared_for

if TYPE_CHECKING:
    from desktop_app.classifier.runs.preparing import Prepared
    from desktop_app.classifier.runs.rate_finder import RatePoint
    from desktop_app.classifier.runs.run_config import RunConfig
    from desktop_app.cli.shared import Commands

_DESCRIPTION = """\
Try rising learning rates on some batches and suggest the one at which the loss falls fastest.

The suggestion is printed; lr_find.csv, .json, .svg and .png show the whole curve. Take it over with
earmark train --set training.max_rate=RATE. (L. Smith, Cyclical Learning Rates, 2017.)
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "lr-find",
        help="find a learning rate for training",
        description=_DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    add_data_arguments(parser)
    parser.add_argument("--steps", type=int, default=120, metavar="N", help="how many rates are tried (default: 120)")
    parser.add_argument("--out", type=Path, default=Path("lr_find"), metavar="DIR", help="where the curve is written")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Find, write and print; return 1 where the loss never falls."""
    config = configured(chosen)
    prepared = prepared_for(config, chosen.threads)
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise explain_write_error(reason, chosen.out) from reason
    from desktop_app.classifier.runs.rate_finder import suggestion, write_rates

    points = _points(config, prepared, max(2, chosen.steps))
    write_rates(points, chosen.out)
    best = suggestion(points)
    if best is None:
        say(f"The loss never falls; look at the curve in {chosen.out}")
        return 1
    say(f"The loss falls fastest at this rate; the curve is in {chosen.out}")
    sys.stdout.write(f"{best:.2g}\n")
    return 0


def _points(config: "RunConfig", prepared: "Prepared", steps: int) -> "list[RatePoint]":
    from desktop_app.classifier.runs.rate_finder import RateSweep, find_rates

    points: list[RatePoint] = []
    console = progress_console()
    columns = (TextColumn("Rate {task.fields[rate]:.1e}"), BarColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=steps, rate=0.0)
        sweep = RateSweep(steps=steps)
        for point in find_rates(prepared.network, prepared.front_end, prepared.data, config.training, sweep):
            points.append(point)
            progress.update(task, advance=1, rate=point.rate)
    return points
