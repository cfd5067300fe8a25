"""A recording that is captured like a microphone, so that live analysis can be tried on what is known."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.devices import first_line
from desktop_app.audio.inputs import InputRequest, OpenInput, Take
from desktop_app.audio.reader import Reader, open_audio
from desktop_app.errors import UserError

BLOCK_S = 0.05
"""As PortAudio's blocks on PulseAudio."""
AHEAD_S = 10.0
"""How far a file that need not keep time runs before its reader."""
TICK_S = 0.002


@dataclass(frozen=True)
class FilePace:
    """How fast a file is handed out."""

    realtime: bool = False
    """As time goes by; else as fast as it is read."""
    position: Callable[[], int] = lambda: 0
    """How many frames its reader has read, so that nothing is overwritten before."""


def tell_nobody(_sentence: str) -> None:
    """Keep what is wrong with a recording to itself."""


class FileInput:
    """An `Input` that is a recording. A file that is damaged ends where it cannot be read."""

    live = False

    def __init__(self, path: Path, take: Take, pace: FilePace, tell: Callable[[str], None] = tell_nobody) -> None:
        """Open the recording; UserError where it cannot be read.

        Its own thread tells what turns out to be damaged, in sentences.
        """
        self._reader: Reader = open_audio(path)
        self._take, self._pace, self._tell = take, pace, tell
        self.name = path.name
        self.sample_rate_hz, self.channels = self._reader.sample_rate_hz, self._reader.channels
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="earmark-file", daemon=True)

    @property
    def active(self) -> bool:
        """Return whether there is more to come."""
        return self._thread.ident is None or self._thread.is_alive()

    def start(self) -> None:
        """Begin to hand out blocks."""
        self._thread.start()

    def close(self) -> None:
        """Stop and close the file."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._reader.close()

    def _run(self) -> None:
        try:
            self._hand_out()
        except (UserError, OSError, ValueError, RuntimeError) as damage:  # what decoders raise where nobody foresaw it
            self._tell(f"“{self.name}” cannot be read any further ({first_line(damage)}).")
        for note in self._reader.notes:
            self._tell(f"“{self.name}”: {note}")

    def _hand_out(self) -> None:
        started_s, handed_out = time.monotonic(), 0
        for block in self._blocks():
            while not self._stop.is_set() and self._early(handed_out, started_s):
                time.sleep(TICK_S)
            if self._stop.is_set():
                return
            self._take(block, False)
            handed_out += len(block)

    def _blocks(self) -> Iterator[NDArray[np.float32]]:
        return self._reader.blocks(max(round(BLOCK_S * self.sample_rate_hz), 1))

    def _early(self, handed_out: int, started_s: float) -> bool:
        """Return whether the next block is not due yet."""
        if self._pace.realtime:
            return time.monotonic() - started_s < handed_out / self.sample_rate_hz + BLOCK_S
        return handed_out - self._pace.position() > AHEAD_S * self.sample_rate_hz


def file_opener(path: Path, pace: FilePace, tell: Callable[[str], None] = tell_nobody) -> OpenInput:
    """Return what opens a recording in the place of a device."""

    def opened(_request: InputRequest, take: Take) -> FileInput:
        return FileInput(path, take, pace, tell)

    return opened
