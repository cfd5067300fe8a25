"""A training told to a program: one JSON object a line on stdout, and stopped by a line, or the end, of stdin.

Every object has an `event`: reading, note, begun, step, round, finishing, outcome, compiling, rate, suggestion,
example, stopped, error. The end of stdin means the same as the line "stop", so that no training is left behind by a
program that died; pipes end with their program on every system, Windows included, which signals do not.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from desktop_app.cli.training_screen import Read, StopAskedError, Watch
from desktop_app.errors import UserError
from desktop_app.signals import INTERRUPTED

if TYPE_CHECKING:
    from desktop_app.classifier.runs.running import Run
    from desktop_app.classifier.training_reports import EpochReport, RatePoint, StepReport

MISUSE = 2
MOST_OFTEN_S = 0.1
"""Steps and clips read are told at most so often."""
NICENESS = 5
"""Of the process: a window beside it goes first. Windows has no such number."""
STOP = b"stop"


def told_in_json(work: "Callable[[JsonLines], int]") -> int:
    """Do the work, tell how it ended, and return the exit status."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    screen = JsonLines()
    try:
        return work(screen)
    except StopAskedError:
        screen.tell("stopped")
        return INTERRUPTED
    except UserError as problem:
        screen.problem(problem)
        return MISUSE


class JsonLines:
    """A program that reads along. A thread waits for it to say stop, if this `listens`."""

    def __init__(self, *, listens: bool = True) -> None:
        self._asked, self._is_gone = threading.Event(), threading.Event()
        self._told_s = 0.0
        if listens:
            threading.Thread(target=self._listen, name="stdin", daemon=True).start()

    def tell(self, event: str, **said: object) -> None:
        """Write one line; whoever is gone is told nothing."""
        try:
            sys.stdout.write(json.dumps({"event": event, **said}) + "\n")
            sys.stdout.flush()
        except OSError:
            self._is_gone.set()
            self._asked.set()

    def problem(self, problem: UserError) -> None:
        """Tell what stood in the way; `kind` lets a program offer a way round it."""
        self.tell("error", text=str(problem), kind=type(problem).__name__)

    def note(self, sentence: str) -> None:
        """Tell something that the person should know."""
        self.tell("note", text=sentence)

    @contextmanager
    def downloads(self) -> Iterator[Callable[[str], Watch]]:
        """Yield a function that names what is fetched and returns what is to be told of it."""
        yield lambda title: lambda done, total: self._read(title, done, total or 0)

    @contextmanager
    def reading(self) -> Iterator[Read]:
        """Yield what is to be told while recordings are read."""
        yield self._read

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Do nothing: stdin is always watched."""
        yield

    def begin(self, training: "Run") -> None:
        """Tell what is learnt from, and the rounds of a run that goes on."""
        data, test = training.prepared.data, training.prepared.test
        self.tell(
            "begun",
            run=str(training.folder.path),
            classes=list(data.train.classes),
            windows={"train": len(data.train), "validation": len(data.held_back or ()), "test": len(test or ())},
            epochs=training.config.training.epochs,
            rounds=[asdict(report) for report in training.reports],
        )

    def step(self, report: "StepReport") -> None:
        """Tell where the round stands, not too often."""
        self._stop_if_asked()
        if self._is_time() or report.step == report.steps:
            self.tell("step", **asdict(report))

    def epoch(self, report: "EpochReport") -> None:
        """Tell what a round did."""
        self.tell("round", **asdict(report))

    def rate(self, point: "RatePoint", step: int, steps: int) -> None:
        """Tell one step of the rate finder."""
        self._stop_if_asked()
        self.tell("rate", **asdict(point), step=step, steps=steps)

    def finish(self) -> None:
        """Tell that the rounds are over."""
        self.tell("finishing")

    def end(self, outcome: Mapping[str, Any]) -> None:
        """Tell what came of it."""
        self.tell("outcome", **outcome)

    def compiling(self) -> bool:
        """Tell it, unless the program is gone."""
        if not self._is_gone.is_set():
            self.tell("compiling")
        return not self._is_gone.is_set()

    def _read(self, what: str, done: int, total: int) -> None:
        self._stop_if_asked()
        if self._is_time() or done == total:
            self.tell("reading", what=what, done=done, total=total)

    def _is_time(self) -> bool:
        now_s = time.monotonic()
        due = now_s - self._told_s >= MOST_OFTEN_S
        self._told_s = now_s if due else self._told_s
        return due

    def _stop_if_asked(self) -> None:
        if self._asked.is_set():
            raise StopAskedError

    def _listen(self) -> None:
        """Wait for "stop" or the end; past Python's buffer, whose lock a waiting thread would hold at the exit."""
        while said := _read_some():
            if STOP in said:
                self._asked.set()
        self._is_gone.set()
        self._asked.set()


def _read_some() -> bytes:
    try:
        return os.read(0, 1024)
    except OSError:
        return b""
