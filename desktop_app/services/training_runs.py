"""The runs on this machine: where they are, how far they came, and what came of them. No torch."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import platformdirs

from desktop_app.classifier.runs.run_config import RunConfig
from desktop_app.classifier.runs.run_folder import RunFolder
from desktop_app.classifier.training_reports import EpochReport
from desktop_app.errors import UserError
from desktop_app.services.jobs import JobContext


@dataclass(frozen=True)
class RunOutcome:
    """What came of a run."""

    run: Path
    """Its folder."""
    model: Path
    """The model file of the best round."""
    stopped: bool
    """The person stopped it: it can be gone on with."""
    epochs_done: int
    best_epoch: int
    accuracy: float | None
    """Share judged right of the clips held back; None where there were none."""
    loss: float | None
    how: str
    """Which clips those were."""
    report: Path | None
    """A page about them, where there is one."""

    @classmethod
    def of(cls, said: dict[str, Any]) -> "RunOutcome":
        """Return what a child, or `outcome.json`, says; KeyError, TypeError or ValueError where that makes no sense."""
        return cls(
            run=Path(said["run"]),
            model=Path(said["model"]),
            stopped=bool(said["stopped"]),
            epochs_done=int(said["epochs_done"]),
            best_epoch=int(said["best_epoch"]),
            accuracy=None if said["accuracy"] is None else float(said["accuracy"]),
            loss=None if said["loss"] is None else float(said["loss"]),
            how=str(said["how"]),
            report=Path(said["report"]) if said["report"] else None,
        )


@dataclass(frozen=True)
class RunRecord:
    """One run on disk."""

    path: Path
    """Its folder."""
    config: RunConfig
    """What it was told."""
    began: datetime
    """When, local time."""
    rounds: tuple[EpochReport, ...]
    """What it has done so far."""
    outcome: RunOutcome | None
    """None where it never came to a model."""
    resumable: bool
    """There is a checkpoint to go on from, and rounds are left."""

    @property
    def accuracy(self) -> float | None:
        """Return the share judged right of the clips held back, of the model or else of the best round."""
        if self.outcome is not None and self.outcome.accuracy is not None:
            return self.outcome.accuracy
        return next((report.held_back_accuracy for report in reversed(self.rounds) if report.best), None)


def runs_dir() -> Path:
    """Return the folder that runs of the window go to: the person's data folder, not beside recordings."""
    return platformdirs.user_data_path("earmark", appauthor=False) / "runs"


def new_run(name: str) -> Path:
    """Return where a run of a model of that name goes, as `earmark train` names it."""
    return runs_dir() / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"


def list_runs(context: JobContext, folder: Path) -> list[RunRecord]:
    """Return the runs in a folder, newest first; what is no run is left out. A job."""
    found = []
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return []
    for path in paths:
        context.checkpoint()
        record = read_run(path)
        if record is not None:
            found.append(record)
    return sorted(found, key=lambda record: record.began, reverse=True)


def read_run(path: Path) -> RunRecord | None:
    """Return the run in a folder, None where there is none that can be read."""
    folder = RunFolder(path)
    try:
        config = folder.read_config()
        began = datetime.fromtimestamp(folder.config.stat().st_mtime).astimezone()
        is_there = folder.last.is_file()
    except (UserError, OSError):
        return None
    rounds = tuple(folder.read_log(config.training.epochs))
    outcome = _read_outcome(folder)
    ended = outcome is not None and not outcome.stopped
    return RunRecord(path, config, began, rounds, outcome, resumable=is_there and not ended)


def _read_outcome(folder: RunFolder) -> RunOutcome | None:
    """Return what came of a run that may have been moved since: its files are where it is now."""
    try:
        said = RunOutcome.of(json.loads(folder.outcome.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    model = folder.path / said.model.name
    report = folder.path / "report" / said.report.name if said.report else None
    if not model.is_file():
        return None
    return replace(said, run=folder.path, model=model, report=report if report and report.is_file() else None)
