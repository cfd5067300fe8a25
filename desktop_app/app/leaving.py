"""The window stays open once while something runs that closing it would end: the person is told, and closes again."""

import logging
import math
import os
import sys
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from desktop_app.app.core import Core

HELD_S = 8.0
"""As long as the sentence stands, to close once more is to know what one does."""


class Leaving:
    """Says what closing the window would end, once. GUI thread only."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._told_s = -math.inf

    def is_held_by(self, sentence: str) -> bool:
        """Return whether the window stays open, as the person is told only now; empty where nothing would end."""
        told = time.monotonic() - self._told_s < HELD_S
        if told or not sentence:
            return False
        self._told_s = time.monotonic()
        self._core.messages.info(f"{sentence} Close it once more to stop and quit.", "Stop and quit", self._quit)
        return True

    def _quit(self) -> None:
        self._told_s = time.monotonic()
        self._core.actions["quit"].trigger()


def end_at_once(status: int) -> NoReturn:
    """End the process although a thread hangs in the system: Python itself would wait for it for ever."""
    logging.getLogger(__name__).warning("a thread still waits, perhaps for a drive that does not answer: it is left")
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)
