"""What a job function holds of its job: where it reports, hands over items, and learns that it should stop."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """Raised inside a job by `JobContext.checkpoint` once the job was cancelled; let it pass."""


@dataclass(frozen=True)
class Outcome:
    """How a function ended: with a result, with a sentence for the person, or stopped on request."""

    result: object = None
    failure: str | None = None
    cancelled: bool = False


@dataclass(frozen=True)
class Report:
    """What the function last said of its progress, and when (`time.monotonic`)."""

    done: float
    total: float
    text: str
    at_s: float


class JobContext:
    """The first argument of every job function. `report`, `emit`, `checkpoint`, `cancelled`: on the worker thread.

    The other methods belong to `Job` and `JobRunner`. It holds no QObject: the last reference to one of these must
    not be dropped on a worker thread.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._items: list[object] = []
        self._report: Report | None = None
        self._outcome: Outcome | None = None
        self._waking = False
        self._cancel = threading.Event()
        self._running = threading.Event()
        self._running.set()

    @property
    def cancelled(self) -> bool:
        """Return whether the job should stop; for loops that must clean up rather than raise."""
        return self._cancel.is_set()

    def checkpoint(self) -> None:
        """Wait here while the job is paused; raise `Cancelled` if it was cancelled. Cheap: call it often."""
        self._running.wait()
        if self._cancel.is_set():
            raise Cancelled

    def report(self, done: float, total: float = 0, text: str = "") -> None:
        """Say how far the job is (`total` 0: nobody knows); only the newest report is shown."""
        with self._lock:
            self._report = Report(done, total, text, time.monotonic())
        self._ring()

    def emit(self, item: object) -> None:
        """Hand over an item; all items arrive, in order, before `finished`."""
        with self._lock:
            self._items.append(item)
        self._ring()

    @property
    def paused(self) -> bool:
        """Return whether the function is to wait at its next checkpoint."""
        return not self._running.is_set()

    @property
    def ended(self) -> bool:
        """Return whether the function has returned or will never be called."""
        return self._outcome is not None

    def cancel(self) -> None:
        """Make the next checkpoint raise."""
        self._cancel.set()
        self._running.set()

    def pause(self) -> None:
        """Make the next checkpoint wait."""
        self._running.clear()

    def resume(self) -> None:
        """Let a waiting checkpoint return."""
        self._running.set()

    def end(self, outcome: Outcome) -> None:
        """Note how the function ended and wake the GUI thread for the last time."""
        with self._lock:
            self._outcome = outcome
            self._waking = True
        self._wake()

    def take(self, most: int) -> tuple[list[object], Report | None, Outcome | None]:
        """Return at most so many of the items said since the last call, and the rest once no item is left."""
        with self._lock:
            if self._cancel.is_set():
                self._items = []
            items, self._items = self._items[:most], self._items[most:]
            if self._items:
                return items, None, None
            report, self._report, self._waking = self._report, None, False
            return items, report, self._outcome

    @property
    def has_more(self) -> bool:
        """Return whether `take` left items; they are taken without another wake."""
        return bool(self._items)

    def _ring(self) -> None:
        """Wake the GUI thread once for any number of items."""
        with self._lock:
            if self._waking:
                return
            self._waking = True
        self._wake()
