"""What runs in a thread of its own until it is told to stop."""

import threading
from abc import ABC, abstractmethod


class Worker(ABC):
    """A daemon thread that looks now and then whether it should end. Steered from any thread."""

    CLOSE_LIMIT_S = 2.0
    """How long `close` waits."""

    def __init__(self, name: str) -> None:
        """Prepare a thread of that name; it begins with `start`."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; returns at once."""
        self._stop.set()

    def close(self, timeout_s: float | None = None) -> bool:
        """Stop, wait at most so long and return whether the thread ended; one inside a dead driver does not."""
        self.stop()
        if self._thread.ident is not None:
            self._thread.join(self.CLOSE_LIMIT_S if timeout_s is None else timeout_s)
        return not self._thread.is_alive()

    @abstractmethod
    def _run(self) -> None:
        """Work until `_stop` is set; in the thread."""
