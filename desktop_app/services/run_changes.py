"""Trainings that are deleted and can come back: a run moves to a folder beside the others, and stays there a month."""

import shutil
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.audio.atomic import explain_write_error
from desktop_app.classifier.model_bin import BIN_NAME, DAY_S, KEPT_DAYS
from desktop_app.errors import UserError
from desktop_app.services.deletions import Deletions
from desktop_app.services.jobs import JobContext, JobRunner
from desktop_app.services.messages import Messages
from desktop_app.services.training_runs import runs_dir


class RunChanges(QObject):
    """Deletes runs and puts them back, and says so in the message bar. GUI thread only."""

    changed = Signal()
    """The folder of runs holds others now."""

    def __init__(self, runner: JobRunner, messages: Messages) -> None:
        super().__init__()
        self._messages = messages
        self.deletions = Deletions(messages)
        """Those that Undo brings back."""
        runner.start(_forget_old)

    def delete(self, run: Path) -> None:
        """Delete a run, model and all; the message bar offers to undo that."""
        place = _bin() / str(time.time_ns())
        try:
            place.mkdir(parents=True)
            run.rename(place / run.name)
        except OSError as reason:
            self._messages.error(str(explain_write_error(reason, run)))
            return
        self.changed.emit()
        self.deletions.add(place, f"the run “{run.name}”", lambda: self.restore(place / run.name))

    def restore(self, deleted: Path) -> None:
        """Put a run back where it was."""
        try:
            target = runs_dir() / deleted.name
            if target.exists():
                raise UserError(f"There is another run “{deleted.name}” by now; look for the deleted one in {deleted}.")
            deleted.rename(target)
            deleted.parent.rmdir()
        except OSError as reason:
            self._messages.error(
                f"“{deleted.name}” cannot be put back ({reason.strerror}); look for it in {deleted.parent}."
            )
        except UserError as problem:
            self._messages.error(str(problem))
        else:
            self._messages.info(f"The run “{deleted.name}” is back.")
        self.changed.emit()


def _bin() -> Path:
    return runs_dir() / BIN_NAME


def _forget_old(context: JobContext) -> None:
    """Delete for good what was deleted longer ago than a month; what cannot be removed stays. A job."""
    folders = _bin().iterdir() if _bin().is_dir() else ()
    for folder in [each for each in folders if each.name.isdecimal()]:
        context.checkpoint()
        if time.time_ns() - int(folder.name) > KEPT_DAYS * DAY_S * 1e9:
            shutil.rmtree(folder, ignore_errors=True)
