"""Export of labels: which, as what, where to; what the format cannot hold is said before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.table_query import TableQuery
from desktop_app.audio.clips import ClipRequest
from desktop_app.audio.sources import typed_path
from desktop_app.interchange import own_table, sound_export, wav_cues
from desktop_app.interchange.labels import LabelFormat, Options, Written
from desktop_app.interchange.losses import counted_text
from desktop_app.interchange.registry import formats_by_title
from desktop_app.services.label_files import ExportWish, LabelFiles, Outlook
from desktop_app.services.settings import Settings
from desktop_app.ui.export_dialog import DEFAULT_FOLDER
from desktop_app.ui.export_form import ExportForm
from desktop_app.ui.file_manager import show_folder
from desktop_app.ui.job_row import JobDialog
from desktop_app.ui.labels.annotation_table import STATUS_WORDS
from desktop_app.ui.widgets import resize_on_screen, role_label
from desktop_app.ui.wording import on_button
from desktop_app.words import counted

LOOK_DELAY_MS = 300
MOST_CONTEXT_S = 60.0
PROBLEMS_HEIGHT = 64
WIDEST_TITLE = "Sample rate"
"""In the form over the context, with which it is in line."""
SIZE = (600, 640)
STEM = "labels"
MOST_FORMATS = 20  # shown without scrolling


@dataclass(frozen=True)
class LabelOffer:
    """What could be exported at the moment of asking."""

    choices: Sequence[tuple[str, TableQuery]]
    """In words, and as a query, the likeliest first."""
    examples: Sequence[ClipRequest] = ()
    """Some annotations, for the preview of names."""


class LabelExportDialog(JobDialog):
    """Writes labels for other programs, or cuts them out as clips. Not modal, and Esc cancels what runs."""

    written = Signal(str)
    """What came of it, as a sentence."""

    def __init__(self, files: LabelFiles, offer: LabelOffer, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files, self._offer, self._settings = files, offer, settings
        self._each_alone_wanted = False
        self.setWindowTitle("Export labels")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_on_screen(self, *SIZE)
        self.format = QComboBox()
        self.format.setMaxVisibleItems(MOST_FORMATS)
        for known in formats_by_title():
            if known.is_written:
                self.format.addItem(known.title, known)
        self.format.setCurrentIndex(self.format.findText(own_table.FORMAT.title))
        self.each_alone = QCheckBox("One file for each recording")
        self.statuses = {status: QCheckBox(STATUS_WORDS[status].capitalize()) for status in Status}
        self.target = QLineEdit()
        self.context = QDoubleSpinBox()
        self.sound = ExportForm(replace(settings.values.export, pattern=sound_export.PATTERN))
        self.export = QPushButton("Export")
        self._choices = QButtonGroup(self)
        self._words = role_label(role="", wrap=True)
        self._problems = QPlainTextEdit()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_DELAY_MS)
        self._lay_out()
        self._connect()
        self._format_changed()

    @property
    def words(self) -> str:
        """Return what is said of the export."""
        return self._words.text()

    @property
    def chosen_format(self) -> LabelFormat:
        """Return the format that is chosen."""
        chosen: LabelFormat = self.format.currentData()
        return chosen

    def choice(self, words: str) -> QRadioButton:
        """Return the button of a choice."""
        number = [each for each, _ in self._offer.choices].index(words)
        return self.findChildren(QRadioButton)[number]

    @property
    def wish(self) -> ExportWish:
        """Return what is asked for."""
        sound = self.sound.settings
        is_named = self.chosen_format is sound_export.FORMAT
        return ExportWish(
            to=self.chosen_format,
            target=typed_path(self.target.text().strip()),
            query=self._offer.choices[self._choices.checkedId()][1],
            statuses=frozenset(status for status, box in self.statuses.items() if box.isChecked()),
            each_alone=self.each_alone.isChecked(),
            options=Options(sound=sound, pattern=sound.pattern if is_named else "", context_s=self.context.value()),
        )

    def _format_changed(self) -> None:
        """Show what the format leaves to choose, and name a target that fits it."""
        chosen = self.chosen_format
        self.each_alone.setVisible(chosen.encode is not None)
        self.each_alone.setEnabled(not chosen.per_recording)
        self.each_alone.setChecked(chosen.per_recording or self._each_alone_wanted)
        self._sound_box.setVisible(chosen.write is not None and chosen is not wav_cues.FORMAT)
        self.sound.pattern.setEnabled(chosen is sound_export.FORMAT)
        self._name_target()
        self._changed()

    def _name_target(self) -> None:
        """Name a target that fits, in the folder of the last one."""
        last, usual = self.target.text().strip(), self._settings.values.export.folder
        folder = Path(last).parent if last else Path(usual or Path.home() / DEFAULT_FOLDER)
        chosen = self.chosen_format
        name = chosen.name if self._wants_folder() else f"{STEM}{chosen.suffixes[0]}"
        self.target.setText(str(folder / name))

    def _choose_each_alone(self, wanted: bool) -> None:
        self._each_alone_wanted = wanted
        self._name_target()
        self._changed()

    def _wants_folder(self) -> bool:
        return self.each_alone.isChecked() or self.chosen_format.write is not None

    def _changed(self) -> None:
        self.export.setEnabled(False)
        self._timer.start()

    def _look(self) -> None:
        if self.progress.job is not None:
            return
        self._words.setText("Looking what there is…")
        job = self._files.look_at(self.wish)
        if job is not None:
            job.finished.connect(self._show_outlook)
            job.failed.connect(self._words.setText)

    def _show_outlook(self, outlook: Outlook) -> None:
        self._words.setText("\n".join(_told(outlook, self.chosen_format)))
        self._show_problems(outlook.problems)
        self.export.setEnabled(
            bool(outlook.count and not outlook.obstacle and self.target.text().strip())
            and not (self._sound_box.isVisible() and self.sound.problem)
        )

    def _start(self) -> None:
        job = self._files.export(self.wish)
        if job is None:
            return
        self.export.setEnabled(False)
        self.progress.follow(job)
        job.finished.connect(self._finished)
        job.failed.connect(lambda _: self._allow())
        job.cancelled.connect(self._allow)

    def _allow(self) -> None:
        self.export.setEnabled(True)

    def _finished(self, result: Written) -> None:
        target = typed_path(self.target.text().strip())
        self._words.setText(
            f"{counted_text(result.count)} written to {target}." if result.files else "Nothing could be written."
        )
        self._show_problems(result.problems)
        self._show.setVisible(bool(result.files))
        self._cancel.setText("Close")
        if result.files:
            self._settings.change(export=replace(self._settings.values.export, folder=str(target.parent)))
            self.written.emit(self._words.text())

    def _show_problems(self, problems: Sequence[str]) -> None:
        self._problems.setPlainText("\n".join(problems))
        self._problems.setVisible(bool(problems))

    def _browse(self) -> None:
        if self._wants_folder():
            chosen = QFileDialog.getExistingDirectory(self, "Export to", str(Path(self.target.text()).parent))
        else:
            suffix = self.chosen_format.suffixes[0]
            kind = f"{self.chosen_format.title} (*{suffix})"
            chosen, _ = QFileDialog.getSaveFileName(self, "Export to", self.target.text(), kind)
        if chosen:
            self.target.setText(chosen)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Cancel what runs, and what waits."""
        self._timer.stop()
        super().closeEvent(event)

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(lambda _: self._format_changed())
        self.each_alone.clicked.connect(self._choose_each_alone)
        self._choices.idToggled.connect(lambda _id, on: self._changed() if on else None)
        for box in self.statuses.values():
            box.clicked.connect(lambda _: self._changed())
        self.target.textChanged.connect(lambda _: self._changed())
        self.context.valueChanged.connect(lambda _: self._changed())
        self.sound.changed.connect(self._changed)
        self._timer.timeout.connect(self._look)
        self.export.clicked.connect(self._start)

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addWidget(role_label("What", "title"))
        for number, (words, _) in enumerate(self._offer.choices):
            button = QRadioButton(on_button(words))
            button.setChecked(number == 0)
            self._choices.addButton(button, number)
            column.addWidget(button)
        column.addLayout(self._make_statuses())
        column.addSpacing(8)
        column.addWidget(role_label("As what", "title"))
        column.addWidget(self.format)
        column.addWidget(self.each_alone)
        column.addWidget(self._make_sound())
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(body)
        self.format.setAccessibleName("Format")
        self._problems.setReadOnly(True)
        self._problems.setTabChangesFocus(True)
        self._problems.setFixedHeight(PROBLEMS_HEIGHT)
        self._problems.setAccessibleName("Problems")
        self._problems.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(8)
        outer.addWidget(area, 1)
        outer.addWidget(role_label("Where to", "title"))
        outer.addLayout(self._make_target())
        for widget in (self._words, self._problems, self.progress):
            outer.addWidget(widget)
        outer.addLayout(self._make_buttons())

    def _make_statuses(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        for status, box in self.statuses.items():
            box.setChecked(status is not Status.REJECTED)
            row.addWidget(box)
        row.addStretch(1)
        return row

    def _make_sound(self) -> QWidget:
        self._sound_box = QWidget()
        self.context.setRange(0.0, MOST_CONTEXT_S)
        self.context.setSingleStep(0.1)
        self.context.setSuffix(" s")
        self.context.setProperty("role", "plain")
        self.context.setAccessibleName("Context")
        self.context.setToolTip("Sound that is kept before and after each annotation")
        title = role_label("Context", role="")
        title.setMinimumWidth(title.fontMetrics().horizontalAdvance(WIDEST_TITLE))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow(title, self.context)
        column = QVBoxLayout(self._sound_box)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.sound)
        column.addLayout(form)
        self.sound.show_requests(self._offer.examples)
        return self._sound_box

    def _make_target(self) -> QHBoxLayout:
        self.target.setAccessibleName("File or folder to write to")
        browse = QPushButton("Browse…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.target, 1)
        row.addWidget(browse)
        return row

    def _make_buttons(self) -> QHBoxLayout:
        self._show, self._cancel = QPushButton("Show the folder"), QPushButton("Cancel")
        self._show.clicked.connect(lambda: show_folder(typed_path(self.target.text().strip()).parent))
        self._cancel.clicked.connect(self.reject)
        self._show.hide()
        for button in (self._show, self._cancel):
            button.setAutoDefault(False)
        self.export.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._show)
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self.export)
        return row


def _told(outlook: Outlook, to: LabelFormat) -> list[str]:
    """Return what an export will do, a sentence a line."""
    if not outlook.count:
        return ["There are no such annotations: ask for other ones."]
    if outlook.obstacle:
        return [outlook.obstacle]
    lines = [f"{counted_text(outlook.count)} on {counted(outlook.recordings, 'recording')} will be written."]
    lines += outlook.losses or [f"{to.title} holds all of it."]
    if outlook.replaced:
        files = "1 file that is there is" if outlook.replaced == 1 else f"{outlook.replaced:,} files that are there are"
        lines.append(f"{files} written over.")
    return lines
