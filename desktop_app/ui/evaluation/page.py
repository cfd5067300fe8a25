"""The page that says how good a model is."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.classifier.card import ModelEntry
from desktop_app.classifier.measuring.trial import TrialConfig
from desktop_app.classifier.reports.report import Report
from desktop_app.services.evaluating import Evaluating
from desktop_app.services.jobs import Job
from desktop_app.services.messages import Messages
from desktop_app.services.models import ModelShelf
from desktop_app.ui.evaluation.form import EvaluationForm
from desktop_app.ui.evaluation.result import EvaluationResult
from desktop_app.ui.file_manager import show_in_file_manager
from desktop_app.ui.job_row import JobRow
from desktop_app.ui.teaching import Teaching
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import in_tip, on_button

TITLE = "How good is a model?"
TEACHES = (
    "Choose clips whose class is known: a folder whose recordings you labelled, one with a folder for each class, or "
    "a list (CSV, JSON). The model judges them all, and you see what it takes for what, whom it fails, and hear the "
    "clips it got wrong."
)


class EvaluationPage(QWidget):
    """Judges labelled clips by a model, and shows what came of it."""

    play_wanted = Signal(object, float, float)
    """Path, onset and offset in seconds; the offset may be infinite: to the end."""
    recording_wanted = Signal(object)
    """Path of a clip to open in the timeline."""

    def __init__(
        self,
        evaluating: Evaluating,
        shelf: ModelShelf,
        messages: Messages,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._evaluating = evaluating
        self._messages = messages
        self._offered: Path | None = None
        self.form = EvaluationForm(shelf)
        self.progress = JobRow()
        self.result = EvaluationResult(theme)
        self._teaching = Teaching(TITLE, TEACHES)
        self._offer = self._teaching.add_button("Evaluate on the open folder", self._take_offer)
        self._teaching.add_button("Choose a folder…", self.form.choose_folder)
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.offer_folder(None)
        self.setAcceptDrops(True)

    @property
    def report(self) -> Report | None:
        """Return what is shown."""
        return self.result.report

    @property
    def job(self) -> Job | None:
        """Return the evaluation that runs."""
        return self.progress.job

    def offer_folder(self, folder: Path | None) -> None:
        """Offer a folder, the open one, to be judged; it is not taken before the person wants it."""
        self._offered = folder
        self._offer.setVisible(folder is not None)
        if folder is not None:
            self._offer.setText(f"Evaluate on “{on_button(folder.name)}”")
            self._offer.setToolTip(in_tip(str(folder)))
            if not self.form.data.text():
                self.form.choose_data(folder)

    def evaluate(self, entry: ModelEntry, config: TrialConfig) -> None:
        """Judge clips; what is shown stays until there is something new."""
        job = self._evaluating.evaluate(entry, config)
        job.finished.connect(self.show_report)
        job.done.connect(lambda: self.form.set_running(False))
        self.progress.follow(job)
        self.form.set_running(True)

    def show_report(self, report: Report) -> None:
        """Show a report."""
        self.result.show_report(report)
        self._pages.setCurrentWidget(self.result)

    def save(self, folder: Path) -> Job:
        """Save the report that is shown in a folder of its own inside `folder`."""
        assert self.report is not None
        job = self._evaluating.save(self.report, folder)
        job.finished.connect(self._saved)
        job.failed.connect(self._messages.error)
        return job

    def _saved(self, page: Path) -> None:
        self._messages.info(f"The report is saved: {page}", "Show", lambda: show_in_file_manager(page))

    def _take_offer(self) -> None:
        if self._offered is not None:
            self.form.choose_data(self._offered)
            self.form.submit()

    def _lay_out(self) -> None:
        self._pages.addWidget(self._teaching)
        self._pages.addWidget(self.result)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(8)
        column.addWidget(self.form)
        column.addWidget(self.progress)
        column.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.form.wanted.connect(self.evaluate)
        self.result.save_wanted.connect(self.save)
        self.result.clips.play_wanted.connect(self.play_wanted)
        self.result.clips.recording_wanted.connect(self.recording_wanted)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one folder or list of this machine."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Choose what was dropped."""
        event.accept()
        self.form.choose_data(Path(event.mimeData().urls()[0].toLocalFile()))
