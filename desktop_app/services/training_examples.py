"""Examples of what training does to clips: `earmark augment` as a child process that waits for the next wish."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer, Signal

from desktop_app.classifier.runs.run_config import RunConfig, toml_of
from desktop_app.services.training_child import arguments_of
from desktop_app.services.training_errand import Errand

ABORTED = "The example was ended by the system, perhaps because memory ran out: close other programs and try again."
IDLE_MS = 120_000
"""The child, which holds torch in memory, is let go after so long without a wish."""
KEPT = 4
"""Examples whose files stay: one of them may still be playing."""

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class HeardExample:
    """A clip before and after, to be played and looked at."""

    clip: Path
    label: str
    before: Path
    """WAV."""
    after: Path
    """WAV."""
    pictures: tuple[Picture, Picture]
    """Before and after, 0 to 255 on one scale, (bands, columns), lowest band first."""


class Examples(Errand):
    """Draws one example after another. GUI thread only; `close` before the end."""

    ready = Signal(object)
    """HeardExample."""
    busy_changed = Signal(bool)
    """An example is on its way."""

    def __init__(self) -> None:
        super().__init__(aborted=ABORTED)
        self.busy = False
        self._made: list[HeardExample] = []
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self.child.let_go)
        self._hears |= {"example": self._show}
        self.failed.connect(lambda _: self._be_busy(False))

    def ask(self, config: RunConfig, clip: int, draw: int) -> None:
        """Draw an example: numbers choose the clip and the changes, so that the same ones give the same again."""
        if self.busy:
            return
        if not self.running:
            self._send("augment", "--json-lines", *arguments_of([("out", self._folder())]))
        self._idle.start()
        self._be_busy(True)
        self.child.say(json.dumps({"config": toml_of(config), "clip": clip, "seed": draw}))

    def close(self) -> None:
        """Let the child go, and clear up."""
        self._idle.stop()
        super().close()

    def _note_failure(self, said: dict[str, Any]) -> None:
        """Say it at once: the child goes on."""
        super()._note_failure(said)
        failure, self._failure = self._failure, None
        self.failed.emit(failure)

    def _show(self, said: dict[str, Any]) -> None:
        shape = tuple(int(size) for size in said["shape"])
        one, other = (np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape) for text in said["pictures"])
        before, after = Path(said["before"]), Path(said["after"])
        example = HeardExample(Path(said["clip"]), str(said["label"]), before, after, (one, other))
        self._made.append(example)
        for old in self._made[:-KEPT]:
            old.before.unlink(missing_ok=True)
            old.after.unlink(missing_ok=True)
        self._made = self._made[-KEPT:]
        self._be_busy(False)
        self.ready.emit(example)

    def _be_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)
