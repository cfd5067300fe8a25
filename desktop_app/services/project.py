"""The labels of the open folder: opened in a job, changed through the history, told to everybody who shows them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.backups import backup_date, backups_of
from desktop_app.annotation.database import DamagedError
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.fingerprints import known_or_identified, relative_path
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.places import place_of
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.records import FileVerdict
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.annotation.store import AnnotationStore
from desktop_app.errors import UserError
from desktop_app.services.history import History
from desktop_app.services.jobs import Job, JobRunner, Lane
from desktop_app.services.messages import Messages
from desktop_app.services.project_jobs import Opening, back_up_today, drafts_from, go_back_to
from desktop_app.services.session import Session
from desktop_app.services.settings import Settings

T = TypeVar("T")

LOOK_EVERY_MS = 2_000
"""How often a window that only reads looks for what the other one wrote."""
TAKEN_OVER = "The other window has let the labels of this folder go: they can be changed here now."
NOT_OPEN = (
    "The labels of this folder are not open, so what the model said stands in the list alone: classify once more when "
    "they are."
)
BACK_UP_EVERY_MS = 3_600_000
"""How often it is asked whether today has its backup."""


class Project(QObject):
    """The labels of the session's folder. GUI thread only; reading the disk is done in jobs."""

    opened = Signal()
    """There are labels, or others than before: ask again for everything."""
    closed = Signal()
    """There are none to ask for."""
    annotations_changed = Signal(frozenset)
    """Ids of recordings whose annotations are others; empty: of any."""
    scheme_changed = Signal(object)
    """LabelScheme."""

    def __init__(self, runner: JobRunner, session: Session, settings: Settings, messages: Messages) -> None:
        super().__init__()
        self._runner = runner
        self._session = session
        self._settings = settings
        self._messages = messages
        self.history = History(runner)
        self.store: AnnotationStore | None = None
        """None while no folder is open, or its labels are being opened or cannot be."""
        self.scheme = LabelScheme()
        self._opening: Opening | None = None
        self._jobs: set[Job] = set()
        self._look = self._every(LOOK_EVERY_MS, self._look_elsewhere)
        self._backup = self._every(BACK_UP_EVERY_MS, self.back_up)
        self.history.changed.connect(self._changed)
        self.history.failed.connect(self.tell)
        self.history.went_back.connect(messages.info)
        session.folder_changed.connect(self.open)

    @property
    def hand(self) -> Hand:
        """Return what makes edits in the name of the reviewer."""
        return Hand(self._settings.values.reviewer)

    @property
    def where(self) -> str:
        """Return a sentence or two on where the labels are and whether they can be changed; empty without any."""
        return "" if self.store is None else f"{self.store.place.words} {self.store.read_only}".strip()

    @property
    def read_only(self) -> str:
        """Return why labels cannot be changed, as a sentence; empty where they can."""
        return "" if self.store is None else self.store.read_only

    def open(self, folder: Path | None) -> None:
        """Open the labels of a folder in place of those before; None: of none."""
        self.close()
        if folder is not None:
            opening = self._opening = Opening(folder)
            job = self._runner.start(opening.run)
            job.failed.connect(self._messages.error)
            job.done.connect(lambda: self._arrived(opening))

    def reopen(self) -> None:
        """Open the same labels again, such as after the other window was closed."""
        self.open(self._session.folder)

    def close(self) -> None:
        """Let the labels go; waits for an edit that is being written."""
        if self._opening is not None:
            self._opening.abandon()
            self._opening = None
        for job in tuple(self._jobs):
            job.cancel()
        self._look.stop()
        self._backup.stop()
        self.history.set_store(None)
        if self.store is not None:
            self.store.close()
            self.store = None
            self.scheme = LabelScheme()
            self.closed.emit()

    def do(self, edit: Edit) -> bool:
        """Carry out an edit, with a class for every label that is new; return whether that went well so far."""
        return self.history.do(edit.naming(self.scheme))

    def recording(self, path: Path) -> Recording | None:
        """Return the recording of a file that has, or had, annotations; None for others."""
        store = self.store
        if store is None:
            return None
        return self._asked(lambda: store.recording_at(relative_path(store.place.project, path)), None)

    def annotations_of(self, path: Path, start_s: float = 0.0, stop_s: float = float("inf")) -> list[Annotation]:
        """Return the annotations of a file that touch a stretch of it, those on all of it first."""
        store, recording = self.store, self.recording(path)
        if store is None or recording is None:
            return []
        return self._asked(lambda: store.annotations_of(recording.id, start_s, stop_s), [])

    def draw(self, path: Path, annotation: Annotation) -> bool:
        """Add an annotation to a file, whatever its `recording_id`; it keeps its id, to be found by.

        Returns whether it was added; where not, it has been told why.
        """
        store = self.store
        if store is None:
            return False
        recording = self._asked(lambda: known_or_identified(store, store.place.project, path), None)
        if recording is None:
            return False
        return self.do(self.hand.draw(replace(annotation, recording_id=recording.id), recording))

    def take(self, verdicts: Sequence[FileVerdict]) -> None:
        """Put a model's verdicts down as drafts, in one step that can be undone; the files are read in a job."""
        if not verdicts:
            return
        if self.store is None:
            self._messages.warning(NOT_OPEN)
        elif self.read_only:
            self._tell_read_only()
        else:
            self.in_background(drafts_from, tuple(verdicts), then=self.do, title="Taking predictions")

    def in_background(
        self,
        function: Callable[..., object],
        *arguments: object,
        then: Callable[..., object] | None = None,
        title: str = "",
        newest: str = "",
        lane: Lane = "background",
    ) -> Job | None:
        """Run `function(context, store, *arguments)` in a job and hand what it returns to `then`.

        The job ends with the labels: nothing of it arrives once they are closed. A failure is told. None where no
        labels are open. Inside, look into the labels through `store.reader()`, and write nothing.
        """
        if self.store is None:
            return None
        job = self._runner.start(function, self.store, *arguments, title=title, newest=newest, lane=lane)
        self._jobs.add(job)
        job.done.connect(lambda: self._jobs.discard(job))
        job.failed.connect(self._messages.error)
        if then is not None:
            job.finished.connect(then)
        return job

    def back_up(self) -> None:
        """Make today's backup where there is none, in a job."""
        self.in_background(back_up_today)

    def tell(self, problem: UserError) -> None:
        """Say what went wrong; where the file is damaged, offer the newest backup."""
        folder = self._session.folder
        if self.read_only and str(problem) == self.read_only:
            self._tell_read_only()
            return
        if not isinstance(problem, DamagedError) or folder is None:
            self._messages.error(str(problem))
            return
        backup = next(iter(backups_of(place_of(folder))), None)
        if backup is None:
            offer, words = "begin anew", "Begin anew"
        else:
            day = backup_date(backup)
            offer, words = f"go back to the backup of {day.day} {day:%B %Y}", "Go back"
        sentence = f"The file with the labels of this folder is damaged: {offer}; the damaged one is kept."
        self._messages.error(sentence, words, lambda: self._go_back(folder, backup))

    def _go_back(self, folder: Path, backup: Path | None) -> None:
        """Put a backup, or nothing, in the damaged file's place, and open that."""
        if folder != self._session.folder:
            return
        self.close()
        job = self._runner.start(go_back_to, folder, backup, title="Going back to a backup")
        job.finished.connect(self._messages.info)
        job.failed.connect(self._messages.error)
        job.done.connect(self.reopen)

    def _arrived(self, opening: Opening) -> None:
        """Take over what a job has opened."""
        if opening is not self._opening:
            return
        self._opening = None
        if opening.problem is not None:
            self.tell(opening.problem)
        self.store = opening.take()
        if self.store is None:
            return
        self.scheme = opening.scheme
        self.history.set_store(self.store)
        if self.store.read_only:
            self._tell_read_only()
        elif self.store.place.why_elsewhere:
            self._messages.info(self.store.place.words)
        self.opened.emit()
        self.scheme_changed.emit(self.scheme)
        self._backup.start()
        self.back_up()

    def _changed(self, edit: Edit) -> None:
        """Tell everybody what an edit has changed."""
        if edit.scheme is not None:
            self.scheme = edit.scheme[1]
            self.scheme_changed.emit(self.scheme)
        if edit.renamed is not None:
            self.annotations_changed.emit(frozenset())
        elif touched := edit.recording_ids | {before.id for before, _ in edit.moved}:
            self.annotations_changed.emit(touched)

    def _tell_read_only(self) -> None:
        """Say why nothing can be changed, and watch the other window from now on."""
        self._messages.warning(self.read_only, "Try again", self.reopen)
        self._look.start()

    def _look_elsewhere(self) -> None:
        """Show what another window has written; write here once it has let go."""
        store, why = self.store, self.read_only
        if store is None:
            return
        taken_over = self._asked(store.take_over, False)
        if taken_over or self._asked(store.changed_elsewhere, False):
            self.scheme = self._asked(store.scheme, self.scheme)
            self.scheme_changed.emit(self.scheme)
            self.annotations_changed.emit(frozenset())
        if taken_over:
            self._look.stop()
            self._messages.withdraw(why)
            self._messages.info(TAKEN_OVER)
            self.opened.emit()

    def _asked(self, question: Callable[[], T], otherwise: T) -> T:
        """Return the answer to a question, or tell why there is none."""
        try:
            return question()
        except UserError as problem:
            self.tell(problem)
            return otherwise

    def _every(self, interval_ms: int, do: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(do)
        return timer
