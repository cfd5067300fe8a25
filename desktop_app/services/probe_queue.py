"""Files that wait to be looked into: those on screen first, the rest in order."""

import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path


class ProbeQueue:
    """Filled on the GUI thread, emptied by one job; each file is given out once for each time it was added."""

    def __init__(self) -> None:
        self.current: Path | None = None
        """The file given out last."""
        self.taken = 0
        """How many were given out."""
        self.urgent_only = False
        """Give out only files that were named by `prioritise`, for as long as this is set."""
        self._lock = threading.Lock()
        self._waiting: set[Path] = set()
        self._order: deque[Path] = deque()
        self._first: deque[Path] = deque()

    @property
    def waiting(self) -> int:
        """Return how many files wait."""
        return len(self._waiting)

    @property
    def ready(self) -> bool:
        """Return whether `take` may have a file to give."""
        return bool(self._first) if self.urgent_only else bool(self._waiting)

    def add(self, paths: Iterable[Path]) -> None:
        """Put files at the end; one that waits already stays where it is."""
        with self._lock:
            new = [path for path in paths if path not in self._waiting]
            self._waiting.update(new)
            self._order.extend(new)

    def prioritise(self, paths: Iterable[Path]) -> None:
        """Give out these files next, in this order, before those named by an earlier call; others are ignored."""
        with self._lock:
            self._first = deque(path for path in paths if path in self._waiting)

    def take(self) -> Path | None:
        """Return the next file, or None where none waits."""
        with self._lock:
            for order in (self._first,) if self.urgent_only else (self._first, self._order):
                while order:
                    path = order.popleft()
                    if path in self._waiting:
                        self._waiting.remove(path)
                        self.current = path
                        self.taken += 1
                        return path
            return None
