"""Teaching a network in the window: `earmark train` as a child process, followed step by step."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import Signal

from desktop_app.classifier.runs.run_config import RunConfig
from desktop_app.classifier.training_reports import EpochReport, StepReport
from desktop_app.errors import UserError
from desktop_app.services.rates import RateMeter
from desktop_app.services.training_child import Ending, arguments_of
from desktop_app.services.training_errand import Errand, Failure
from desktop_app.services.training_runs import RunOutcome, new_run

Phase = Literal["idle", "reading", "learning", "measuring"]

ABORTED = (
    "The training was ended by the system, perhaps because memory ran out: close other programs or choose a smaller "
    "batch or network. A run that had finished a round can be resumed."
)


@dataclass(frozen=True)
class Begun:
    """A training at its first step."""

    run: Path
    """Its folder."""
    classes: tuple[str, ...]
    windows: Mapping[str, int]
    """How many are learnt from (train), chosen by (validation), measured on (test)."""
    epochs: int
    """Rounds there will be, unless it stops early."""
    rounds: tuple[EpochReport, ...]
    """Those that were done before, where it was resumed."""


@dataclass(frozen=True)
class Standing:
    """Where a training stands."""

    step: StepReport
    epochs: int
    seconds_left: float | None
    """For all rounds; None before the speed is known."""

    @property
    def fraction(self) -> float:
        """Return the part of all steps that is done."""
        return ((self.step.epoch - 1) * self.step.steps + self.step.step) / max(1, self.epochs * self.step.steps)


class NetworkTraining(Errand):
    """One training at a time. GUI thread only; `close` before the end: a training ends with the window."""

    phase_changed = Signal(str)
    """A Phase."""
    begun = Signal(object)
    """Begun."""
    stepped = Signal(object)
    """Standing, some ten times a second."""
    round_done = Signal(object)
    """EpochReport."""
    finished = Signal(object)
    """RunOutcome; also of a training that was stopped after a round, whose model is compiled only then."""
    settled = Signal()
    """After `finished`: the model is as fast as it will be."""

    def __init__(self) -> None:
        super().__init__(aborted=ABORTED)
        self.phase: Phase = "idle"
        self.run: Path | None = None
        """The folder of what runs, or ran last."""
        self._epochs, self._meter = 1, RateMeter()
        self._outcome: RunOutcome | None = None
        self._hears |= {
            "begun": self._begin,
            "step": self._step,
            "round": lambda said: self.round_done.emit(_report(said)),
            "finishing": lambda _: self._turn("measuring"),
            "outcome": self._finish,
        }
        self.running_changed.connect(lambda running: None if running else self._turn("idle"))

    def start(self, config: RunConfig) -> None:
        """Train as configured, into a folder of its own; what cannot be comes as `failed`. Nothing while one runs."""
        if self.running:
            return
        try:
            options = [("recipe", self._recipe(config)), ("data", config.data.source)]
        except UserError as problem:
            self.failed.emit(Failure(str(problem)))
            return
        self.run = new_run(config.name)
        self._go([*options, ("out", self.run)])

    def resume(self, run: Path) -> None:
        """Go on with a run after its last round. Nothing while one runs."""
        if not self.running:
            self.run = run
            self._go([("resume", run)])

    @property
    def running(self) -> bool:
        """Return whether a network is being taught; one that is only compiled any more is not."""
        return super().running and self._outcome is None

    @property
    def settling(self) -> bool:
        """Return whether the model of a run that was stopped is being compiled; another training ends that."""
        return super().running and self._outcome is not None and self._outcome.stopped

    def close(self) -> None:
        """Let nothing run on: a training keeps its best round, compiling is left out."""
        if self.settling:
            self.child.kill()
        super().close()

    def _go(self, options: list[tuple[str, object]]) -> None:
        self._outcome, self._meter = None, RateMeter()
        self._turn("reading")
        self._send("train", "--json-lines", *arguments_of(options))

    def _turn(self, phase: Phase) -> None:
        if phase != self.phase:
            self.phase = phase
            self.phase_changed.emit(phase)

    def _begin(self, said: dict[str, Any]) -> None:
        self._epochs = int(said["epochs"])
        rounds = tuple(_report(each) for each in said["rounds"])
        self._turn("learning")
        self.begun.emit(Begun(Path(said["run"]), tuple(said["classes"]), dict(said["windows"]), self._epochs, rounds))

    def _step(self, said: dict[str, Any]) -> None:
        step = StepReport(**_without_event(said))
        done = (step.epoch - 1) * step.steps + step.step
        rate = self._meter.rate(done, time.monotonic())
        left_s = (self._epochs * step.steps - done) / rate if rate > 0 else None
        self.stepped.emit(Standing(step, self._epochs, left_s))

    def _finish(self, said: dict[str, Any]) -> None:
        self._outcome = RunOutcome.of(said)
        self._tell_end(lambda: self.finished.emit(self._outcome))

    def _ended(self, ending: Ending) -> None:
        if self._outcome is None:
            super()._ended(ending)
        else:
            self._failure_of(ending)  # of compiling: for the log, the model is there
            self.settled.emit()


def leaking(config: RunConfig) -> RunConfig:
    """Return the configuration that goes on although the split leaks; the report will say so."""
    return replace(config, data=replace(config.data, allow_leaks=True))


def _without_event(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "event"}


def _report(said: dict[str, Any]) -> EpochReport:
    values = _without_event(said)
    return EpochReport(**{**values, "notes": tuple(values["notes"])})
