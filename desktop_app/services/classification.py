"""A model's verdict on many recordings, in one job that can be paused and cancelled."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.records import FileVerdict
from desktop_app.audio.metadata import probe
from desktop_app.errors import UserError
from desktop_app.services.jobs import Job, JobContext, JobRunner
from desktop_app.services.rates import RateMeter

PAUSE_NOTICED_S = 0.05
"""A checkpoint that took longer was a pause, and does not count as slow work."""


@dataclass(frozen=True)
class Summary:
    """What a finished run came to."""

    judged: int
    """Files with a verdict."""
    failed: int
    """Files that could not be read."""
    clips: int
    """Windows that the network judged."""
    took_s: float

    @property
    def words(self) -> str:
        """Return the summary as a sentence."""
        speed = f" ({self.clips / self.took_s:,.0f} clips a second)" if self.took_s > 1 and self.clips else ""
        failed = f"; {self.failed:,} could not be read" if self.failed else ""
        files = "1 file was" if self.judged == 1 else f"{self.judged:,} files were"
        return f"{files} judged in {self.took_s:.1f} s{speed}{failed}."


class FolderClassification(QObject):
    """Classifies one list of files at a time. GUI thread only; torch is imported in the job, not before."""

    verdicts = Signal(list)
    """FileVerdict, as they come, at most 20 times a second."""
    progressed = Signal(object)
    """Progress in files."""
    running_changed = Signal(bool)
    finished = Signal(object)
    """Summary."""
    failed = Signal(str)
    """The model cannot be used; a sentence."""
    cancelled = Signal()

    def __init__(self, runner: JobRunner, classify: "Classify | None" = None) -> None:
        super().__init__()
        self._runner = runner
        self._classify = classify or classify_with_model
        self._job: Job | None = None
        self._by_path: dict[Path, FileVerdict] = {}
        self._fresh: dict[Path, FileVerdict] = {}

    @property
    def running(self) -> bool:
        """Return whether files are being judged, or a pause holds that."""
        return self._job is not None

    def verdict(self, path: Path) -> FileVerdict | None:
        """Return the newest verdict on a file, with every window's prediction."""
        return self._by_path.get(path)

    def take_fresh(self) -> list[FileVerdict]:
        """Return the verdicts that have come since the last call, of runs that were cancelled too."""
        fresh, self._fresh = self._fresh, {}
        return list(fresh.values())

    def start(self, paths: Sequence[Path], model_path: Path) -> None:
        """Judge files from first to last; a run that goes on is cancelled, its verdicts stand."""
        if not paths:
            return
        self.cancel()
        job = self._runner.start(_run, self._classify, tuple(paths), model_path, title="Classifying")
        self._job = job
        job.items.connect(self._keep)
        job.progressed.connect(self.progressed)
        job.finished.connect(self.finished)
        job.failed.connect(self.failed)
        job.cancelled.connect(self.cancelled)
        job.done.connect(lambda: self._ended(job))
        self.running_changed.emit(True)

    def pause(self) -> None:
        """Hold the run."""
        if self._job is not None:
            self._job.pause()

    def resume(self) -> None:
        """Let a held run go on."""
        if self._job is not None:
            self._job.resume()

    def cancel(self) -> None:
        """Stop the run; what was judged stays."""
        if self._job is not None:
            self._job.cancel()

    def clear(self) -> None:
        """Stop the run and forget all verdicts."""
        self.cancel()
        self._by_path, self._fresh = {}, {}

    def _keep(self, verdicts: list[FileVerdict]) -> None:
        for verdict in verdicts:
            self._by_path[verdict.path] = self._fresh[verdict.path] = verdict
        self.verdicts.emit(verdicts)

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.running_changed.emit(False)


Listened = Callable[[Path, float], None]
"""Takes a long recording and the second up to which it has been judged."""
Classify = Callable[[Sequence[Path], Path, Callable[[], None], Listened], Generator[FileVerdict]]
"""Yields a verdict for each path by the model in a file, and calls the functions often."""


def classify_with_model(
    paths: Sequence[Path], model_path: Path, checkpoint: Callable[[], None], listened: Listened
) -> Generator[FileVerdict]:
    """Yield verdicts by a shipped or trained model; may import torch, so run it on a worker thread."""
    from desktop_app.classifier.inference import Classifier, classify_files

    yield from classify_files(Classifier.load(model_path), paths, checkpoint=checkpoint, listened=listened)


class _WorkClock:
    """Seconds of work: pauses are left out."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._paused_s = 0.0

    def now_s(self) -> float:
        return time.monotonic() - self._paused_s

    def checkpoint(self) -> None:
        before_s = time.monotonic()
        self._context.checkpoint()
        waited_s = time.monotonic() - before_s
        self._paused_s += waited_s if waited_s > PAUSE_NOTICED_S else 0.0


class _Account:
    """What a run has done so far, told as it goes: files, windows a second, how far into a long recording."""

    def __init__(self, context: JobContext, files: int) -> None:
        self._context = context
        self._files = files
        self._clock = _WorkClock(context)
        self._meter = RateMeter()
        self._started_s = self._clock.now_s()
        self._durations_s: dict[Path, float | None] = {}
        self.checkpoint = self._clock.checkpoint
        self.judged = self.failed = self.clips = 0
        self._meter.rate(0, self._started_s)

    @property
    def summary(self) -> Summary:
        """Return what the run came to."""
        return Summary(self.judged, self.failed, self.clips, self._clock.now_s() - self._started_s)

    def listened(self, path: Path, at_s: float) -> None:
        """Tell how far a long recording has been judged."""
        if path not in self._durations_s:
            self._durations_s = {path: _duration_s(path)}
        duration_s = self._durations_s[path]
        done = self.judged + self.failed
        part = min(at_s / duration_s, 1.0) if duration_s else 0.0
        place = f"{part:.0%} of {path.name}" if duration_s else f"{at_s:,.0f} s of {path.name}"
        self._context.report(done + part, self._files, f"{done + 1:,} of {self._files:,} files, {place}")

    def add(self, verdict: FileVerdict) -> None:
        """Emit a verdict and tell how many there are."""
        self._context.emit(verdict)
        self.failed += verdict.error is not None
        self.judged += verdict.error is None
        self.clips += len(verdict.predictions)
        speed = self._meter.rate(self.clips, self._clock.now_s())
        done = self.judged + self.failed
        self._context.report(done, self._files, f"{done:,} of {self._files:,} files, {speed:,.0f} clips/s")


def _run(context: JobContext, classify: Classify, paths: tuple[Path, ...], model_path: Path) -> Summary:
    """Emit a verdict for each path and report how far it is."""
    context.report(0, len(paths), "loading the model")
    account = _Account(context, len(paths))
    with closing(classify(paths, model_path, account.checkpoint, account.listened)) as verdicts:
        for verdict in verdicts:
            account.checkpoint()
            account.add(verdict)
    return account.summary


def _duration_s(path: Path) -> float | None:
    try:
        return probe(path).duration_s
    except UserError:
        return None
