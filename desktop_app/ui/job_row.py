"""One job where it was started: what it does, how far it is, a way to cancel; then what went wrong, if anything did."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QWidget

from desktop_app.services.jobs import Job, Progress
from desktop_app.ui.job_strip import progress_words
from desktop_app.ui.widgets import role_label, set_role

STEPS = 1000
BAR_WIDTH = 240


class JobRow(QWidget):
    """Follows one job; hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        """What runs."""
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(BAR_WIDTH)
        self._bar.setAccessibleName("Progress")
        self._words = role_label(wrap=True)
        self._cancel = QPushButton("Cancel")
        self._cancel.clicked.connect(self.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._bar, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self._cancel)
        self.hide()

    @property
    def words(self) -> str:
        """Return what is said."""
        return self._words.text()

    def follow(self, job: Job) -> None:
        """Show how far a job is, until it ends."""
        self.job = job
        job.progressed.connect(self._show_progress)
        job.failed.connect(self._show_failure)
        job.finished.connect(lambda _: self.hide())
        job.cancelled.connect(lambda: self._say("Cancelled."))
        job.done.connect(self._ended)
        set_role(self._words, "secondary")
        self._words.setText(f"{job.title}…")
        self._bar.setRange(0, 0)
        self._bar.show()
        self._cancel.show()
        self.show()

    def cancel(self) -> None:
        """Cancel what runs."""
        if self.job is not None:
            self.job.cancel()

    def _show_progress(self, progress: Progress) -> None:
        words = progress_words(progress)
        self._words.setText(f"{self.job.title}: {words}" if self.job is not None else words)
        known = progress.fraction is not None
        self._bar.setRange(0, STEPS if known else 0)
        self._bar.setValue(round(STEPS * (progress.fraction or 0)))

    def _show_failure(self, sentence: str) -> None:
        set_role(self._words, "error")
        self._say(sentence)

    def _say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self._bar.hide()
        self._cancel.hide()

    def _ended(self) -> None:
        self.job = None


class JobDialog(QDialog):
    """A dialog whose jobs end with it: one that is gone could not tell how they ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = JobRow()

    def reject(self) -> None:
        """Cancel what runs; else close."""
        if self.progress.job is not None:
            self.progress.cancel()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Cancel what runs."""
        self.progress.cancel()
        super().closeEvent(event)
