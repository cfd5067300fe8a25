"""Keep the sound of events as clips in a folder, each labelled as a prediction that nobody has reviewed yet."""

import csv
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.audio.atomic import explain_write_error
from desktop_app.audio.capture import Capture
from desktop_app.audio.names import free_path, legal_name
from desktop_app.audio.ring import Piece
from desktop_app.audio.writer import save_audio
from desktop_app.classifier.streaming import Event
from desktop_app.errors import UserError

MANIFEST = "predictions.csv"
COLUMNS = ("clip", "onset_s", "offset_s", "label", "score", "model", "status", "recorded_at")
UNREVIEWED = "unreviewed"
FAULT = "The clip of an event could not be saved by a fault of Earmark: please report it; the log has more."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Waiting:
    """An event whose sound is still to come."""

    event: Event
    path: Path
    start: int
    stop: int


class EventClips:
    """Saves events with some sound around them. `keep`, `turn` and `close` on one thread; the disk has its own."""

    def __init__(self, folder: Path, capture: Capture, context_s: float = 1.0) -> None:
        """Save into a folder, which is made; UserError where that is impossible."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_write_error(error, folder) from error
        self._folder = folder
        self._capture = capture
        self._context_s = context_s
        self._waiting: list[_Waiting] = []
        self._saving: list[Future[None]] = []
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="event-clips")

    def keep(self, event: Event) -> Path:
        """Save an event as soon as the sound after it has come; return where it will be."""
        rate_hz = self._capture.sample_rate_hz
        start = max(round((event.onset_s - self._context_s) * rate_hz), 0)
        stop = round((event.offset_s + self._context_s) * rate_hz)
        path = free_path(self._folder / f"{legal_name(f'{self._name_of(event)}_{event.label}')}.flac")
        self._waiting.append(_Waiting(event, path, start, stop))
        return path

    def _name_of(self, event: Event) -> str:
        """Return when it was heard: local time of day, or the place in a file."""
        if not self._capture.live:
            return f"{Path(self._capture.state.device).stem}_{max(event.onset_s, 0.0):.2f}"
        at = self._time_of(round(event.onset_s * self._capture.sample_rate_hz))
        return f"{at:%Y-%m-%d_%H-%M-%S}.{at.microsecond // 1000:03}"

    def _time_of(self, frame: int) -> datetime:
        return datetime.fromtimestamp(self._capture.clock_s(frame)).astimezone()

    def turn(self) -> list[UserError]:
        """Begin to save what is complete, and return why clips could not be saved."""
        written = self._capture.ring.written if self._capture.opened else 0
        self._begin_saving([each for each in self._waiting if each.stop <= written])
        done = [future for future in self._saving if future.done()]
        self._saving = [future for future in self._saving if not future.done()]
        return [_told(problem) for future in done if (problem := future.exception()) is not None]

    def close(self) -> list[UserError]:
        """Save what there is of the events that still wait, and return why clips could not be saved."""
        self._begin_saving(list(self._waiting))
        self._disk.shutdown(wait=True)
        return self.turn()

    def _begin_saving(self, complete: list[_Waiting]) -> None:
        for each in complete:
            self._waiting.remove(each)
            piece = self._capture.ring.read(each.start, each.stop - each.start)
            if len(piece.frames):
                self._saving.append(self._disk.submit(self._save, each, piece))

    def _save(self, kept: _Waiting, piece: Piece) -> None:
        rate_hz, event = self._capture.sample_rate_hz, kept.event
        save_audio(kept.path, piece.frames, rate_hz)
        before_s = piece.start / rate_hz
        recorded_at = self._time_of(piece.start).isoformat() if self._capture.live else ""
        onset_s, offset_s = max(event.onset_s - before_s, 0.0), min(event.offset_s, piece.stop / rate_hz) - before_s
        times = (f"{onset_s:.3f}", f"{offset_s:.3f}")
        row = (kept.path.name, *times, event.label, f"{event.score:.4f}", event.source, UNREVIEWED, recorded_at)
        try:
            self._append(row)
        except OSError as error:
            raise explain_write_error(error, self._folder / MANIFEST) from error

    def _append(self, row: tuple[str, ...]) -> None:
        """Add a row to the list of predictions, which is begun with the names of its columns."""
        with (self._folder / MANIFEST).open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if not file.tell():
                writer.writerow(COLUMNS)
            writer.writerow(row)


def _told(problem: BaseException) -> UserError:
    """Return what the person is told; a fault of ours is logged."""
    if isinstance(problem, UserError):
        return problem
    _log.error("a clip was not saved", exc_info=problem)
    return UserError(FAULT)
