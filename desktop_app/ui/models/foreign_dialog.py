"""What does it hear? Asked of an ONNX model that others made, as its file does not say it."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop_app.classifier.card import MOST_RATE_HZ, MOST_WINDOW_S
from desktop_app.classifier.engines.foreign import ForeignModel
from desktop_app.errors import UserError
from desktop_app.services.jobs import Job
from desktop_app.ui.widgets import role_label

TEACHES = (
    "This ONNX file has no card of Earmark’s. Say what the model hears, as its author describes it; it is tried out "
    "before it is taken in."
)
USUAL_RATE_HZ, USUAL_WINDOW_S = 48_000, 3.0
LABELS_HEIGHT = 160


class ForeignDialog(QDialog):
    """Asks for name, labels, sample rate and window of a foreign model. Not modal."""

    described = Signal(object, object)
    """Path of the file and ForeignModel."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self.setWindowTitle(f"Import {path.name}")
        self.setMinimumWidth(480)
        self.name = QLineEdit(path.stem)
        self.labels = QPlainTextEdit()
        self.labels.setPlaceholderText("one label a line, in the order of the model’s outputs")
        self.labels.setFixedHeight(LABELS_HEIGHT)
        self.labels.setTabChangesFocus(True)
        self.rate = QSpinBox()
        self.rate.setRange(1, MOST_RATE_HZ)
        self.rate.setValue(USUAL_RATE_HZ)
        self.rate.setSuffix(" Hz")
        self.window_s = QDoubleSpinBox()
        self.window_s.setRange(0.001, MOST_WINDOW_S)
        self.window_s.setDecimals(3)
        self.window_s.setValue(USUAL_WINDOW_S)
        self.window_s.setSuffix(" s")
        for box in (self.rate, self.window_s):
            box.setProperty("role", "plain")
        self.licence = QLineEdit("unknown")
        self._problem = role_label(role="error", wrap=True)
        self._problem.hide()
        self._take = QPushButton("Import")
        self._lay_out()

    @property
    def model(self) -> ForeignModel:
        """Return what was said of the model."""
        labels = (line.strip() for line in self.labels.toPlainText().splitlines())
        return ForeignModel(
            name=self.name.text().strip(),
            classes=tuple(label for label in labels if label),
            sample_rate_hz=self.rate.value(),
            window_s=self.window_s.value(),
            licence=self.licence.text().strip(),
        )

    def accept(self) -> None:
        """Hand over the description, unless it cannot be true."""
        try:
            self.model.card()
        except UserError as problem:
            self._complain(str(problem))
            return
        self.described.emit(self._path, self.model)

    def follow(self, job: Job) -> None:
        """Close when the model is taken in; say why where it is not, and keep what was written."""
        self._problem.hide()
        self._take.setEnabled(False)
        job.finished.connect(self._close)
        job.failed.connect(self._complain)
        job.cancelled.connect(self._ask_again)

    def _close(self) -> None:
        super().accept()

    def _complain(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.show()
        self.resize(self.width(), max(self.height(), self.heightForWidth(self.width())))
        self._ask_again()

    def _ask_again(self) -> None:
        self._take.setEnabled(True)

    def read_labels(self, path: Path) -> None:
        """Take the labels from a file with one a line."""
        try:
            self.labels.setPlainText(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as reason:
            self._complain(f"The labels in “{path.name}” cannot be read ({reason}); choose another file.")

    def _choose_labels(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "A file with one label a line", str(self._path.parent))
        if chosen:
            self.read_labels(Path(chosen))

    def _lay_out(self) -> None:
        read = QPushButton("Labels from a file…")
        read.setAutoDefault(False)
        read.clicked.connect(self._choose_labels)
        form = QFormLayout()
        form.setVerticalSpacing(8)
        rows = {"Name": self.name, "Labels": self.labels, "": read, "Sample rate": self.rate, "Window": self.window_s}
        for title, widget in (*rows.items(), ("Licence", self.licence)):
            form.addRow(title, widget)
            widget.setAccessibleName(title or read.text())
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._take.setDefault(True)
        self._take.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(role_label(TEACHES, wrap=True))
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addLayout(buttons)
