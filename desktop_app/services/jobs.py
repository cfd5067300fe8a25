"""Work off the GUI thread: a function runs in a small pool, and what it says arrives on the GUI thread.

    job = runner.start(scan, folder, title="Listing the folder")     # scan(context, folder)
    job.items.connect(panel.add_rows)
    job.finished.connect(panel.say_done)

A job starts on the next turn of the event loop, so that a caller can connect first: a job that fails at once is not
missed. Every signal is emitted on the thread that the runner lives on. What a job emits is handed over at most 20
times a second, and 2000 items in one turn of the event loop, so that 100,000 items neither flood nor block it.

Two lanes keep long work from standing before what is on the screen: `background` for listing, probing, classifying
and exporting, `drawing` for pictures. Where only the newest request matters (a tile, an envelope) give `newest=`: a
job started under the same name cancels the one before, and nothing of a cancelled job is delivered.

`superqt.thread_worker` was not taken: it loses a RuntimeError raised inside a generator, and torch's out-of-memory
and shape errors are RuntimeErrors.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop_app.errors import UserError
from desktop_app.services.job_context import Cancelled, JobContext, Outcome, Report
from desktop_app.services.rates import RateMeter

__all__ = ["Cancelled", "Job", "JobContext", "JobRunner", "Lane", "Progress"]

logger = logging.getLogger(__name__)

Lane = Literal["background", "drawing"]
LANE_THREADS: dict[Lane, int] = {"background": 4, "drawing": 2}
"""Long jobs mostly wait for the disk, and a paused one keeps its thread; drawing must never queue behind them."""

DELIVERY_INTERVAL_S = 0.05
MOST_ITEMS = 2000
"""Items handed over in one turn of the event loop: about 20 ms of work for the folder list, the costliest taker."""
CLOSE_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Progress:
    """How far a job has come; `total` is 0 and `seconds_left` None where nobody can know."""

    done: float
    total: float
    text: str = ""
    rate: float = 0.0
    """What is done per second, smoothed over some seconds; pauses do not count."""
    seconds_left: float | None = None

    @property
    def fraction(self) -> float | None:
        """Return the part that is done, 0 to 1, or None where the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total > 0 else None


class Job(QObject):
    """One running function, seen from the GUI thread. Made by `JobRunner.start` only.

    After `cancel()` returns only `cancelled` and `done` follow, whatever the function still says.
    """

    progressed = Signal(object)
    """Progress, at most 20 times a second."""
    item = Signal(object)
    """One thing that the function emitted."""
    items = Signal(list)
    """The same things as lists of up to 2000, few a second: for what comes in thousands."""
    finished = Signal(object)
    """What the function returned."""
    failed = Signal(str)
    """A sentence for the person: a `UserError`, or a bug that the log has in full."""
    cancelled = Signal()
    done = Signal()
    """The last of all, after exactly one of finished, failed and cancelled."""
    _over = Signal()

    def __init__(self, context: JobContext, title: str, lane: Lane, newest: str) -> None:
        super().__init__()
        self.title = title
        self.lane: Lane = lane
        self.newest = newest
        self.progress = Progress(0, 0)
        self.is_done = False
        self._context = context
        self._future: Future[None] | None = None
        self._meter = RateMeter()
        self._last_delivery_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._deliver)

    @property
    def is_cancelled(self) -> bool:
        """Return whether `cancel` was called."""
        return self._context.cancelled

    @property
    def is_paused(self) -> bool:
        """Return whether the function stops, or soon will, at its next checkpoint."""
        return self._context.paused

    def cancel(self) -> None:
        """Ask the function to stop at its next checkpoint; nothing it says is delivered from now on."""
        if self.is_done:
            return
        self._context.cancel()
        if self._future is not None and self._future.cancel():
            self._context.end(Outcome(cancelled=True))

    def pause(self) -> None:
        """Hold the function at its next checkpoint."""
        if not self.is_done and not self.is_cancelled:
            self._context.pause()
            self._meter.pause(time.monotonic())

    def resume(self) -> None:
        """Let a paused function go on."""
        self._meter.resume(time.monotonic())
        self._context.resume()

    def _woken(self) -> None:
        """Deliver now, or soon enough to keep to 20 deliveries a second; the end of a job never waits."""
        due_s = self._last_delivery_s + DELIVERY_INTERVAL_S - time.monotonic()
        if due_s <= 0 or self._context.ended:
            self._deliver()
        elif not self._timer.isActive():
            self._timer.start(round(1000 * due_s) + 1)

    def _deliver(self) -> None:
        if self.is_done:
            return
        items, report, outcome = self._context.take(MOST_ITEMS)
        if not self.is_cancelled:
            self._deliver_items(items)
        if report is not None and not self.is_cancelled:
            self._deliver_progress(report)
        self._last_delivery_s = time.monotonic()
        if outcome is not None:
            self._deliver_outcome(outcome)
        elif self._context.has_more:
            self._timer.start(0)

    def _deliver_items(self, items: list[object]) -> None:
        if items:
            self.items.emit(items)
            for item in items:
                if self.is_cancelled:
                    return
                self.item.emit(item)

    def _deliver_progress(self, report: Report) -> None:
        rate = self._meter.rate(report.done, report.at_s)
        left_s = max(report.total - report.done, 0) / rate if report.total > 0 and rate > 0 else None
        self.progress = Progress(report.done, report.total, report.text, rate, left_s)
        self.progressed.emit(self.progress)

    def _deliver_outcome(self, outcome: Outcome) -> None:
        self.is_done = True
        self._timer.stop()
        if self.is_cancelled or outcome.cancelled:
            self.cancelled.emit()
        elif outcome.failure is not None:
            self.failed.emit(outcome.failure)
        else:
            self.finished.emit(outcome.result)
        self.done.emit()
        self._over.emit()


def is_under_way(job: Job | None) -> bool:
    """Return whether there is a job that is not over: another one would wait for the same driver or drive."""
    return job is not None and not job.is_done


class JobRunner(QObject):
    """Starts jobs and owns their threads; lives on the GUI thread, one for the application."""

    started = Signal(object)
    """A Job that was asked for, from `start`; its signals can be connected."""
    ended = Signal(object)
    """The same Job after its `done`."""
    _woken = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools = {lane: ThreadPoolExecutor(n, f"earmark-{lane}") for lane, n in LANE_THREADS.items()}
        self._jobs: dict[int, Job] = {}
        self._waiting: dict[int, tuple[Callable[..., object], tuple[object, ...]]] = {}
        self._last_number = 0
        self._closed = False
        self._woken.connect(self._wake_job, Qt.ConnectionType.QueuedConnection)

    @property
    def active(self) -> tuple[Job, ...]:
        """Return the jobs that have not ended, oldest first."""
        return tuple(self._jobs.values())

    def start(
        self,
        function: Callable[..., object],
        /,
        *args: object,
        title: str = "",
        lane: Lane = "background",
        newest: str = "",
    ) -> Job:
        """Run `function(context, *args)` on a thread of `lane` from the next turn of the event loop.

        `title` is what the transport bar shows while it runs (empty: nothing is shown). `newest` names a kind of
        request of which only the last matters: unfinished jobs of that name are cancelled. GUI thread only.
        """
        if self._closed:
            raise RuntimeError("the job runner is closed")
        self._last_number = number = self._last_number + 1
        if newest:
            self._cancel_named(newest)
        job = Job(JobContext(lambda: self._wake(number)), title, lane, newest)
        job._over.connect(lambda: self._forget(number))
        self._jobs[number] = job
        self._waiting[number] = (function, args)
        self.started.emit(job)
        QTimer.singleShot(0, self, lambda: self._launch(number))
        return job

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Cancel everything, wait for the threads at most `timeout_s`, and return whether they all ended.

        Nothing is delivered any more. A thread that hangs in the operating system (a dead network drive) is left.
        """
        self._closed = True
        for job in self._jobs.values():
            job.cancel()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        futures = [job._future for job in self._jobs.values() if job._future is not None]
        all_ended = not wait([each for each in futures if not each.cancelled()], timeout_s).not_done
        if all_ended:
            for pool in self._pools.values():
                pool.shutdown(wait=True)
        self._jobs.clear()
        self._waiting.clear()
        return all_ended

    def _cancel_named(self, newest: str) -> None:
        for job in self._jobs.values():
            if job.newest == newest:
                job.cancel()

    def _launch(self, number: int) -> None:
        if self._closed:
            return
        job = self._jobs[number]
        function, args = self._waiting.pop(number)
        if job.is_cancelled:
            job._context.end(Outcome(cancelled=True))
        else:
            job._future = self._pools[job.lane].submit(_run, job._context, function, args)

    def _wake(self, number: int) -> None:
        if not self._closed:
            self._woken.emit(number)

    def _wake_job(self, number: int) -> None:
        job = self._jobs.get(number)
        if job is not None:
            job._woken()

    def _forget(self, number: int) -> None:
        """Tell of the end, and let go: what is connected often holds the job itself, in a circle nobody else opens."""
        job = self._jobs.pop(number, None)
        if job is not None:
            self.ended.emit(job)
            job.deleteLater()


def _run(context: JobContext, function: Callable[..., object], args: tuple[object, ...]) -> None:
    """Run one job on a worker thread; whatever it raises becomes an outcome, so no failure is lost."""
    try:
        context.checkpoint()
        outcome = Outcome(function(context, *args))
    except Cancelled:
        outcome = Outcome(cancelled=True)
    except UserError as problem:
        outcome = Outcome(failure=str(problem))
    except BaseException as bug:
        logger.exception("a job failed")
        kind = type(bug).__name__
        outcome = Outcome(failure=f"Something went wrong inside Earmark ({kind}: {bug}); details are in the log.")
    context.end(outcome)
