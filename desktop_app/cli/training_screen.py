"""What a person sees while a network is trained: bars, a line a round, and nothing where stderr is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from desktop_app.cli.shared import progress_console, say

if TYPE_CHECKING:
    from desktop_app.classifier.training import EpochReport, StepReport

Watch = Callable[[int, int | None], None]


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
def reading() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what is to be told while recordings are read."""
    console = progress_console()
    columns = (TextColumn("Reading clips: {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)


class Screen:
    """Bars of a training: the steps of all rounds, with loss, accuracy and the time left."""

    def __init__(self, epochs: int, epochs_done: int) -> None:
        self._epochs, self._epochs_done = epochs, epochs_done
        console = progress_console()
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
        self.progress = Progress(
            *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self.progress.add_task("Training", total=None, state="")

    def step(self, report: "StepReport") -> None:
        """Show where the round stands."""
        done = (report.epoch - 1 - self._epochs_done) * report.steps + report.step
        self.progress.update(
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
