"""Undo and redo without end: every edit is applied to the store first and remembered only if that went well.

Two lists rather than QUndoStack: it keeps a command whose first `redo()` raised, moves on when a later `undo()` raises,
and cannot wait for a large edit that is written in a job. Its commands would have to do nothing at all.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.edits import Edit
from desktop_app.annotation.store import AnnotationStore
from desktop_app.errors import UserError
from desktop_app.services.jobs import JobContext, JobRunner

LARGE = 1_000
"""Annotations written at once above which an edit goes to a job: they take some 60 ms among a million."""
BUSY = "The last change is still being saved: wait a moment and do it again."
CLOSED = "There are no labels to change: open a folder first."


class History(QObject):
    """The one way to change annotations in the window. GUI thread only."""

    changed = Signal(object)
    """The Edit that was carried out, an inverse for an undo; it is on the disk."""
    state_changed = Signal()
    """What can be undone or redone, or whether an edit is under way, is another."""
    went_back = Signal(str)
    """What was undone or done again, as a sentence: it may have happened out of sight."""
    failed = Signal(object)
    """UserError: the edit, or the undo, was not done."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._store: AnnotationStore | None = None
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._under_way: _LargeEdit | None = None

    def set_store(self, store: AnnotationStore | None) -> None:
        """Change another folder's labels from now on, or none; what was done cannot be undone any more."""
        self._store, self._under_way = store, None
        self._done, self._undone = [], []
        self.state_changed.emit()

    @property
    def busy(self) -> bool:
        """Return whether a large edit is being written; others are refused until it is done."""
        return self._under_way is not None

    @property
    def undo_text(self) -> str:
        """Return what undo would take back, empty for nothing: “Accept 3 annotations”."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """Return what redo would do again, empty for nothing."""
        return self._undone[-1].text if self._undone else ""

    def do(self, edit: Edit) -> bool:
        """Carry out an edit; `changed` or `failed` follows, at once but for large ones. An empty one is nothing.

        Returns whether it was done or is on its way.
        """

        def remember() -> None:
            self._done.append(edit)
            self._undone.clear()

        return edit.is_empty or self._carry_out(edit, remember)

    def undo(self) -> None:
        """Take the last edit back."""
        if self._done:
            edit = self._done[-1]

            def remember() -> None:
                self._undone.append(self._done.pop())
                self.went_back.emit(f"Undone: {edit.text}.")

            self._carry_out(edit.inverse(), remember)

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._undone:
            edit = self._undone[-1]

            def remember() -> None:
                self._done.append(self._undone.pop())
                self.went_back.emit(f"Done again: {edit.text}.")

            self._carry_out(edit, remember)

    def _carry_out(self, edit: Edit, remember: Callable[[], object]) -> bool:
        try:
            if self._store is None or self.busy:
                raise UserError(CLOSED if self._store is None else BUSY)
            if edit.size > LARGE:
                self._carry_out_in_job(self._store, edit, remember)
                return True
            self._store.apply(edit)
        except UserError as problem:
            self.failed.emit(problem)
            return False
        self._tell(edit, remember)
        return True

    def _carry_out_in_job(self, store: AnnotationStore, edit: Edit, remember: Callable[[], object]) -> None:
        """Write a large edit off the GUI thread; the edit itself tells its outcome, as a cancelled job tells none."""
        large = self._under_way = _LargeEdit(store, edit)

        def done() -> None:
            if self._under_way is not large:
                return
            self._under_way = None
            if large.applied:
                self._tell(edit, remember)
            else:
                self.state_changed.emit()
            if large.problem is not None:
                self.failed.emit(large.problem)

        job = self._runner.start(large.apply, title=edit.text)
        job.failed.connect(large.note)
        job.done.connect(done)
        self.state_changed.emit()

    def _tell(self, edit: Edit, remember: Callable[[], object]) -> None:
        remember()
        self.changed.emit(edit)
        self.state_changed.emit()


class _LargeEdit:
    """An edit on its way to the disk."""

    def __init__(self, store: AnnotationStore, edit: Edit) -> None:
        self._store = store
        self._edit = edit
        self.applied = False
        self.problem: UserError | None = None

    def apply(self, _: JobContext) -> None:
        """Write it, on a worker thread."""
        try:
            self._store.apply(self._edit)
            self.applied = True
        except UserError as problem:
            self.problem = problem

    def note(self, sentence: str) -> None:
        """Keep what the job said of a bug."""
        self.problem = UserError(sentence)
