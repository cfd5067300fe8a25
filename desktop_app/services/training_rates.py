"""The learning-rate finder in the window: `earmark lr-find` as a child process."""

from typing import Any

from PySide6.QtCore import Signal

from desktop_app.classifier.runs.run_config import RunConfig
from desktop_app.classifier.training_reports import RatePoint
from desktop_app.errors import UserError
from desktop_app.services.training_child import Ending, arguments_of
from desktop_app.services.training_errand import Errand, Failure

ABORTED = (
    "The search was ended by the system, perhaps because memory ran out: close other programs, or choose a smaller "
    "batch or network."
)


class RateFinder(Errand):
    """Tries rising rates; one search at a time. GUI thread only; `close` before the end."""

    tried = Signal(object, float)
    """RatePoint, and the part of all rates that was tried."""
    found = Signal(object)
    """The rate at which the loss falls fastest, or None where it never falls."""

    def __init__(self) -> None:
        super().__init__(aborted=ABORTED)
        self._best: tuple[float | None] | None = None
        self._hears |= {"rate": self._try, "suggestion": self._note_best}

    def start(self, config: RunConfig) -> None:
        """Search with the network and the data of a configuration. Nothing while one runs."""
        if self.running:
            return
        self._best = None
        try:
            options = [("recipe", self._recipe(config)), ("data", config.data.source), ("out", self._folder())]
        except UserError as problem:
            self.failed.emit(Failure(str(problem)))
            return
        leaks = ["--allow-leaks"]  # nothing is measured here
        self._send("lr-find", "--json-lines", *leaks, *arguments_of(options))

    def _try(self, said: dict[str, Any]) -> None:
        point = RatePoint(float(said["rate"]), float(said["loss"]), float(said["smoothed"]))
        self.tried.emit(point, int(said["step"]) / max(1, int(said["steps"])))

    def _note_best(self, said: dict[str, Any]) -> None:
        self._best = (None if said["rate"] is None else float(said["rate"]),)

    def _say_end(self, ending: Ending, failure: Failure | None) -> None:
        if self._best is not None:
            self.found.emit(self._best[0])
        else:
            super()._say_end(ending, failure)
