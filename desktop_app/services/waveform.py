"""The peak pyramid of the recording that is shown: from the cache on disk, or built in a job and drawn as it grows."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.audio.peak_cache import PeakKey, load_peaks, save_peaks
from desktop_app.audio.peaks import PeakPyramid, build_peaks
from desktop_app.services.jobs import Job, JobContext, JobRunner
from desktop_app.services.tiles import Opened, OpenSource, open_recording

LONG_FRAMES = 1 << 24
"""From this length on building is announced in the transport bar (6 minutes at 48 kHz)."""
KEPT_FRAMES = 1 << 22
"""From this length on a pyramid is kept on disk; shorter ones are built faster than a file is found."""


class WaveformLoader(QObject):
    """Holds the pyramid of one recording at a time. GUI thread only."""

    grew = Signal()
    """More of the pyramid can be drawn, or another pyramid is there."""
    failed = Signal(str)
    """A sentence: the recording cannot be read on."""

    def __init__(self, runner: JobRunner, open_source: Callable[[Path], OpenSource] = open_recording) -> None:
        super().__init__()
        self._runner = runner
        self._open_source = open_source
        self._job: Job | None = None
        self.pyramid: PeakPyramid | None = None

    def load(self, opened: Opened) -> None:
        """Turn to a recording."""
        self.clear()
        self.pyramid = PeakPyramid(opened.frames, opened.channels)
        title = "Reading the waveform" if opened.frames >= LONG_FRAMES else ""
        job = self._runner.start(_load, self._open_source, opened.path, self.pyramid, title=title, lane="drawing")
        job.progressed.connect(self.grew)
        job.finished.connect(self._finish)
        job.failed.connect(self.failed)
        self._job = job

    def clear(self) -> None:
        """Let go of the recording; an unfinished job stops."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self.pyramid = None

    def _finish(self, pyramid: PeakPyramid) -> None:
        self.pyramid = pyramid
        self.grew.emit()


def _load(
    context: JobContext, open_source: Callable[[Path], OpenSource], path: Path, pyramid: PeakPyramid
) -> PeakPyramid:
    """Return the kept pyramid, or `pyramid` filled from the recording and kept for the next time."""
    try:
        key = PeakKey.of(path, pyramid.frames, pyramid.channels)
    except OSError:
        key = None
    kept = load_peaks(key) if key is not None and pyramid.frames >= KEPT_FRAMES else None
    if kept is not None:
        return kept
    source = open_source(path)
    try:
        for covered in build_peaks(source, pyramid):
            context.report(covered, pyramid.frames)
            context.checkpoint()
    finally:
        source.close()
    if key is not None and pyramid.frames >= KEPT_FRAMES:
        save_peaks(key, pyramid)
    return pyramid
