"""What to evaluate: which model, on which labelled clips, grouped how."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from desktop_app.audio.sources import typed_path
from desktop_app.classifier.card import ModelEntry
from desktop_app.classifier.data.groupings import GROUPINGS
from desktop_app.classifier.data.manifest import SUFFIXES
from desktop_app.classifier.measuring.assignment import UNKNOWN_CLASSES
from desktop_app.classifier.measuring.trial import NEW, TrialConfig
from desktop_app.services.models import ModelShelf
from desktop_app.ui.widgets import FocusHolder, role_label

SPLIT_WORDS = {
    "": "all clips",
    NEW: "clips new to the model",
    "test": "test clips",
    "validation": "validation clips",
    "train": "training clips",
}
GROUPING_TIP = (
    "Which clips are right or wrong together, told by their names: by speaker (Speech Commands, Free Spoken Digits), "
    "by source (ESC-50), or every file for itself. A regular expression will do, too: its brackets find the group."
)


class EvaluationForm(QWidget):
    """Asks what to judge, and by what."""

    wanted = Signal(object, object)
    """ModelEntry and TrialConfig."""

    def __init__(
        self, shelf: ModelShelf, model: str = "Model", verb: str = "Evaluate", parent: QWidget | None = None
    ) -> None:
        """Call the model `model`, and the button `verb`."""
        super().__init__(parent)
        self._shelf = shelf
        self._name = model
        self.model = QComboBox()
        self.data = QLineEdit()
        self.grouping = QComboBox()
        self.split = QComboBox()
        self.others_unknown = QCheckBox("Unknown folders count as other sounds")
        self.start = QPushButton(verb)
        self._starting = FocusHolder(self, self.start)
        self._fill()
        self._lay_out()
        self._connect()
        self._list_models()

    @property
    def entry(self) -> ModelEntry | None:
        """Return the model that is chosen."""
        return self._shelf.find(self.model.currentText())

    @property
    def config(self) -> TrialConfig:
        """Return which clips are chosen."""
        return TrialConfig(
            data=typed_path(self.data.text().strip()),
            group_by=self.grouping.currentText().strip() or next(iter(GROUPINGS)),
            others_unknown=self.others_unknown.isEnabled() and self.others_unknown.isChecked(),
            split=self.split.currentData(),
        )

    def choose_model(self, name: str) -> None:
        """Choose a model by its name."""
        self.model.setCurrentText(name)

    def choose_data(self, path: Path) -> None:
        """Choose a folder or a list of clips."""
        self.data.setText(str(path))

    def choose_folder(self) -> None:
        """Ask for a folder."""
        chosen = QFileDialog.getExistingDirectory(self, "A folder with labels or class folders", self.data.text())
        if chosen:
            self.choose_data(Path(chosen))

    def choose_list(self) -> None:
        """Ask for a list of clips."""
        kinds = f"Lists of clips ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"
        chosen, _ = QFileDialog.getOpenFileName(self, "A list of clips: path and label", self.data.text(), kinds)
        if chosen:
            self.choose_data(Path(chosen))

    def set_running(self, running: bool) -> None:
        """Let nothing be started while something runs."""
        self._running = running
        self._check()

    def submit(self) -> None:
        """Ask for the evaluation of what is chosen."""
        entry = self.entry
        if entry is not None and self.start.isEnabled():
            self.wanted.emit(entry, self.config)

    def _fill(self) -> None:
        self._running = False
        self.model.setAccessibleName(self._name)
        self.model.setMinimumContentsLength(14)
        self.data.setPlaceholderText("a folder with labels or class folders, or a list of clips (CSV, JSON)")
        self.data.setAccessibleName("Labelled clips")
        self.grouping.setEditable(True)
        self.grouping.addItems(list(GROUPINGS))
        self.grouping.setToolTip(GROUPING_TIP)
        self.grouping.setAccessibleName("Grouped by")
        self.grouping.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.split.setAccessibleName("Which clips")
        self.split.setToolTip(
            "New are those that the model learnt neither from nor from others of their speaker or source; lists of "
            "clips, and the data sets of Speech Commands, say which clips are for tests"
        )
        for split, words in SPLIT_WORDS.items():
            self.split.addItem(words, split)
        self.others_unknown.setToolTip(
            "Folders that the model has no class for are taken for its class of other sounds"
        )
        self.start.setDefault(True)
        self.start.setToolTip("Judge the clips (Enter)")

    def _lay_out(self) -> None:
        browse = QPushButton("Choose…")
        browse.setToolTip("Choose a folder or a list of clips")
        menu = QMenu("Choose", browse)
        menu.addAction("A folder with labels or class folders…", self.choose_folder)
        menu.addAction("A list of clips (CSV, JSON)…", self.choose_list)
        browse.setMenu(menu)
        more = QHBoxLayout()
        more.setSpacing(16)
        more.addWidget(self.grouping, 1)
        more.addWidget(self.split)
        more.addWidget(self.others_unknown)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        for column, (name, widget) in {0: (self._name, self.model), 3: ("Clips", self.data)}.items():
            grid.addWidget(_buddy(name, widget), 0, column)
            grid.addWidget(widget, 0, column + 1)
        grid.addWidget(browse, 0, 5)
        grid.addWidget(self.start, 0, 6)
        grid.addWidget(_buddy("Grouped by", self.grouping), 1, 3)
        grid.addLayout(more, 1, 4, 1, 3)
        grid.setColumnMinimumWidth(2, 8)
        grid.setColumnStretch(4, 1)

    def _connect(self) -> None:
        self._shelf.changed.connect(self._list_models)
        self.model.currentTextChanged.connect(self._check)
        self.data.textChanged.connect(self._check)
        self.data.returnPressed.connect(self.submit)
        self.start.clicked.connect(self.submit)

    def _list_models(self) -> None:
        shown = self.model.currentText() or self._shelf.chosen_name
        self.model.clear()
        self.model.addItems(self._shelf.names)
        self.model.setCurrentText(shown)

    def _check(self) -> None:
        """Let the button be pressed where it can do something."""
        entry = self.entry
        knows = entry is not None and any(name.strip("_ ").casefold() in UNKNOWN_CLASSES for name in entry.card.classes)
        self.others_unknown.setEnabled(knows)
        self.model.setToolTip(entry.card.title if entry is not None else "")
        self._starting.set_enabled(bool(entry and self.data.text().strip()) and not self._running)


def _buddy(name: str, widget: QWidget) -> QLabel:
    label = role_label(name)
    label.setBuddy(widget)
    return label
