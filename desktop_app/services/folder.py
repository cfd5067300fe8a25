"""What is in the open folder: listed while it is scanned, described in the background, kept up to date."""

import gc
import os
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QFileSystemWatcher, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from desktop_app.audio.sources import FoundFile
from desktop_app.services.folder_scan import Difference, compare, probe_all, scan
from desktop_app.services.jobs import Job, JobRunner
from desktop_app.services.messages import Messages
from desktop_app.services.probe_queue import ProbeQueue
from desktop_app.words import counted

MOST_WATCHED_FOLDERS = 200
"""The system's watches are scarce (8192 a user on older Linux); deeper changes are found by the periodic look."""
SETTLE_MS = 400
"""A change is looked at so long after it was seen: files come in bursts."""
LOOK_EVERY_MS = 15_000
"""Files that grow are not told by the watcher, so the folder is looked at this often."""
SETTLED_EVERY = 10_000
"""Files after which the collector is told to leave what there is alone."""
LOOK_SHARE = 0.02
"""Most of the time that looking may take: a folder that takes 3 s to list is listed every 150 s."""


class FolderListing(QObject):
    """Lists one folder at a time. GUI thread only; the work is done in jobs."""

    scan_started = Signal(object)
    """Path of the folder; rows of the one before are void."""
    rows_added = Signal(list)
    """FoundFile, in the order of the scan."""
    rows_removed = Signal(list)
    """Path of files that are gone."""
    rows_changed = Signal(list)
    """FoundFile of files with another size or time; what was known of them is void."""
    metadata_ready = Signal(list)
    """(Path, AudioMetadata or a sentence) of files that were looked into."""
    scan_finished = Signal(int)
    """The first look is over; number of recordings."""
    files_changed = Signal()
    """A later look found other files than before; every one of them has been told."""

    def __init__(self, runner: JobRunner, messages: Messages) -> None:
        super().__init__()
        self._runner = runner
        self._messages = messages
        self._folder: Path | None = None
        self._files: dict[Path, FoundFile] = {}
        self._told: set[str] = set()
        self._away = ""
        """Why the folder itself could not be looked at the last time."""
        self._subfolders: dict[str, None] = {}
        self._queue = ProbeQueue()
        self._scan_job: Job | None = None
        self._probe_job: Job | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._change_seen)
        self._settle = self._single_shot(SETTLE_MS)
        self._look_again = self._single_shot(LOOK_EVERY_MS)
        application = QCoreApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._focus_came)

    @property
    def folder(self) -> Path | None:
        """Return the folder that is listed."""
        return self._folder

    @property
    def scanning(self) -> bool:
        """Return whether the first look goes on."""
        return self._queue.urgent_only

    @property
    def paths(self) -> list[Path]:
        """Return the recordings found so far, in the order of the scan."""
        return list(self._files)

    def scan(self, folder: Path) -> None:
        """List a folder and what is below it instead of the one before."""
        self.close()
        self._folder = folder
        self._subfolders = {str(folder): None}
        self._queue.urgent_only = True
        self.scan_started.emit(folder)
        job = self._scan_job = self._runner.start(scan, folder, title="Listing the folder", newest="folder scan")
        job.items.connect(self._add)
        job.finished.connect(self._scanned)
        job.failed.connect(self._messages.error)
        job.done.connect(lambda: self._scan_done(job))

    def rescan(self) -> None:
        """Look for new, changed and deleted files; for a key, a window that gets the focus, a watcher."""
        self._settle.stop()
        if self._folder is None or self._scan_job is not None:
            return
        job = self._scan_job = self._runner.start(compare, self._folder, dict(self._files), newest="folder scan")
        job.finished.connect(self._compared)
        job.failed.connect(self._lost)
        job.done.connect(lambda: self._scan_done(job))

    def prioritise(self, paths: Iterable[Path]) -> None:
        """Describe these files (those on screen) before the others."""
        self._queue.prioritise(paths)
        self._describe()

    def close(self) -> None:
        """Stop listing, describing and watching."""
        for job in (self._scan_job, self._probe_job):
            if job is not None:
                job.cancel()
        self._scan_job = self._probe_job = None
        for sentence in self._told:
            self._messages.withdraw(sentence)
        self._queue = ProbeQueue()
        self._files, self._told, self._subfolders, self._folder = {}, set(), {}, None
        self._away = ""
        gc.unfreeze()
        self._settle.stop()
        self._look_again.stop()
        self._look_again.setInterval(LOOK_EVERY_MS)  # the next folder may be quicker to list
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)

    def _single_shot(self, interval_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(self.rescan)
        return timer

    def _add(self, found: list[FoundFile]) -> None:
        before = len(self._files)
        self._files.update((file.path, file) for file in found)
        self._queue.add(file.path for file in found)
        self._note_subfolders(found)
        self.rows_added.emit(found)
        if before // SETTLED_EVERY < len(self._files) // SETTLED_EVERY:
            settle_objects()
        self._describe()

    def _scanned(self, problems: list[str]) -> None:
        rest = len(problems) - 1
        if rest == 0:
            self._tell_once(problems[0])
        elif rest > 0:
            others = f"{counted(rest, 'other')} {'was' if rest == 1 else 'were'} left out, too."
            sentence = f"{problems[0]} {others}"
            self._messages.warning(sentence, "Copy all", lambda: _copy("\n".join(problems)))
            self._told.update([*problems, sentence])
        self._watch()

    def _scan_done(self, job: Job) -> None:
        if job is not self._scan_job:
            return
        self._scan_job = None
        self._look_again.start()
        if self._queue.urgent_only:
            self._queue.urgent_only = False
            self.scan_finished.emit(len(self._files))
        self._describe()

    def _lost(self, problem: str) -> None:
        """Say once that the folder itself cannot be looked at."""
        self._away = problem
        self._tell_once(problem)

    def _compared(self, difference: Difference) -> None:
        if self._away:
            self._messages.withdraw(self._away)
            self._told.discard(self._away)
            self._away = ""
        if difference.removed:
            for path in difference.removed:
                del self._files[path]
            self.rows_removed.emit(difference.removed)
        if difference.changed:
            self._files.update((file.path, file) for file in difference.changed)
            self._queue.add(file.path for file in difference.changed)
            self.rows_changed.emit(difference.changed)
        if difference.added:
            self._add(difference.added)
        if difference.removed or difference.changed or difference.added:
            self.files_changed.emit()
        for problem in difference.problems:
            self._tell_once(problem)
        self._describe()
        self._watch()
        self._look_again.setInterval(max(LOOK_EVERY_MS, round(1000 * difference.took_s / LOOK_SHARE)))

    def _tell_once(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            self._messages.warning(problem)

    def _describe(self) -> None:
        """Look into the files that wait, in one job at a time; while a folder is listed, into those on screen only."""
        if self._probe_job is not None or not self._queue.ready:
            return
        queue = self._queue
        job = self._probe_job = self._runner.start(probe_all, queue, title="Reading the headers")
        job.items.connect(self.metadata_ready)
        job.failed.connect(lambda text: self._probe_failed(queue, text))
        job.done.connect(lambda: self._described(job))

    def _probe_failed(self, queue: ProbeQueue, text: str) -> None:
        """A bug over one file: say so, and go on with the others."""
        self._messages.error(text)
        if queue.current is not None:
            self.metadata_ready.emit([(queue.current, text)])

    def _described(self, job: Job) -> None:
        if job is self._probe_job:
            self._probe_job = None
            self._describe()
            if len(self._files) > SETTLED_EVERY:
                settle_objects()

    def _watch(self) -> None:
        """Watch the folder and the ones with recordings, as many as may be."""
        watched = set(self._watcher.directories())
        if new := [folder for folder in self._subfolders if folder not in watched]:
            self._watcher.addPaths(new)

    def _note_subfolders(self, found: list[FoundFile]) -> None:
        """Remember the first folders with recordings; by string, since `Path.parent` of 100,000 takes 0.3 s."""
        for file in found:
            if len(self._subfolders) >= MOST_WATCHED_FOLDERS:
                return
            self._subfolders.setdefault(str(file.path).rpartition(os.sep)[0])

    def _focus_came(self, state: Qt.ApplicationState) -> None:
        """The person comes back from another program, which may have written files."""
        if state == Qt.ApplicationState.ApplicationActive and self._folder is not None:
            self._change_seen()

    def _change_seen(self) -> None:
        """Look soon; while changes keep coming in a folder that is slow to list, not all the time."""
        if not self._settle.isActive():
            slow_ms = self._look_again.interval() - LOOK_EVERY_MS
            self._settle.start(max(SETTLE_MS, round(slow_ms * LOOK_SHARE)))


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def settle_objects() -> None:
    """Take everything that lives now out of Python's collector: the rows of a folder live as long as it is open.

    With 100,000 files each full collection held the window for 0.15-0.45 s, and they come at any moment.
    """
    gc.collect(1)
    gc.freeze()
