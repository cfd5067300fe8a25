"""Looking back at what a microphone heard: a stretch of the ring as a recording to be seen, played and cut."""

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.audio.capture import Capture
from desktop_app.audio.clips import ClipRequest, ExportSettings, export_clip
from desktop_app.audio.names import legal_name
from desktop_app.audio.ring import RingBuffer
from desktop_app.audio.writer import save_audio
from desktop_app.errors import UserError
from desktop_app.services.jobs import Job, JobContext, JobRunner
from desktop_app.services.messages import Messages
from desktop_app.services.playback import Playback

SPARE = 0.02
"""Part of the ring that is left out at its old end: it would be overwritten while it is read."""


@dataclass(frozen=True)
class Glance:
    """A stretch of what was heard, as a recording."""

    path: Path
    """The file; it is gone after `LookingBack.close`, or with the next glance."""
    start: int
    """Number of its first frame in the stream."""
    sample_rate_hz: int
    """Frames per second."""

    def second_of(self, frame: int) -> float:
        """Return where a frame of the stream lies in the recording."""
        return (frame - self.start) / self.sample_rate_hz


class LookingBack(QObject):
    """Takes glances at a capture, plays and cuts. GUI thread only; `close` before the job runner closes."""

    taken = Signal(object)
    """Glance at everything that is held, some time after `take`."""
    cut_finished = Signal(object, str)
    """Path of a clip that was cut out, and its label."""

    def __init__(self, runner: JobRunner, messages: Messages, playback: Playback) -> None:
        super().__init__()
        self._runner, self._messages, self._playback = runner, messages, playback
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._number = 0

    def take(self, capture: Capture) -> Job:
        """Write everything that the capture holds into a file; `taken` follows, or a message."""
        job = self._start(capture, (_oldest_frame(capture.ring), capture.ring.written), "glance")
        job.finished.connect(self.taken)
        return job

    def play(self, capture: Capture, onset_s: float, offset_s: float, clip: Path | None = None) -> None:
        """Play a stretch of the stream as far as it is still held, else the clip that was kept of it.

        Where there is neither, a message says so.
        """
        if clip is not None and not is_held(capture, onset_s):
            self._playback.play(clip)
            return
        rate_hz = capture.sample_rate_hz
        job = self._start(capture, (max(round(onset_s * rate_hz), 0), round(offset_s * rate_hz)), "event")
        job.finished.connect(lambda glance: self._playback.play(glance.path))

    def cut(self, request: ClipRequest, at_s: float, folder: Path) -> Job:
        """Write a part of a glance as a clip that began `at_s` (since 1970); `cut_finished` follows, or a message.

        It goes into a folder named after its label inside `folder`, as training takes them.
        """
        name = f"{datetime.fromtimestamp(at_s):%Y-%m-%d_%H-%M-%S}"
        target = folder / legal_name(request.label) if request.label else folder
        job = self._runner.start(_cut, request, target, name, title="Cutting a clip out")
        job.finished.connect(lambda path: self.cut_finished.emit(path, request.label))
        job.failed.connect(self._messages.error)
        return job

    def close(self) -> None:
        """Delete the glances."""
        if self._folder is not None:
            self._folder.cleanup()

    def _start(self, capture: Capture, stretch: tuple[int, int], kind: str) -> Job:
        """Write a stretch into a file that takes the place of the one before of its kind."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="earmark-live-", ignore_cleanup_errors=True)
        self._number += 1
        path = Path(self._folder.name) / f"{kind}-{self._number}.wav"
        job = self._runner.start(_write, capture, stretch, path, newest=f"live {kind}")
        job.failed.connect(self._messages.error)
        return job


def is_held(capture: Capture, onset_s: float) -> bool:
    """Return whether the sound from a second of the stream on can still be looked back at."""
    return round(onset_s * capture.sample_rate_hz) >= _oldest_frame(capture.ring)


def no_longer_held(capture: Capture) -> str:
    """Return what the person is told of sound that is too old."""
    held_s = round(capture.ring.capacity / capture.sample_rate_hz)
    span = f"{held_s / 60:.0f} minutes" if held_s >= 120 else f"{held_s} seconds"
    return f"This sound is no longer held: the last {span} are. Keep clips of events to hear them later."


def _oldest_frame(ring: RingBuffer) -> int:
    return ring.oldest + (round(SPARE * ring.capacity) if ring.oldest else 0)


def _write(context: JobContext, capture: Capture, stretch: tuple[int, int], path: Path) -> Glance:
    start, stop = stretch
    piece = capture.ring.read(start, stop - start)
    if not len(piece.frames):
        raise UserError(no_longer_held(capture))
    context.checkpoint()  # a look back that was asked for later must not lose its file to this one
    kind, _, _ = path.name.partition("-")
    for old in path.parent.glob(f"{kind}-*"):
        with suppress(OSError):  # Windows keeps files that are still read; the folder goes at the end
            old.unlink()
    save_audio(path, piece.frames, capture.sample_rate_hz, encoding="PCM_F", bits_per_sample=32)
    return Glance(path, piece.start, capture.sample_rate_hz)


def _cut(_context: JobContext, request: ClipRequest, folder: Path, name: str) -> Path:
    report = export_clip(request, folder, ExportSettings(pattern=name))
    assert report.path is not None  # a file was asked for
    return report.path
