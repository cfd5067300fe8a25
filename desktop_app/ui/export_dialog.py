"""The export dialog: what, how, under which names, where to; then how far it is, and what came of it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.audio.clips import ClipRequest
from desktop_app.audio.sources import shown_name, typed_path
from desktop_app.services.exporting import Exporting, ExportResult
from desktop_app.services.jobs import Job, Progress
from desktop_app.services.settings import Settings
from desktop_app.ui.export_form import PREVIEWED_NAMES, ExportForm, with_ends
from desktop_app.ui.export_offer import ExportOffer
from desktop_app.ui.file_manager import show_folder
from desktop_app.ui.job_strip import progress_words
from desktop_app.ui.widgets import role_label
from desktop_app.ui.wording import on_button

DEFAULT_FOLDER = "Earmark exports"
"""In the home folder, until the person chooses another."""
STEPS = 1000
FAILURES_HEIGHT = 120
FAILURES_STRETCH = 100
"""They take the room, and leave it where there are none."""


class ExportDialog(QDialog):
    """Exports clips into a folder. Not modal: one can listen on while it works, and Esc cancels what runs."""

    def __init__(
        self, offer: ExportOffer, exporting: Exporting, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._offer = offer
        self._exporting = exporting
        self._settings = settings
        self._job: Job | None = None
        self._result: ExportResult | None = None
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.form = ExportForm(settings.values.export)
        self._choices = QButtonGroup(self)
        self._lay_out()
        self._connect()
        self._choice_changed()

    @property
    def job(self) -> Job | None:
        """Return the export that runs."""
        return self._job

    @property
    def requests(self) -> list[ClipRequest]:
        """Return what would be exported."""
        checked = self._choices.checkedButton()
        return self._offer.requests(checked.objectName()) if checked is not None else []

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_choice_page())
        self._pages.addWidget(self._make_work_page())
        self._cancel = QPushButton("Cancel")
        self._cancel.setAutoDefault(False)
        self._show = QPushButton("Show the folder")
        self._show.setAutoDefault(False)
        self._export = QPushButton("Export")
        self._export.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._show)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._export)
        self._show.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self._pages, 1)
        column.addLayout(buttons)

    def _make_choice_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(role_label("What", "title"))
        for number, (name, words) in enumerate(self._offer.choices()):
            button = QRadioButton(on_button(words))
            button.setObjectName(name)
            button.setChecked(number == 0)
            self._choices.addButton(button)
            column.addWidget(button)
        if not self._choices.buttons():
            column.addWidget(role_label("Choose a recording first: there is nothing to export.", "secondary"))
        column.addSpacing(8)
        column.addWidget(role_label("How", "title"))
        column.addWidget(self.form)
        column.addSpacing(8)
        column.addWidget(role_label("Where to", "title"))
        column.addLayout(self._make_folder_row())
        column.addStretch(1)
        self._message = role_label(role="error", wrap=True)
        self._message.hide()
        column.addWidget(self._message)
        return page

    def _make_folder_row(self) -> QHBoxLayout:
        self.folder = QLineEdit(self._settings.values.export.folder or str(Path.home() / DEFAULT_FOLDER))
        self.folder.setAccessibleName("Folder to write to")
        self.folder.setToolTip("It is made if it is not there; files that are there are never overwritten")
        self._browse = QPushButton("Browse…")
        self._browse.setToolTip("Choose the folder to write to")
        self._browse.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(self._browse)
        return row

    def _make_work_page(self) -> QWidget:
        page = QWidget()
        self._status = role_label(role="", wrap=True)
        self._status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, STEPS)
        self._bar.setAccessibleName("Progress")
        self._failures = QPlainTextEdit()
        self._failures.setReadOnly(True)
        self._failures.setMinimumHeight(FAILURES_HEIGHT)
        self._failures.setTabChangesFocus(True)
        self._failures.setAccessibleName("Files that were not written")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._status, self._bar, self._failures):
            column.addWidget(widget, FAILURES_STRETCH if widget is self._failures else 0)
        column.addStretch(1)
        return page

    def _connect(self) -> None:
        self._choices.buttonToggled.connect(lambda _button, on: self._choice_changed() if on else None)
        self.form.changed.connect(self._check)
        self.folder.textChanged.connect(self._check)
        self._browse.clicked.connect(self._choose_folder)
        self._export.clicked.connect(self._start)
        self._cancel.clicked.connect(self.reject)
        self._show.clicked.connect(self._show_result_folder)

    def _choice_changed(self) -> None:
        requests = self.requests
        shown = requests[:PREVIEWED_NAMES]
        known = with_ends(shown, [self._offer.duration_of(request.source) for request in shown])
        self.form.show_requests([*known, *requests[PREVIEWED_NAMES:]])
        self._check()

    def _check(self) -> None:
        """Let Export be pressed where it can succeed."""
        self._export.setEnabled(bool(self.requests and self.folder.text().strip() and not self.form.problem))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def _start(self) -> None:
        if self._result is not None:
            self.accept()
            return
        folder = typed_path(self.folder.text().strip())
        self._settings.change(export=replace(self.form.preferences, folder=str(folder)))
        self._pages.setCurrentIndex(1)
        self._message.hide()
        self._failures.hide()
        self._export.hide()
        self._status.setText("Exporting…")
        self._job = self._exporting.start(self.requests, folder, self.form.settings)
        self._job.progressed.connect(self._show_progress)
        self._job.finished.connect(self._show_result)
        self._job.failed.connect(self._show_failure)
        self._job.cancelled.connect(self._show_cancelled)

    def _show_progress(self, progress: Progress) -> None:
        self._status.setText(f"Exporting: {progress_words(progress)}")
        self._bar.setValue(round(STEPS * (progress.fraction or 0)))

    def _show_result(self, result: ExportResult) -> None:
        self._result, self._job = result, None
        self._status.setText(result.words)
        self._bar.hide()
        reasons = [reason_of(request, reason) for request, reason in result.failures]
        notes = [note for report in result.written for note in report.notes]
        self._failures.setPlainText("\n".join([*reasons, *dict.fromkeys(notes)]))
        self._failures.setVisible(bool(reasons or notes))
        self._cancel.hide()
        self._show.setVisible(bool(result.written))
        self._export.setText("Close")
        self._export.show()
        self._export.setFocus()

    def _show_failure(self, text: str) -> None:
        """Go back to the choices, so that what was wrong can be mended."""
        self._job = None
        self._pages.setCurrentIndex(0)
        self._export.show()
        self._message.setText(text)
        self._message.show()

    def _show_cancelled(self) -> None:
        self._show_failure("The export was cancelled; the files that were complete are kept.")

    def _show_result_folder(self) -> None:
        if self._result is not None:
            show_folder(self._result.folder)

    def reject(self) -> None:
        """Cancel what runs; else close."""
        if self._job is not None:
            self._job.cancel()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Cancel what runs: a dialog that is gone could not tell how it ended."""
        if self._job is not None:
            self._job.cancel()
        super().closeEvent(event)


def reason_of(request: ClipRequest, reason: str) -> str:
    """Return why a clip was not written, with the name of its recording."""
    name = shown_name(request.source)
    return reason if name in reason else f"{name}: {reason}"
