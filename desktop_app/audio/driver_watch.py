"""Calls into sound drivers, which may never come back, watched from other threads."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

DRIVER_LIMIT_S = 5.0
"""A driver call that takes longer is taken for hanging."""


class DriverWatch:
    """Knows whether a driver call of one thread hangs; asked by any thread."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    @property
    def hangs(self) -> bool:
        """Return whether a call has not come back in time."""
        since_s = self._since_s
        return since_s is not None and time.monotonic() - since_s > DRIVER_LIMIT_S

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Watch the calls in the block."""
        self._since_s = time.monotonic()
        try:
            yield
        finally:
            self._since_s = None
