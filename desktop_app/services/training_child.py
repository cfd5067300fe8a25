"""An `earmark` command as a process of its own, which tells what it does as JSON lines.

So a training leaves the window fluid, and its crash or want of memory is its own. The child stops by itself when its
stdin ends: it never stays behind, whether the window was closed or killed.
"""

import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

logger = logging.getLogger(__name__)

MOST_STDERR_BYTES = 64_000
CLOSE_TIMEOUT_MS = 2_000
"""A training that is asked to stop mostly takes less; what is cut off is gone on with another day."""


@dataclass(frozen=True)
class Ending:
    """How a child ended."""

    status: int
    """Exit status; 0 or 130 (stopped) where all went well."""
    crashed: bool
    """It was killed, or the system ended it."""
    complaint: str
    """Why it could not be started, as the system says it, or the last line of what it wrote on stderr."""


class Child(QObject):
    """One process. GUI thread only; `close` before the end."""

    told = Signal(dict)
    """One event, as `desktop_app.cli.json_lines` names them."""
    ended = Signal(object)
    """Ending; once, and nothing after it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._stdout = b""
        self._stderr = b""
        self._over = True
        self._process.setProcessEnvironment(_environment())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._keep_stderr)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)

    @property
    def running(self) -> bool:
        """Return whether the process was started and has not ended."""
        return not self._over

    @property
    def process_id(self) -> int:
        """Return the number that the system knows it by, 0 before it is there."""
        return self._process.processId()

    def start(self, *arguments: str) -> None:
        """Run `earmark ARGUMENTS`; one that runs is killed. Its modules never come from the current folder."""
        self.kill()
        self._stdout, self._stderr, self._over = b"", b"", False
        self._process.start(sys.executable, ["-P", "-m", "desktop_app", *arguments])

    def say(self, line: str) -> None:
        """Write a line to its stdin."""
        if self.running:
            self._process.write(line.encode() + b"\n")

    def stop(self) -> None:
        """Ask it to stop in good order; `ended` follows when it has."""
        self.say("stop")

    def let_go(self) -> None:
        """End its stdin, so that it ends when it has done what it was told."""
        if self.running:
            self._process.closeWriteChannel()

    def kill(self) -> None:
        """End it at once, and tell nobody."""
        if self.running:
            self._over = True
            self._process.kill()
            self._process.waitForFinished()

    def close(self) -> None:
        """Ask it to stop, wait a moment, and end it; nothing is told any more."""
        if self.running:
            self.let_go()
            self._over = True
            if not self._process.waitForFinished(CLOSE_TIMEOUT_MS):
                self._process.kill()
                self._process.waitForFinished()

    def _read(self) -> None:
        *lines, self._stdout = (self._stdout + _bytes(self._process.readAllStandardOutput())).split(b"\n")
        for line in lines:
            event = _event_in(line)
            if event is not None and self.running:
                self.told.emit(event)

    def _keep_stderr(self) -> None:
        self._stderr = (self._stderr + _bytes(self._process.readAllStandardError()))[-MOST_STDERR_BYTES:]

    def _finished(self, status: int, how: QProcess.ExitStatus) -> None:
        self._read()
        self._keep_stderr()
        text = self._stderr.decode("utf-8", "replace").strip()
        self._end(Ending(status, how == QProcess.ExitStatus.CrashExit, text.rpartition("\n")[2]), text)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(Ending(1, True, self._process.errorString()), "")

    def _end(self, ending: Ending, said: str) -> None:
        if self.running:
            if said:
                logger.info("a child process said: %s", said)
            self._over = True
            self.ended.emit(ending)


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("OMP_WAIT_POLICY", os.environ.get("OMP_WAIT_POLICY", "PASSIVE"))
    environment.insert("PYTHONUTF8", "1")
    return environment


def _bytes(read: Any) -> bytes:
    return bytes(read.data())


def _event_in(line: bytes) -> dict[str, Any] | None:
    """Return the event in a line, None for what a library wrote there."""
    try:
        event = json.loads(line)
    except ValueError:
        if line.strip():
            logger.info("a child process wrote: %s", line[:500])
        return None
    return event if isinstance(event, dict) and "event" in event else None


def arguments_of(options: Sequence[tuple[str, object]]) -> list[str]:
    """Return options as a command line has them, each as one word: a path that begins with a dash stays a path."""
    return [f"--{name}={value}" for name, value in options]
