"""An evaluation as people keep it: a page, pictures, a table of all clips and everything as JSON, in one folder."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desktop_app.audio.atomic import explain_write_error, replacing
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.data.overlap import Overlap
from desktop_app.classifier.measuring.assignment import Assignment
from desktop_app.classifier.measuring.judging import Unreadable
from desktop_app.classifier.measuring.measures import Measures, measure
from desktop_app.classifier.measuring.predictions import PredictionTable, table_to_csv
from desktop_app.classifier.measuring.trial import Trial, TrialConfig
from desktop_app.classifier.reports.report_html import html_of
from desktop_app.classifier.reports.report_plots import PLOTS
from desktop_app.classifier.reports.score_plots import thinned
from desktop_app.classifier.reports.svg import png_of
from desktop_app.errors import UserError

REPORT_SCHEMA_VERSION = 1
PAGE_NAME = "report.html"
JSON_NAME = "report.json"
TABLE_NAME = "predictions.csv"
MOST_NAME_LETTERS = 120
MOST_REPORTS = 1000


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that an evaluation found."""

    card: ModelCard
    """The model."""
    model_path: Path
    """Its file."""
    data: Path
    """The folder of class folders, or the list of clips."""
    grouping: str
    """What a group is: `speaker`, `source`, or a pattern."""
    created: str
    """When, ISO 8601."""
    table: PredictionTable
    """All clips that were judged."""
    measures: Measures
    """What they come to."""
    assignment: Assignment
    """Which folder was taken for which class, and what was left out."""
    unreadable: tuple[Unreadable, ...]
    """Clips that could not be read."""
    overlap: Overlap
    """What the model had heard before."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what qualifies the numbers, a sentence each: folders of other names, and the rule of the card."""
        rule = self.card.rejection
        if rule is None:
            return self.assignment.sentences()
        refused = rule.refuses(self.table.scores, self.table.classes)
        clips = {"right": refused[self.table.right], "wrong": refused[~self.table.right]}
        shares = [f"{rows.mean():.1%} of the clips that are judged {how}" for how, rows in clips.items() if len(rows)]
        return (
            *self.assignment.sentences(),
            f"{rule.sentence} These numbers are for the class that scores highest, before that; it would call unknown "
            f"{' and '.join(shares)}.",
        )


def report_of(trial: Trial, config: TrialConfig) -> Report:
    """Return the report of a trial that has just ended; UserError where no clip could be judged."""
    return Report(
        card=trial.entry.card,
        model_path=trial.entry.path,
        data=config.data,
        grouping=config.group_by,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        table=trial.judged.table,
        measures=measure(trial.judged.table),
        assignment=trial.assignment,
        unreadable=trial.judged.unreadable,
        overlap=trial.overlap,
    )


def write_report(report: Report, folder: Path) -> Path:
    """Write the report into a folder, made if need be, and return its page; UserError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_write_error(error, folder) from error
    pictures = {name: plot(report.table.classes, report.measures).to_svg() for name, plot in plots_of(report).items()}
    for name, svg in pictures.items():
        _write(folder / f"{name}.png", png_of(svg))
    _write(folder / TABLE_NAME, table_to_csv(report.table).encode("utf-8", "backslashreplace"))
    _write(folder / JSON_NAME, json_text(report).encode("utf-8", "backslashreplace"))
    _write(folder / PAGE_NAME, html_of(report, pictures).encode("utf-8", "xmlcharrefreplace"))
    return folder / PAGE_NAME


def free_folder(report: Report, parent: Path) -> Path:
    """Return a folder inside `parent` that is not there yet, named after model and data."""
    name = re.sub(r"[^\w .+()-]", "_", f"{report.card.name} on {report.data.name}")[:MOST_NAME_LETTERS].strip(" .")
    names = (name, *(f"{name} ({number})" for number in range(2, MOST_REPORTS)))
    for place in (parent / each for each in names):
        if not place.exists():
            return place
    raise UserError(f"“{parent}” holds too many reports of this name; choose another folder.")


def plots_of(report: Report) -> dict[str, Callable[..., Any]]:
    """Return the plots that say something: no groups where every clip stands for itself."""
    return {name: plot for name, plot in PLOTS.items() if name != "groups" or report.measures.grouped}


def json_text(report: Report) -> str:
    """Return the report as JSON."""
    return json.dumps(as_json(report), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """Return everything but the scores of single clips as plain values; shares are 0 to 1."""
    measures, overlap = report.measures, report.overlap
    return {
        "schema_version": REPORT_SCHEMA_VERSION,
        "created": report.created,
        "model": {"name": report.card.name, "title": report.card.title, "path": str(report.model_path)},
        "data": str(report.data),
        "grouping": report.grouping,
        "clips": measures.clips,
        "accuracy": measures.accuracy,
        "accuracy_interval_95": [measures.interval.low, measures.interval.high],
        "macro_f1": measures.macro_f1,
        "loss": measures.loss,
        "calibration_error": measures.calibration_error,
        "classes": list(report.table.classes),
        "confusion": measures.confusion.tolist(),
        "by_class": [asdict(each) | _average_precision(measures, each.label) for each in measures.by_class],
        "by_group": [asdict(each) for each in measures.by_group] if measures.grouped else [],
        "confused_pairs": [
            {
                "target": pair.target,
                "judged": pair.judged,
                "share": pair.share,
                "clips": [str(report.table.paths[row]) for row in pair.rows],
            }
            for pair in measures.pairs
        ],
        "reliability": [asdict(each) for each in measures.reliability],
        "precision_recall": {curve.label: thinned(curve) for curve in measures.curves},
        "unreadable": [{"path": str(each.path), "reason": each.reason} for each in report.unreadable],
        "left_out": dict(report.assignment.left_out),
        "taken_as": dict(report.assignment.taken_as),
        "overlap": {
            "sentence": overlap.sentence(),
            "training_groups": _listed(overlap.groups),
            "training_clips": _listed(overlap.clips),
            "groups_measured_on_the_card": list(overlap.measured_groups),
        },
    }


def _average_precision(measures: Measures, label: str) -> dict[str, float | None]:
    found = (curve.average_precision for curve in measures.curves if curve.label == label)
    return {"average_precision": next(found, None)}


def _listed(values: tuple[Any, ...] | None) -> list[str] | None:
    return None if values is None else [str(value) for value in values]


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)
