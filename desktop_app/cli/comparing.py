"""`earmark models compare`: two models on the same clips."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from desktop_app.cli.evaluate import add_data_arguments, config_of, find_entry, judging_bar, percent
from desktop_app.cli.shared import cells, plain_table, say, show

if TYPE_CHECKING:
    from desktop_app.classifier.card import ModelEntry
    from desktop_app.classifier.data.clips import Clip
    from desktop_app.classifier.measuring.comparison import ModelComparison
    from desktop_app.classifier.measuring.measures import Measures
    from desktop_app.classifier.measuring.trial import Trial, TrialConfig
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
    from desktop_app.classifier.measuring.trial import compare_trials, labelled_clips

    config = config_of(chosen)
    found = labelled_clips(config)
    first, second = (_tried(entry, found, config) for entry in entries)
    compared = compare_trials(first, second)
    if chosen.json:
        json.dump(_as_json(compared), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        _print(compared)
        say(compared.sentence())
        for trial in (first, second):
            if trial.overlap.leaks:
                say(f"{trial.entry.card.name}: {trial.overlap.sentence()}")
    return 1 if first.judged.unreadable or second.judged.unreadable else 0


def _tried(entry: "ModelEntry", found: "Sequence[Clip]", config: "TrialConfig") -> "Trial":
    """Return what a model says of the clips whose classes it knows; say what was left out."""
    from desktop_app.classifier.measuring.trial import known_classes, run_trial

    with judging_bar(f"Judging by {entry.card.name}") as progress:
        trial = run_trial(entry, found, known_classes(config, entry), progress)
    for sentence in trial.assignment.sentences():
        say(f"{entry.card.name}: {sentence}")
    return trial


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
