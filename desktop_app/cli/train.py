"""`earmark train`: teach a network the classes of labelled clips, and keep the best of it as a model file."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.classifier.data.splits import LeakError
from desktop_app.classifier.runs.run_config import (
    RunConfig,
    config_of,
    read_recipe,
    recipe_names,
    toml_of,
    with_settings,
)
from desktop_app.cli.evaluate import GROUPING_HELP
from desktop_app.cli.json_lines import told_in_json
from desktop_app.cli.models import library
from desktop_app.cli.shared import HelpFormatter, say
from desktop_app.cli.training_screen import Screen, StopAskedError, Terminal
from desktop_app.errors import UserError
from desktop_app.signals import INTERRUPTED

if TYPE_CHECKING:
    from desktop_app.classifier.runs.preparing import Prepared
    from desktop_app.classifier.runs.run_folder import RunFolder
    from desktop_app.classifier.runs.running import Outcome, Run
    from desktop_app.cli.shared import Commands


NOTES_SHOWN = 20
DEFAULT_RECIPE = "default"
SHORT = {
    "labels": "data.labels",
    "group_by": "data.group_by",
    "epochs": "training.epochs",
    "device": "training.device",
    "seed": "training.seed",
}
"""Options that are short for a setting of the recipe."""
SET_HELP = "change one setting of the recipe, such as training.max_rate=0.01; may be repeated"

_DESCRIPTION = """\
Teach a network the classes of labelled clips.

The clips are what you labelled in a folder of recordings (accepted labels, also on parts of them), or lie in one folder
for each class, or a list names them (CSV or JSON: path, label, and if need be group and split). speech_commands_v0.01
and speech_commands_v0.02 are fetched from the net if they are not on this machine.
Clips of one speaker or source stay on one side of the split; a split that leaks is refused.
"""
_EPILOG = f"""\
examples:
  earmark train --data ~/clips --name owls
  earmark train --data ~/recordings --labels project --recipe fast --epochs 20 --out ~/runs/owls
  earmark train --data speech_commands_v0.01 --recipe seed
  earmark train --resume ~/runs/owls

recipes: {", ".join(recipe_names())}, or a .toml file. --show-settings prints all settings of one, for --set or for a
recipe of your own: earmark train --recipe fast --show-settings > mine.toml. The config.toml in the folder of a run is
one too, and names its clips: earmark train --recipe RUN/config.toml does the same again.
Ctrl+C stops, keeps the best round as a model, and says how to go on. With --json-lines a program reads along, one
object a line on stdout, and a line "stop" on stdin, or its end, does what Ctrl+C does.
Exit status: 0; 2 for misuse, or where nothing could be learnt; 130 after Ctrl+C.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "train",
        help="teach a network your own classes",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=HelpFormatter,
    )
    add_data_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="RUN", help="folder of the run (default: runs/NAME-DATE)")
    parser.add_argument("--resume", type=Path, metavar="RUN", help="go on with a run that was stopped")
    parser.add_argument("--name", help="name of the model (default: that of the recipe)")
    parser.add_argument("--seed", type=int, metavar="N", help="of all that is drawn (default: 1)")
    parser.add_argument("--show-settings", action="store_true", help="print the settings as TOML, and do nothing else")
    parser.add_argument(
        "--install", action="store_true", help="put the model among your own, where the window finds it"
    )
    parser.set_defaults(run=run)


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is learnt and how."""
    parser.add_argument(
        "--data",
        metavar="DIR_OR_LIST",
        help="a folder with labels or class folders, a list of clips, a data set’s name",
    )
    parser.add_argument(
        "--labels",
        choices=("auto", "project", "folders"),
        help="learn from the labels made in Earmark, or from names of folders (default: the first if there are any)",
    )
    parser.add_argument("--group-by", metavar="HOW", help=GROUPING_HELP)
    parser.add_argument("--recipe", metavar="NAME_OR_TOML", help="how to train (default: default)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings", help=SET_HELP)
    parser.add_argument("--epochs", type=int, metavar="N", help="rounds (default: the recipe’s)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), help="where to compute (default: auto)")
    parser.add_argument("--allow-leaks", action="store_true", help="take a split that leaks; the report says so")
    parser.add_argument(
        "--threads", type=int, default=0, metavar="N", help="threads of torch (default: all cores but one)"
    )
    parser.add_argument("--json-lines", action="store_true", help="tell a program what happens, as JSON on stdout")


def run(chosen: argparse.Namespace) -> int:
    """Train, finish, and say where everything is; to a person, or as JSON lines to a program."""
    if chosen.show_settings:
        sys.stdout.write(toml_of(config_of(_settings(chosen))))
        return 0
    if chosen.json_lines:
        return told_in_json(lambda screen: _run(chosen, screen))
    try:
        with leak_with_options():
            return _run(chosen, Terminal(tells_use=not chosen.install))
    except StopAskedError:
        say("Stopped before the first round was finished: there is no model yet.")
        return INTERRUPTED


@contextmanager
def leak_with_options() -> Iterator[None]:
    """Say of a split that leaks which options there are; a program has buttons of its own."""
    try:
        yield
    except LeakError as leak:
        raise UserError(f"{leak} The options are --set data.split=group and --allow-leaks.") from leak


def _settings(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return the recipe's table with everything that the arguments change in it."""
    values = {key: getattr(chosen, option, None) for option, key in SHORT.items()}
    short = [f"{key}={value}" for key, value in values.items() if value is not None]
    return with_settings(read_recipe(chosen.recipe or DEFAULT_RECIPE), [*short, *chosen.settings])


def _run(chosen: argparse.Namespace, screen: Screen) -> int:
    from desktop_app.classifier.card import SUFFIX

    folder, config = _folder_and_config(chosen)
    if chosen.install:
        library().free_place(config.name, SUFFIX)  # a name that is taken is said before the training, not after it
    prepared = prepared_for(config, chosen.threads, screen)
    from desktop_app.classifier.runs.running import Run

    training = Run(folder, config, prepared)
    if chosen.resume:
        training.resume()
    else:
        folder.create(config)
    folder.write_skipped(prepared.skipped, prepared.notes)
    stopped = _train(training, screen)
    screen.finish()
    outcome = training.keep() if stopped else training.finish()
    for note in outcome.notes:
        screen.note(note)
    from desktop_app.classifier.runs.outcome_files import write_outcome

    screen.end(write_outcome(training, outcome, stopped=stopped))
    if stopped:  # after the end is told: nobody waits for it
        _compile(training, outcome, screen)
    if chosen.install:
        screen.note(f"Installed as {library().add(outcome.model_path).path}")
    return INTERRUPTED if stopped else 0


def _folder_and_config(chosen: argparse.Namespace) -> "tuple[RunFolder, RunConfig]":
    from desktop_app.classifier.runs.run_folder import RunFolder

    if not chosen.resume:
        config = configured(chosen)
        folder = RunFolder(chosen.out or Path("runs") / f"{config.name}-{datetime.now():%Y%m%d-%H%M%S}")
        folder.require_new()  # before all clips are read, not after
        return folder, config
    named = ("data", "settings", "recipe", "name", "out", "allow_leaks", *SHORT)
    if any(getattr(chosen, option) not in (None, [], False) for option in named):
        raise UserError("--resume goes on with a run as it was begun; leave --data and all settings away.")
    return RunFolder(chosen.resume), RunFolder(chosen.resume).read_config()


def configured(chosen: argparse.Namespace) -> RunConfig:
    """Return the configuration that the arguments ask for."""
    config = config_of(_settings(chosen))
    source = chosen.data or config.data.source  # the config.toml of a run names its clips
    if not source:
        raise UserError(
            "Name what is to be learnt: --data with a folder of labels or class folders, or a list of clips."
        )
    if not _is_dataset(source):
        source = str(Path(source).absolute())
    name = getattr(chosen, "name", None) or config.name
    leaks = config.data.allow_leaks or chosen.allow_leaks
    changed = replace(config, name=name, data=replace(config.data, source=source, allow_leaks=leaks))
    return config_of({**_table(changed)})


def prepared_for(config: RunConfig, threads: int, screen: Screen) -> "Prepared":
    """Fetch what is to be fetched, read everything, and say what the person should know."""
    from desktop_app.classifier.data.corpus import gather
    from desktop_app.classifier.data.speech_commands import DATASETS, datasets_dir, obtain
    from desktop_app.classifier.runs.sources import find_source

    if config.data.source in DATASETS:
        dataset, folder = DATASETS[config.data.source], datasets_dir(config.data.datasets)
        with screen.downloads() as bar:
            obtain(dataset, folder, bar("Fetching"), bar("Unpacking"))
    corpus = gather(find_source(config.data), config.data)  # before torch: what cannot be learnt is said at once
    from desktop_app.classifier.learner import out_of_memory
    from desktop_app.classifier.runs.preparing import prepare
    from desktop_app.classifier.runs.running import use_threads

    use_threads(max(0, threads))
    try:
        with screen.reading() as progress:
            prepared = prepare(config, progress, corpus)
    except (MemoryError, RuntimeError) as reason:
        if not out_of_memory(reason):
            raise
        raise UserError("There is not enough memory for so many clips; choose fewer, or close programs.") from reason
    train, test = prepared.data.train, prepared.test
    held_back = prepared.data.held_back
    screen.note(
        f"{len(train.classes)} classes; {len(train)} windows to learn from, {len(held_back or ())} to choose by, "
        f"{len(test or ())} to measure on."
    )
    for note in prepared.notes[:NOTES_SHOWN]:
        screen.note(note)
    return prepared


def _is_dataset(source: str) -> bool:
    from desktop_app.classifier.data.speech_commands import DATASETS

    return source in DATASETS


def _table(config: RunConfig) -> dict[str, Any]:
    """Return the configuration as a table, so that a name given as an argument is checked as one in a recipe."""
    import tomllib

    return tomllib.loads(toml_of(config))


def _train(training: "Run", screen: Screen) -> bool:
    """Train to the end and return False, or until the person stops it and return True; before a round raise."""
    screen.begin(training)
    with screen.watching(), closing(training.rounds(screen.step)) as rounds:
        try:
            for report in rounds:
                screen.epoch(report)
        except StopAskedError:
            if not training.folder.best.is_file():
                raise
            return True
    return False


def _compile(training: "Run", outcome: "Outcome", screen: Screen) -> None:
    """Compile the model of a run that was stopped, unless nobody waits for that."""
    if not screen.compiling():
        return
    try:
        notes = training.compile(outcome).notes
    except KeyboardInterrupt:
        notes = ("The model is not compiled; it works all the same.",)
    for note in notes:
        screen.note(note)
