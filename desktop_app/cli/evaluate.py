"""`earmark evaluate`: how good is a model on clips whose class is known?"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import rich.progress
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from desktop_app.assets import DEFAULT_MODEL, model_dirs
from desktop_app.audio.atomic import replacing
from desktop_app.classifier.data.groupings import GROUPINGS
from desktop_app.cli.shared import HelpFormatter, cells, plain_table, progress_console, say, say_of, show
from desktop_app.errors import UserError
from desktop_app.words import counted

if TYPE_CHECKING:
    from desktop_app.classifier.card import ModelEntry
    from desktop_app.classifier.measuring.trial import Progress, TrialConfig
    from desktop_app.classifier.reports.report import Report
    from desktop_app.cli.shared import Commands

PAIRS_SHOWN = 8
GROUPING_HELP = f"which clips belong together: {', '.join(GROUPINGS)} or a regular expression (default: speaker)"
UNREADABLE_SHOWN = 10

_DESCRIPTION = """\
Judge clips whose class is known and say how good the model is.

The clips lie in one folder for each class, or are listed in a CSV or JSON file with path and label. A folder fits the
class of its name (case and underscores at the ends do not count); folders that the model does not know are named and
left out. Clips that cannot be read are listed and never counted. A clip longer than the model's window speaks by the
window that names it in `earmark classify`.
"""
_EPILOG = f"""\
examples:
  earmark evaluate --data ~/clips
  earmark evaluate --model owls --data ~/clips --group-by source --report ~/owls-report
  earmark evaluate --data ~/digits --class 1=one --class 2=two --json - | jq .accuracy
  earmark evaluate --data ~/calls --group-by '^([^-]+)-'

--group-by says which clips belong together: {", ".join(GROUPINGS)} (in the names of Speech Commands, Free Spoken Digits
and ESC-50; elsewhere each clip stands for itself), or a regular expression whose brackets find the group in the name.
--report writes report.html, its pictures as PNG, predictions.csv and report.json.
Exit status: 0; 1 where some clips could not be read; 2 for misuse, or where nothing could be judged.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "evaluate",
        help="say how good a model is",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--model", metavar="NAME_OR_PATH", help=f"a model's name or file (default: {DEFAULT_MODEL})")
    add_data_arguments(parser)
    parser.add_argument("--report", type=Path, metavar="DIR", help="write the report into this folder; made if need be")
    parser.add_argument("--json", metavar="OUT.json", help="write the report as JSON; “-” prints it")
    parser.set_defaults(run=run)


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which clips are judged."""
    about = "a folder with one folder a class or with labels of its own, or a list of clips (CSV, JSON)"
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=about)
    parser.add_argument(
        "--labels",
        default="auto",
        choices=("auto", "project", "folders"),
        help="judge by the labels made in Earmark, or by the names of folders (default: the first where there are any)",
    )
    parser.add_argument(
        "--split",
        default="",
        choices=("new", "train", "validation", "test"),
        help="only clips that are new to the model, or that the data puts on this side (default: all)",
    )
    parser.add_argument("--group-by", default="speaker", metavar="HOW", help=GROUPING_HELP)
    parser.add_argument(
        "--class",
        dest="classes",
        type=_pair,
        action="append",
        default=[],
        metavar="FOLDER=CLASS",
        help="take a folder for a class of another name; may be repeated",
    )
    parser.add_argument(
        "--others-unknown",
        action="store_true",
        help="take folders that the model does not know for its class “unknown” instead of leaving them out",
    )


def run(chosen: argparse.Namespace) -> int:
    """Judge, print and save; return 1 if clips could not be read."""
    _refuse_places(chosen)
    report = _report_on(chosen)
    if chosen.report:
        from desktop_app.classifier.reports.report import write_report

        say(f"The report is in {write_report(report, chosen.report)}")
    if chosen.json:
        _save_json(report, chosen.json)
    if chosen.json != "-":
        _print(report)
    _say_what_is_missing(report)
    return 1 if report.unreadable else 0


def _refuse_places(chosen: argparse.Namespace) -> None:
    """Say before the clips are judged, which may take hours, where nothing can be written."""
    if chosen.report and chosen.report.exists() and not chosen.report.is_dir():
        raise UserError(f"“{chosen.report}” is a file and no folder: choose another folder for the report.")
    if chosen.json not in (None, "-"):
        place = Path(chosen.json)
        if place.is_dir() or not place.absolute().parent.is_dir():
            raise UserError(f"“{chosen.json}” is no file in a folder that is there: choose another name.")


@contextmanager
def judging_bar(title: str = "Judging") -> "Iterator[Progress]":
    """Draw a bar on the terminal while clips are judged; what it yields is told how far that is."""
    console = progress_console()
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with rich.progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def config_of(chosen: argparse.Namespace) -> "TrialConfig":
    """Return which clips are judged, as the arguments of `add_data_arguments` say."""
    from desktop_app.classifier.measuring.trial import TrialConfig

    mapping = dict(chosen.classes)
    return TrialConfig(
        chosen.data, chosen.group_by, mapping, chosen.others_unknown, labels=chosen.labels, split=chosen.split
    )


def find_entry(name: str | None) -> "ModelEntry":
    """Return the model of a name or in a file, the default one where there is no name."""
    from desktop_app.classifier.card import find_model

    return find_model(name or DEFAULT_MODEL, *model_dirs())


def _report_on(chosen: argparse.Namespace) -> "Report":
    entry = find_entry(chosen.model)
    from desktop_app.classifier.measuring.trial import labelled_clips, run_trial
    from desktop_app.classifier.reports.report import report_of

    config = config_of(chosen)
    clips = labelled_clips(config)
    with judging_bar() as progress:
        return report_of(run_trial(entry, clips, config, progress), config)


def _save_json(report: "Report", name: str) -> None:
    from desktop_app.classifier.reports.report import json_text

    text = json_text(report)
    if name == "-":
        sys.stdout.write(text)
        return
    with replacing(name) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def _print(report: "Report") -> None:
    """Print the headline, the classes and the most confused pairs."""
    tables = (_headline(report), _classes(report), _pairs(report))
    for place, table in enumerate(table for table in tables if table.row_count):
        sys.stdout.write("\n" if place else "")
        show(table)


def _headline(report: "Report") -> Table:
    measures = report.measures
    table = plain_table("", "", "")
    table.show_header = False
    between = f"(95 %: {percent(measures.interval.low)} to {percent(measures.interval.high)})"
    table.add_row(*cells("Accuracy", percent(measures.accuracy), between))
    table.add_row(*cells("Macro F1", percent(measures.macro_f1), ""))
    table.add_row(*cells("Loss", f"{measures.loss:.3f}", ""))
    table.add_row(*cells("Calibration error", percent(measures.calibration_error), ""))
    groups = counted(len(measures.by_group), "speaker or source", "speakers or sources")
    table.add_row(*cells("Clips", f"{measures.clips:,}", f"of {groups}"))
    return table


def _classes(report: "Report") -> Table:
    numbers = ("Clips", "Precision", "Recall", "F1")
    table = plain_table("Class", *numbers, right=numbers)
    for each in report.measures.by_class:
        if each.clips or each.named:
            precision = percent(each.precision) if each.named else "–"
            found = (percent(each.recall), percent(each.f1)) if each.clips else ("–", "–")
            table.add_row(*cells(each.label, each.clips, precision, *found))
    return table


def _pairs(report: "Report") -> Table:
    table = plain_table("Most confused", "", "Clips", "For example", right=("Clips",))
    for pair in report.measures.pairs[:PAIRS_SHOWN]:
        example = report.table.paths[pair.rows[0]]
        table.add_row(*cells(pair.target, f"taken for {pair.judged}", len(pair.rows), example))
    return table


def _say_what_is_missing(report: "Report") -> None:
    """Say what qualifies the numbers: folders, files, and what the model had heard before."""
    for sentence in report.notes:
        say(sentence)
    for each in report.unreadable[:UNREADABLE_SHOWN]:
        say_of(each.path, each.reason)
    if len(report.unreadable) == 1:
        say("1 clip could not be read and is not counted.")
    elif report.unreadable:
        say(f"{len(report.unreadable):,} clips could not be read and are not counted.")
    say(report.overlap.sentence())


def percent(share: float) -> str:
    """Return a share as people write it."""
    return f"{100 * share:.1f} %"


def _pair(text: str) -> tuple[str, str]:
    """Return folder and class of `FOLDER=CLASS`; for argparse."""
    folder, equals, name = text.rpartition("=")
    if not (folder and equals and name):
        raise argparse.ArgumentTypeError(f"“{text}” is not FOLDER=CLASS, as in 1=one")
    return folder, name
