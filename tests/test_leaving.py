"""The process ends with its window, whatever hangs behind it."""

import subprocess
import sys
from pathlib import Path

HANGING = """
import sys, threading
from PySide6.QtCore import QTimer
from desktop_app.app import earmark
from desktop_app.services.jobs import JobRunner

class Hanging(earmark.Earmark):
    def show(self, path):
        super().show(path)
        runner = self.core.runner
        runner.close = lambda: JobRunner.close(runner, 0.2)
        runner.start(lambda _: threading.Event().wait())  # as a drive does that never answers
        QTimer.singleShot(500, self.window.close)

earmark.Earmark = Hanging
sys.exit(earmark.main([]))
"""


def test_a_drive_that_never_answers_does_not_keep_the_process_alive(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "it is left" in ended.stderr
