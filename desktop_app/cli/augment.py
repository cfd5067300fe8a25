"""`earmark augment`: hear what a training does to clips before the network hears them."""

import argparse
import base64
import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.audio.atomic import explain_write_error
from desktop_app.audio.writer import save_audio
from desktop_app.classifier.runs.run_config import config_of
from desktop_app.cli.json_lines import JsonLines
from desktop_app.cli.shared import HelpFormatter, require_positive
from desktop_app.cli.train import add_data_arguments, configured
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.runs.audition import Audition, Example
    from desktop_app.classifier.runs.run_config import RunConfig
    from desktop_app.cli.shared import Commands

_DESCRIPTION = """\
Write clips as they are, and as a training may hear them: shifted, faster or slower, in noise, in a room.

Every number draws another clip and other changes; the same number gives the same sound again. The files are printed.
"""
_EPILOG = """\
examples:
  earmark augment --data ~/clips --recipe default --count 5 --out heard
  earmark augment --data ~/clips --set training.augmentation.speed=0.3 --seed 7

With --json-lines a program sends one JSON object a line on stdin, {"config": TOML, "clip": NUMBER, "seed": NUMBER}, and
gets one back, with the files and two pictures (bands, columns, 8 bit, base 64); the end of stdin ends it.
Exit status: 0; 2 for misuse, or where there is nothing to hear.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "augment",
        help="hear what training does to clips",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=HelpFormatter,
    )
    add_data_arguments(parser)
    parser.add_argument("--count", type=int, default=3, metavar="N", help="how many (default: 3)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="first number to draw by (default: 1)")
    parser.add_argument(
        "--out", type=Path, default=Path("augmented"), metavar="DIR", help="where the sounds go (default: augmented)"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Write examples and print where they are, or serve a program until it has enough."""
    require_positive(chosen, "count")
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise explain_write_error(reason, chosen.out) from reason
    from desktop_app.classifier.runs.audition import Audition
    from desktop_app.classifier.runs.running import use_threads

    use_threads(max(0, chosen.threads))
    audition = Audition()
    if chosen.json_lines:
        return _serve(audition, chosen.out)
    config = configured(chosen)
    for number in range(chosen.seed, chosen.seed + chosen.count):
        for path in _write(audition.draw(config, number, number), chosen.out, number):
            sys.stdout.write(f"{path}\n")
    return 0


def _serve(audition: "Audition", folder: Path) -> int:
    screen = JsonLines(listens=False)
    for number, line in enumerate(sys.stdin, 1):
        try:
            example = audition.draw(*_asked(line, number))
            before, after = _write(example, folder, number)
            screen.tell("example", before=str(before), after=str(after), **_said(example))
        except UserError as problem:
            screen.problem(problem)
    return 0


def _asked(line: str, number: int) -> "tuple[RunConfig, int, int]":
    """Return the configuration, clip and seed that a line asks for; UserError where it is none of a program's."""
    try:
        asked = json.loads(line)
        table, clip, seed = tomllib.loads(str(asked["config"])), int(asked["clip"]), int(asked["seed"])
    except (ValueError, KeyError, TypeError, RecursionError) as reason:
        raise UserError(f"Line {number} is no JSON object with config, clip and seed ({reason}).") from reason
    return config_of(table), clip, seed


def _write(example: "Example", folder: Path, number: int) -> tuple[Path, Path]:
    stem = f"{number:04}-{example.clip.path.stem}"
    before, after = folder / f"{stem}-before.wav", folder / f"{stem}-after.wav"
    for path, sound in ((before, example.before), (after, example.after)):
        save_audio(path, sound, example.sample_rate_hz)
    return before, after


def _said(example: "Example") -> dict[str, Any]:
    pictures = [base64.b64encode(picture.tobytes()).decode() for picture in example.pictures]
    return {
        "clip": str(example.clip.path),
        "label": example.clip.label,
        "shape": list(example.pictures[0].shape),
        "pictures": pictures,
    }
