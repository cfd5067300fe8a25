"""What a run leaves behind beside its model: curves, the report, and what came of it as JSON."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from desktop_app.audio.atomic import replacing
from desktop_app.classifier.data.overlap import overlap_of
from desktop_app.classifier.inference import Classifier
from desktop_app.classifier.measuring.assignment import assign
from desktop_app.classifier.measuring.judging import judge_clips
from desktop_app.classifier.measuring.measures import measure
from desktop_app.classifier.reports.report import Report, write_report
from desktop_app.classifier.reports.svg import png_of
from desktop_app.classifier.reports.training_plots import curves_plot
from desktop_app.classifier.runs.run_folder import write_text
from desktop_app.classifier.runs.running import Outcome, Run


def write_outcome(training: Run, outcome: Outcome, *, stopped: bool) -> dict[str, Any]:
    """Write curves, `outcome.json` and, of a run that came to its end, the report; return the outcome as it is told."""
    _write_curves(training, outcome)
    report = None if stopped else _write_report(training, outcome)
    results = outcome.card.results
    said = {
        "run": str(training.folder.path),
        "model": str(outcome.model_path),
        "stopped": stopped,
        "epochs_done": outcome.epochs_done,
        "best_epoch": outcome.best_epoch,
        "accuracy": results.accuracy if results else None,
        "loss": results.loss if results else None,
        "how": results.how if results else "",
        "report": str(report) if report else None,
    }
    write_text(training.folder.outcome, json.dumps(said, indent=1) + "\n")
    return said


def _write_curves(training: Run, outcome: Outcome) -> None:
    reports = training.reports
    drawing = curves_plot(
        ([report.loss for report in reports], [report.accuracy for report in reports]),
        ([report.held_back_loss for report in reports], [report.held_back_accuracy for report in reports]),
        outcome.best_epoch,
    ).to_svg()
    write_text(training.folder.path / "curves.svg", drawing)
    with replacing(training.folder.path / "curves.png") as file:
        file.write(png_of(drawing))


def _write_report(training: Run, outcome: Outcome) -> Path | None:
    """Judge the clips held back to measure on by the finished file, as `earmark evaluate` does, into RUN/report.

    None where there are no such clips, or none that can be read.
    """
    clips = training.prepared.corpus.divided.side("test")
    if training.prepared.test is None:
        return None
    assignment = assign(clips, outcome.card.classes, {}, others_unknown=False)
    judged = judge_clips(Classifier.load(outcome.model_path), assignment.clips)
    report = Report(
        card=outcome.card,
        model_path=outcome.model_path,
        data=Path(training.config.data.source),
        grouping=training.config.data.group_by,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        table=judged.table,
        measures=measure(judged.table),
        assignment=assignment,
        unreadable=judged.unreadable,
        overlap=overlap_of(outcome.card, judged.table.paths, judged.table.groups),
    )
    return write_report(report, training.folder.path / "report")
