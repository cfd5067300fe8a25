"""`earmark lr-find`: which learning rate suits a network and its clips?"""

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.audio.atomic import explain_write_error
from desktop_app.cli.json_lines import JsonLines, told_in_json
from desktop_app.cli.shared import HelpFormatter, say
from desktop_app.cli.train import add_data_arguments, configured, leak_with_options, prepared_for
from desktop_app.cli.training_screen import Screen, StopAskedError, Terminal
from desktop_app.errors import UserError
from desktop_app.signals import INTERRUPTED

if TYPE_CHECKING:
    from desktop_app.classifier.runs.preparing import Prepared
    from desktop_app.classifier.runs.run_config import RunConfig
    from desktop_app.classifier.training_reports import RatePoint
    from desktop_app.cli.shared import Commands

NEVER_FALLS = 1
FEWEST_STEPS = 20

_DESCRIPTION = """\
Try rising learning rates on some batches and suggest the one at which the loss falls fastest.

The suggestion is printed; lr_find.csv, .json, .svg and .png show the whole curve. Take it over with
earmark train --set training.max_rate=RATE. (L. Smith, Cyclical Learning Rates, 2017.)
Exit status: 0; 1 where the loss never falls; 2 for misuse; 130 after Ctrl+C.
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
    parser.add_argument(
        "--out", type=Path, default=Path("lr_find"), metavar="DIR", help="where the curve is written (default: lr_find)"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Find, write and print, or tell a program; return 1 where the loss never falls."""
    if chosen.json_lines:
        return told_in_json(lambda screen: _tell(chosen, screen))
    try:
        with leak_with_options():
            best = _find(chosen, Terminal())
    except StopAskedError:
        say("Stopped before all rates were tried.")
        return INTERRUPTED
    if best is None:
        say(f"The loss never falls; look at the curve in {chosen.out}")
        return NEVER_FALLS
    say(f"The loss falls fastest at this rate; the curve is in {chosen.out}")
    sys.stdout.write(f"{best:.2g}\n")
    return 0


def _tell(chosen: argparse.Namespace, screen: JsonLines) -> int:
    best = _find(chosen, screen)
    screen.tell("suggestion", rate=best)
    return NEVER_FALLS if best is None else 0


def _find(chosen: argparse.Namespace, screen: Screen) -> float | None:
    """Try the rates, write the curve, and return the rate at which the loss falls fastest."""
    if chosen.steps < FEWEST_STEPS:
        raise UserError(f"{chosen.steps} steps are too few to see a slope; give --steps at least {FEWEST_STEPS}.")
    config = configured(chosen)
    prepared = prepared_for(config, chosen.threads, screen)
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise explain_write_error(reason, chosen.out) from reason
    from desktop_app.classifier.runs.rate_finder import suggestion, write_rates

    points = _points(config, prepared, chosen.steps, screen)
    write_rates(points, chosen.out)
    return suggestion(points)


def _points(config: "RunConfig", prepared: "Prepared", steps: int, screen: Screen) -> "list[RatePoint]":
    from desktop_app.classifier.runs.rate_finder import RateSweep, find_rates

    points: list[RatePoint] = []
    sweep = RateSweep(steps=steps)
    with (
        screen.watching(),
        closing(find_rates(prepared.network, prepared.front_end, prepared.data, config.training, sweep)) as tried,
    ):
        for point in tried:
            points.append(point)
            screen.rate(point, len(points), steps)
    return points
