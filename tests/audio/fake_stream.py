"""What a microphone and a loudspeaker in memory have in common: a thread that stands for the driver's."""

import threading
from abc import ABC, abstractmethod


class FakeStream(ABC):
    """Runs from `start` to `close`; a test unplugs it by `active = False`."""

    def __init__(self, name: str) -> None:
        self.closed = False
        self.active = True
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self.closed = True
        if self._thread.is_alive():
            self._thread.join()

    @property
    def _goes_on(self) -> bool:
        return not self.closed and self.active

    @abstractmethod
    def _run(self) -> None:
        """Hand over sound while it goes on; in the thread."""
