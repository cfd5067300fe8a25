"""How much room a disk has, looked up now and then by a job: a drive in the network may not answer."""

import shutil
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.audio.sources import is_gone
from desktop_app.services.jobs import Job, JobContext, JobRunner, is_under_way

INTERVAL_MS = 5_000


class FreeSpace(QObject):
    """Watches the disk of one folder. GUI thread only; stop it before the job runner closes."""

    found = Signal(object)
    """Bytes that are free, as a float; None where nobody knows."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._folder = Path()
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._look_again)

    def watch(self, folder: Path) -> None:
        """Tell how much room the disk of a folder has, now and every few seconds; the folder need not be there yet."""
        self._folder = folder
        self._timer.start()
        self._look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _look_again(self) -> None:
        """Look, unless a drive does not answer: each look would take another thread away from other jobs."""
        if not is_under_way(self._job):
            self._look()

    def _look(self) -> None:
        self._job = self._runner.start(_free_bytes, self._folder, newest="free space")
        self._job.finished.connect(self.found)


def _free_bytes(_context: JobContext, folder: Path) -> float | None:
    there = next((each for each in (folder, *folder.parents) if not is_gone(each)), None)
    try:
        return float(shutil.disk_usage(there).free) if there is not None else None
    except OSError:  # its drive does not answer
        return None
