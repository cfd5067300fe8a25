"""How good is a model? Trials on labelled clips, comparisons of two models, and their reports, as jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_app.services.jobs import Job, JobContext, JobRunner

if TYPE_CHECKING:
    from desktop_app.classifier.card import ModelEntry
    from desktop_app.classifier.data.clips import Clip
    from desktop_app.classifier.measuring.comparison import ModelComparison
    from desktop_app.classifier.measuring.trial import Trial, TrialConfig
    from desktop_app.classifier.reports.report import Report


@dataclass(frozen=True, eq=False)
class Compared:
    """Two models on the same clips."""

    comparison: "ModelComparison"
    """The outcome."""
    notes: tuple[str, ...]
    """What qualifies it, a sentence each: folders left out, clips that could not be read, clips known from training."""


class Evaluating(QObject):
    """Starts the jobs that measure models. GUI thread only; a job imports torch only where a model needs it."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner

    def evaluate(self, entry: "ModelEntry", config: "TrialConfig") -> Job:
        """Judge labelled clips by a model; the job's `finished` carries a Report."""
        return self._runner.start(_evaluate, entry, config, title=f"Evaluating {entry.card.name}")

    def compare(self, first: "ModelEntry", second: "ModelEntry", config: "TrialConfig") -> Job:
        """Judge the same clips by two models; the job's `finished` carries a Compared."""
        return self._runner.start(_compare, first, second, config, title="Comparing two models")

    def save(self, report: "Report", folder: Path) -> Job:
        """Write page, pictures, table and JSON into a new folder inside `folder`; `finished` carries the page."""
        return self._runner.start(_save, report, folder, title="Saving the report")


def _evaluate(context: JobContext, entry: "ModelEntry", config: "TrialConfig") -> "Report":
    from desktop_app.classifier.reports.report import report_of

    return report_of(_trial(context, entry, _found(context, config), config), config)


def _compare(context: JobContext, first: "ModelEntry", second: "ModelEntry", config: "TrialConfig") -> Compared:
    from desktop_app.classifier.measuring.trial import compare_trials, known_classes

    found = _found(context, config)
    trials = tuple(
        _trial(context, entry, found, known_classes(config, entry), by=f" by {entry.card.name}")
        for entry in (first, second)
    )
    return Compared(compare_trials(*trials), tuple(note for trial in trials for note in _notes(trial)))


def _found(context: JobContext, config: "TrialConfig") -> "list[Clip]":
    from desktop_app.classifier.measuring.trial import labelled_clips

    context.report(0, text="looking for clips")
    return labelled_clips(config)


def _trial(
    context: JobContext, entry: "ModelEntry", found: "Sequence[Clip]", config: "TrialConfig", by: str = ""
) -> "Trial":
    from desktop_app.classifier.measuring.trial import run_trial

    def progress(done: int, total: int) -> None:
        context.checkpoint()
        context.report(done, total, f"{done:,} of {total:,} clips{by}")

    return run_trial(entry, found, config, progress)


def _notes(trial: "Trial") -> list[str]:
    name = trial.entry.card.name
    notes = [f"{name}: {sentence}" for sentence in trial.assignment.sentences()]
    if trial.judged.unreadable:
        notes.append(f"{name}: {len(trial.judged.unreadable):,} clips could not be read and are not counted.")
    return [*notes, f"{name}: {trial.overlap.sentence()}"] if trial.overlap.leaks else notes


def _save(context: JobContext, report: "Report", folder: Path) -> Path:
    from desktop_app.classifier.reports.report import free_folder, write_report

    context.report(0, text="drawing")
    return write_report(report, free_folder(report, folder))
