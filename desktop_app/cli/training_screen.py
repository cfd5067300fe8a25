"""What a person sees while a network is trained: bars, a line a round, and nothing where stderr is no terminal."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from desktop_app.cli.shared import first_interrupt_noted, progress_console, say

if TYPE_CHECKING:
    from desktop_app.classifier.runs.running import Run
    from desktop_app.classifier.training_reports import EpochReport, RatePoint, StepReport

Watch = Callable[[int, int | None], None]
Read = Callable[[str, int, int], None]


class StopAskedError(Exception):
    """The person wants no more of it."""


class Screen(Protocol):
    """Who is told of a training: a person at a terminal, or a program that reads JSON lines."""

    def note(self, sentence: str) -> None:
        """Say something that the person should know."""

    def downloads(self) -> AbstractContextManager[Callable[[str], Watch]]:
        """Return a context with a function that opens a bar of bytes and returns what is to be told."""

    def reading(self) -> AbstractContextManager[Read]:
        """Return a context with what is to be told while recordings are read."""

    def watching(self) -> AbstractContextManager[None]:
        """Return a context in which `step` and `rate` raise StopAskedError once the person wants no more."""

    def begin(self, training: "Run") -> None:
        """Say how many rounds there will be, and how many of them are done already."""

    def step(self, report: "StepReport") -> None:
        """Show where the round stands."""

    def epoch(self, report: "EpochReport") -> None:
        """Say what a round did."""

    def rate(self, point: "RatePoint", step: int, steps: int) -> None:
        """Show one step of the rate finder."""

    def finish(self) -> None:
        """Say that the rounds are over, and the best of them is measured now."""

    def end(self, outcome: Mapping[str, Any]) -> None:
        """Say what came of it, as `outcome.json` has it."""

    def compiling(self) -> bool:
        """Say that the model of a run that was stopped would be compiled now; return whether anybody wants that."""


@contextmanager
def downloads() -> Iterator[Callable[[str], Watch]]:
    """Yield a function that opens a bar of bytes and returns what is to be told."""
    console = progress_console()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as progress:

        def bar(title: str) -> Watch:
            task = progress.add_task(title, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total)

        yield bar


@contextmanager
def reading() -> Iterator[Read]:
    """Yield what is to be told while recordings are read."""
    console = progress_console()
    columns = (TextColumn("Reading clips: {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)


class Terminal:
    """A person at a terminal: bars with loss, accuracy and the time left, a line a round, Ctrl+C."""

    def __init__(self, *, tells_use: bool = False) -> None:
        """`tells_use`: say at the end how one judges with the model, as nothing is done with it yet."""
        self._tells_use = tells_use
        self._epochs, self._epochs_done = 1, 0
        self._interrupted = threading.Event()
        console = progress_console()
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
        self._progress = Progress(
            *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._progress.add_task("", total=None, state="")

    def note(self, sentence: str) -> None:
        """Say it on stderr."""
        say(sentence)

    def downloads(self) -> AbstractContextManager[Callable[[str], Watch]]:
        """Return a context of bars of bytes."""
        return downloads()

    def reading(self) -> AbstractContextManager[Read]:
        """Return a context of a bar of clips."""
        return reading()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Draw the bar, and note the first Ctrl+C for the next step."""
        with first_interrupt_noted() as self._interrupted, self._progress:
            yield

    def begin(self, training: "Run") -> None:
        """Note how many rounds there will be, and how many of them are done already."""
        self._epochs, self._epochs_done = training.config.training.epochs, training.training.epochs_done

    def step(self, report: "StepReport") -> None:
        """Show where the round stands."""
        self._stop_if_asked()
        done = (report.epoch - 1 - self._epochs_done) * report.steps + report.step
        self._progress.update(
            self._task,
            description=f"Round {report.epoch} of {self._epochs}",
            completed=done,
            total=(self._epochs - self._epochs_done) * report.steps,
            state=f"loss {report.loss:.3f}  right {report.accuracy:.1%}",
        )

    def epoch(self, report: "EpochReport") -> None:
        """Say what a round did."""
        for note in report.notes:
            say(note)
        held_back = ""
        if report.held_back_accuracy is not None:
            held_back = f"  held back: loss {report.held_back_loss:.3f}  right {report.held_back_accuracy:.1%}"
        best = "  best" if report.best else ""
        say(
            f"{report.epoch:4d}  loss {report.loss:.3f}  right {report.accuracy:.1%}{held_back}"
            f"  {report.seconds:.1f} s{best}"
        )

    def rate(self, point: "RatePoint", step: int, steps: int) -> None:
        """Show which rate is tried."""
        self._stop_if_asked()
        self._progress.update(
            self._task,
            description=f"Rate {point.rate:.1e}",
            completed=step,
            total=steps,
            state=f"loss {point.loss:.3f}",
        )

    def finish(self) -> None:
        """Say nothing: it takes a moment."""

    def end(self, outcome: Mapping[str, Any]) -> None:
        """Say how good it is and where it is; the model's place is the result, on stdout."""
        if outcome["stopped"]:
            say(f"Stopped after {outcome['epochs_done']} rounds; go on with: earmark train --resume {outcome['run']}")
        if outcome["accuracy"] is not None:
            say(f"Right: {outcome['accuracy']:.1%} (loss {outcome['loss']:.3f}). {outcome['how']}")
        if outcome["report"] is not None:
            say(f"The report is in {outcome['report']}")
        if self._tells_use:
            say(f"Judge with it: earmark classify FOLDER --model {outcome['model']}")
            say(f"Bring it into the window: earmark models import {outcome['model']}")
        say(f"The best round was {outcome['best_epoch']}; the model is in")
        sys.stdout.write(f"{outcome['model']}\n")

    def compiling(self) -> bool:
        """Say that it takes a moment; Ctrl+C then raises."""
        say("It is compiled now, so that it opens and judges faster; Ctrl+C leaves that out.")
        return True

    def _stop_if_asked(self) -> None:
        if self._interrupted.is_set():
            raise StopAskedError
