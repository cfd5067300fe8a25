"""`earmark models compare`: two models on the same clips."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from desktop_app.cli.evaluate import add_data_arguments, clips_in, find_entry, judge_folder, percent
from desktop_app.cli.shared import cells, plain_table, say, show

if TYPE_CHECKING:
    from desktop_app.classifier.card import ModelEntry
    from desktop_app.classifier.data.clips import Clip
    from desktop_app.classifier.measuring.comparison import ModelComparison
    from desktop_app.classifier.measuring.judging import Judged
    from desktop_app.classifier.measuring.measures import Measures
    from desktop_app.cli.shared import Commands

_MEASURES: "Mapping[str, Callable[[Measures], str]]" = {
    "Accuracy": lambda measures: percent(measures.accuracy),
    "Macro F1": lambda measures: percent(measures.macro_f1),
    "Loss": lambda measures: f"{measures.loss:.3f}",
    "Calibration error": lambda measures: percent(measures.calibration_error),
}


def add_compare_parser(actions: "Commands") -> None:
    """Add the arguments of the comparison and its `run`."""
    about = "Judge the same clips by two models, and say which is better and whether the clips are enough to tell."
    parser = actions.add_parser("compare", help="compare two models on the same clips", description=about)
    parser.add_argument("first", metavar="A", help="a model's name or file")
    parser.add_argument("second", metavar="B", help="another one")
    add_data_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Compare; return 1 where some clips could not be read."""
    entries = (find_entry(chosen.first), find_entry(chosen.second))
    found = clips_in(chosen.data, chosen.group_by)
    from desktop_app.classifier.data.overlap import overlap_of
    from desktop_app.classifier.measuring.comparison import compare_tables

    judged = [_judged(entry, found, chosen) for entry in entries]
    compared = compare_tables(_names(entries), judged[0].table, judged[1].table)
    if chosen.json:
        json.dump(_as_json(compared), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        _print(compared)
        say(compared.sentence())
        for entry, of_entry in zip(entries, judged, strict=True):
            overlap = overlap_of(entry.card, of_entry.table.paths, of_entry.table.groups)
            if overlap.leaks:
                say(f"{entry.card.name}: {overlap.sentence()}")
    return 1 if judged[0].unreadable or judged[1].unreadable else 0


def _judged(entry: "ModelEntry", found: "Sequence[Clip]", chosen: argparse.Namespace) -> "Judged":
    """Return what a model says of the clips whose classes it knows; say what was left out."""
    from desktop_app.classifier.inference import Classifier
    from desktop_app.classifier.measuring.assignment import assign

    mapping = {folder: name for folder, name in chosen.classes if name in entry.card.classes}
    assignment = assign(found, entry.card.classes, mapping, others_unknown=chosen.others_unknown)
    for sentence in assignment.sentences():
        say(f"{entry.card.name}: {sentence}")
    return judge_folder(Classifier.load(entry.path), assignment.clips)


def _names(entries: "tuple[ModelEntry, ModelEntry]") -> tuple[str, str]:
    """Return the models' names, or their files where both have the same name."""
    first, second = entries
    if first.card.name != second.card.name:
        return first.card.name, second.card.name
    return str(first.path), str(second.path)


def _print(compared: "ModelComparison") -> None:
    numbers = compared.names
    table = plain_table("", *numbers, right=numbers)
    for name, shown in _MEASURES.items():
        table.add_row(*cells(name, *(shown(measures) for measures in compared.measures)))
    show(table)
    found = compared.comparison
    sys.stdout.write("\n")
    counts = plain_table("Judged right by", "Clips", right=("Clips",))
    rows = (
        ("both", found.both_right),
        (f"{compared.names[0]} only", found.only_first),
        (f"{compared.names[1]} only", found.only_second),
        ("neither", found.both_wrong),
    )
    for row in rows:
        counts.add_row(*cells(*row))
    show(counts)


def _as_json(compared: "ModelComparison") -> dict[str, Any]:
    return {
        "models": [
            {"name": name, **_headline(measures)}
            for name, measures in zip(compared.names, compared.measures, strict=True)
        ],
        **asdict(compared.comparison),
        "certain": compared.certain,
        "sentence": compared.sentence(),
    }


def _headline(measures: "Measures") -> dict[str, float]:
    return {
        "clips": measures.clips,
        "accuracy": measures.accuracy,
        "macro_f1": measures.macro_f1,
        "loss": measures.loss,
        "calibration_error": measures.calibration_error,
    }
