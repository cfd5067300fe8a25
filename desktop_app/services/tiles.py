"""Spectrogram tiles and stretches of samples of the recording that is shown, computed off the GUI thread.

A view asks for all it needs with `request`; the newest request replaces the one before, in its order, so what is no
longer looked at is never computed. Finished pieces stay in a cache of bounded size, where painting finds them without
waiting. The reader of the recording is opened once, on the worker, and stays open while the recording is shown.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from desktop_app.audio.decoding.seek_costs import seek_cost
from desktop_app.audio.frame_source import FrameSource
from desktop_app.audio.peaks import BlockSource
from desktop_app.audio.spectrogram import ColumnSpan, columns
from desktop_app.services.jobs import JobContext, JobRunner
from desktop_app.services.pieces import SAMPLES_FRAMES, TILE_COLUMNS, Key, Piece, PieceCache, SamplesKey, TileKey

if TYPE_CHECKING:
    from desktop_app.audio.metadata import AudioMetadata

CLOSE_LIMIT_S = 2.0


class OpenSource(FrameSource, BlockSource, Protocol):
    """A recording that is open for reading; `audio.reader.Reader` is one."""

    @property
    def metadata(self) -> "AudioMetadata":
        """Return what the header says."""

    def close(self) -> None:
        """Give the file back."""


def open_recording(path: Path) -> OpenSource:
    """Open a recording with `audio.reader`; its decoders are imported here, on the worker."""
    from desktop_app.audio.decoding.direct_pcm import with_direct_access
    from desktop_app.audio.reader import open_audio

    reader = open_audio(path)
    try:
        return with_direct_access(path, reader)
    except BaseException:
        reader.close()
        raise


@dataclass(frozen=True)
class Opened:
    """What a view must know of a recording before it can draw."""

    path: Path
    frames: int
    channels: int
    sample_rate_hz: int
    encoding: str

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return self.frames / self.sample_rate_hz


class TileEngine(QObject):
    """Computes the pieces of one recording at a time. Signals arrive on the GUI thread; call it there only."""

    opened = Signal(object)
    """Opened, once for each `open` that was not overtaken by the next."""
    arrived = Signal()
    """Something that was requested is there now."""
    failed = Signal(str)
    """A sentence: the recording cannot be read, or not on."""
    _landed = Signal()
    _opened_on_worker = Signal(int, object)

    def __init__(self, runner: JobRunner, open_source: Callable[[Path], OpenSource] = open_recording) -> None:
        super().__init__()
        self._runner = runner
        self._open_source = open_source
        self._lock = threading.Lock()  # guards everything below but the source
        self._cache = PieceCache()
        self._wanted: list[Key] = []
        self._needed: frozenset[Key] = frozenset()
        self._path: Path | None = None
        self._in_work: Key | None = None
        self._generation = 0
        self._pumping = False
        self._announced = True
        self._closed = False
        self._source_lock = threading.Lock()  # held while the source is opened, read or closed
        self._source: OpenSource | None = None
        self._source_generation = 0
        self._landed.connect(self._announce)
        self._opened_on_worker.connect(self._tell_opened)

    def open(self, path: Path) -> None:
        """Turn to another recording (or read the same one anew); `opened` or `failed` follows."""
        self._turn_to(path)

    def clear(self) -> None:
        """Let go of the recording."""
        self._turn_to(None)

    def close(self) -> None:
        """Close the file and stay silent from now on. Call it before the runner closes.

        Waits a moment for the piece in work; of a longer one, or a drive that hangs, the worker closes the file.
        """
        self._closed = True
        self.clear()
        if self._source_lock.acquire(timeout=CLOSE_LIMIT_S):
            self._close_source()
            self._source_lock.release()

    def request(self, keys: Iterable[Key]) -> None:
        """Compute these pieces, in this order, and nothing that was asked for before."""
        with self._lock:
            asked = list(keys)
            self._needed = frozenset(asked)
            self._wanted = [key for key in asked if key not in self._cache and key != self._in_work]
        self._pump_if_needed()

    def has(self, keys: Iterable[Key]) -> bool:
        """Return whether all of these are there."""
        with self._lock:
            return all(key in self._cache for key in keys)

    def tile(self, key: TileKey) -> npt.NDArray[np.uint16] | None:
        """Return a tile if it is there."""
        with self._lock:
            return cast("npt.NDArray[np.uint16] | None", self._cache.get(key))

    def samples(self, index: int) -> npt.NDArray[np.float32] | None:
        """Return a stretch of samples if it is there."""
        with self._lock:
            return cast("npt.NDArray[np.float32] | None", self._cache.get(SamplesKey(index)))

    def _turn_to(self, path: Path | None) -> None:
        with self._lock:
            self._path = path
            self._generation += 1
            self._wanted = []
            self._in_work = None
            self._cache.clear()
        self._pump_if_needed()

    def _pump_if_needed(self) -> None:
        with self._lock:
            if self._pumping or self._closed or not self._has_work():
                return
            self._pumping = True
        job = self._runner.start(self._pump, lane="drawing")
        job.failed.connect(self._pump_failed)

    def _has_work(self) -> bool:
        return bool(self._wanted) or self._source_generation != self._generation

    def _pump_failed(self, sentence: str) -> None:
        """Tell what went wrong, unless another recording has been turned to meanwhile."""
        if self._source_generation == self._generation:
            self.failed.emit(sentence)
        self._pump_if_needed()

    def _announce(self) -> None:
        self._announced = True
        if not self._closed:
            self.arrived.emit()

    def _tell_opened(self, generation: int, opened: Opened) -> None:
        if generation == self._generation and not self._closed:
            self.opened.emit(opened)

    # From here on: on the worker thread.

    def _pump(self, context: JobContext) -> None:
        """Work until nothing is wanted. A failure drops what was wanted: it would only fail again."""
        ended = False
        try:
            while self._step():
                context.checkpoint()
            ended = True
        finally:
            if not ended:
                with self._lock:
                    self._pumping = False
                    self._wanted = []
                    self._in_work = None
            if self._closed:
                with self._source_lock:
                    self._close_source()

    def _step(self) -> bool:
        """Open, or compute one piece; return whether there was anything to do."""
        with self._lock:
            if self._closed or not self._has_work():
                self._pumping = False
                return False
            generation, path = self._generation, self._path
            key = self._in_work = self._wanted.pop(0) if self._source_generation == generation else None
        with self._source_lock:
            if key is None:
                self._reopen(generation, path)
            elif self._source is not None:
                self._keep(generation, key, _compute(self._source, key))
        return True

    def _reopen(self, generation: int, path: Path | None) -> None:
        self._close_source()
        self._source_generation = generation
        if path is None or self._closed:
            return
        source = self._source = self._open_source(path)
        about = source.metadata
        opened = Opened(path, source.frames, source.channels, about.sample_rate_hz, about.encoding)
        self._opened_on_worker.emit(generation, opened)

    def _keep(self, generation: int, key: Key, piece: Piece) -> None:
        with self._lock:
            if generation != self._generation:
                return
            self._in_work = None
            self._cache.put(key, piece, self._needed)
            tell, self._announced = self._announced, False
        if tell:
            self._landed.emit()

    def _close_source(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None


def _compute(source: OpenSource, key: Key) -> Piece:
    if isinstance(key, TileKey):
        span = ColumnSpan(key.level, key.index * TILE_COLUMNS, TILE_COLUMNS)
        return columns(source, key.grid, span, seek_cost(source.metadata.encoding).frames)
    return source.read(key.index * SAMPLES_FRAMES, SAMPLES_FRAMES)
