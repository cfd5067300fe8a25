"""What all children of the training page have in common: reading clips, notes, stopping, and how it can go wrong."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.audio.atomic import replacing
from desktop_app.classifier.runs.run_config import RunConfig, toml_of
from desktop_app.services.training_child import Child, Ending
from desktop_app.signals import INTERRUPTED

logger = logging.getLogger(__name__)

FINISHED = 0
LEAK = "LeakError"


@dataclass(frozen=True)
class Failure:
    """Why nothing came of it."""

    text: str
    """A sentence or two for the person."""
    leaks: bool = False
    """The split leaks: `allow_leaks` goes on all the same."""


class Errand(QObject):
    """Sends one child at a time out with a command. GUI thread only; `close` before the end."""

    reading = Signal(str, int, int)
    """Clips of which side are read, how many, of how many."""
    noted = Signal(str)
    """A sentence that the person should know."""
    running_changed = Signal(bool)
    failed = Signal(object)
    """Failure."""
    stopped = Signal()
    """Stopped before there was a result."""

    def __init__(self, *, aborted: str) -> None:
        """`aborted` is said where the system ended the child."""
        super().__init__()
        self._aborted = aborted
        self._temporary: TemporaryDirectory[str] | None = None
        self._failure: Failure | None = None
        self._was_asked_to_stop = False
        self.child = Child(self)
        self.child.told.connect(self._hear)
        self.child.ended.connect(self._ended)
        self._hears: dict[str, Callable[[dict[str, Any]], None]] = {
            "reading": lambda said: self.reading.emit(str(said["what"]), int(said["done"]), int(said["total"])),
            "note": lambda said: self.noted.emit(str(said["text"])),
            "error": self._note_failure,
        }

    @property
    def running(self) -> bool:
        """Return whether a child is out."""
        return self.child.running

    @property
    def stopping(self) -> bool:
        """Return whether it was asked to stop and has not yet."""
        return self.running and self._was_asked_to_stop

    def stop(self) -> None:
        """Ask the child to stop in good order; the second time end it at once."""
        if not self.running:
            return
        if self._was_asked_to_stop:
            self.child.kill()
            self._tell_end(self.stopped.emit)
        else:
            self._was_asked_to_stop = True
            self.child.stop()

    def close(self) -> None:
        """Let nothing run on, and clear up."""
        self.child.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _send(self, *arguments: str) -> None:
        self._failure, self._was_asked_to_stop = None, False
        self.child.start(*arguments)
        self.running_changed.emit(True)

    def _folder(self) -> Path:
        """Return a folder that is gone when this is closed."""
        if self._temporary is None:
            self._temporary = TemporaryDirectory(prefix="earmark-")
        return Path(self._temporary.name)

    def _recipe(self, config: RunConfig) -> str:
        """Write a configuration to where a child reads it, and return its place."""
        path = self._folder() / "recipe.toml"
        with replacing(path) as file:
            file.write(toml_of(config).encode())
        return str(path)

    def _hear(self, event: dict[str, Any]) -> None:
        hear = self._hears.get(event["event"])
        if hear is not None:
            hear(event)

    def _note_failure(self, said: dict[str, Any]) -> None:
        self._failure = Failure(str(said["text"]), said.get("kind") == LEAK)

    def _ended(self, ending: Ending) -> None:
        failure = self._failure or self._failure_of(ending)
        self._tell_end(lambda: self._say_end(ending, failure))

    def _say_end(self, ending: Ending, failure: Failure | None) -> None:
        """Say how it ended, after everything else was said."""
        if failure is not None:
            self.failed.emit(failure)
        elif ending.status == INTERRUPTED:
            self.stopped.emit()

    def _tell_end(self, say: Callable[[], None]) -> None:
        self.running_changed.emit(False)
        say()

    def _failure_of(self, ending: Ending) -> Failure | None:
        if ending.crashed:
            logger.info("a child process crashed (%d): %s", ending.status, ending.complaint)
            return Failure(self._aborted)
        if ending.status in (FINISHED, INTERRUPTED):
            return None
        logger.error("a child process failed (%d): %s", ending.status, ending.complaint)
        return Failure(f"Something went wrong inside Earmark ({ending.complaint}); details are in the log.")
