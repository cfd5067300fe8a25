"""The row over the table of annotations that says which of them are shown."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.table_query import TableQuery
from desktop_app.services.label_table import Summary
from desktop_app.ui.labels.annotation_table import STATUS_WORDS
from desktop_app.ui.labels.class_palette import FlowLayout
from desktop_app.ui.widgets import role_label

TYPING_DELAY_MS = 150
COMBO_WIDTH = 128
TEXT_WIDTH = 160
SCORE_STEP = 0.05
MOST_FOLDERS = 2_000
"""More than anybody finds in a list; a text finds the others."""
UNNAMED = "(no label)"
OWN_FOLDER = "(this folder)"


class TableFilter(QWidget):
    """Edits the filter of a `TableQuery`; the order is left to the table."""

    changed = Signal()
    """Something else is asked for; a moment after the last key where it was typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Find label, path or note (/)")
        self.text.setClearButtonEnabled(True)
        self.text.setFixedWidth(TEXT_WIDTH + COMBO_WIDTH // 2)
        self.text.setAccessibleName("Text to find")
        self.label = self._combo("Label", "All labels")
        self.status = self._combo("Status", "Any status")
        self.source = self._combo("Source", "All sources")
        self.folder = self._combo("Folder", "All folders")
        self.lowest, self.highest = self._spin("Lowest score"), self._spin("Highest score")
        self.clear_all = QPushButton("Clear")
        self.clear_all.setToolTip("Show everything")
        for status in Status:
            self.status.addItem(STATUS_WORDS[status].capitalize(), status)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_DELAY_MS)
        self._lay_out()
        self._connect()
        self._show_clear()

    @property
    def is_active(self) -> bool:
        """Return whether anything is left out."""
        return self.applied_to(TableQuery()) != TableQuery()

    def applied_to(self, query: TableQuery) -> TableQuery:
        """Return a query with this filter, in its own order."""
        label, status, source = (each.currentData() for each in (self.label, self.status, self.source))
        return replace(
            query,
            labels=() if label is None else (label,),
            statuses=() if status is None else (status,),
            sources=() if source is None else (source,),
            folder=self.folder.currentData() or "",
            text=self.text.text().strip(),
            lowest_score=_score(self.lowest),
            highest_score=_score(self.highest),
        )

    def offer(self, summary: Summary) -> None:
        """Offer what the project has; what is chosen stays chosen."""
        self._fill(self.label, ((label or UNNAMED, label) for label in summary.labels))
        self._fill(self.source, ((source, source) for source in summary.sources))
        folders = (each.folder for each in summary.folders if each.folder)
        self._fill(self.folder, ((folder, folder) for folder in islice(folders, MOST_FOLDERS)))

    def choose_label(self, label: str | None) -> None:
        """Show one label alone; None: all."""
        self._choose(self.label, label)

    def choose_status(self, status: Status | None) -> None:
        """Show one status alone; None: all."""
        self._choose(self.status, status)

    def choose_folder(self, folder: str | None) -> None:
        """Show one folder alone; None: all."""
        self._choose(self.folder, folder)

    def clear(self) -> None:
        """Show everything."""
        with QSignalBlocker(self):
            self.text.clear()
            for combo in (self.label, self.status, self.source, self.folder):
                combo.setCurrentIndex(0)
            for spin in (self.lowest, self.highest):
                spin.setValue(spin.minimum())
        self._typing.stop()
        self._tell()

    def _lay_out(self) -> None:
        flow = FlowLayout(self)
        flow.setSpacing(8)
        scores = QWidget()
        row = QHBoxLayout(scores)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        parts: tuple[QWidget, ...] = (role_label("Score"), self.lowest, role_label("to"), self.highest)
        for part in parts:
            row.addWidget(part)
        for widget in (self.text, self.label, self.status, self.source, self.folder, scores, self.clear_all):
            flow.addWidget(widget)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _connect(self) -> None:
        self.text.textChanged.connect(lambda _: self._typing.start())
        self.text.returnPressed.connect(self._tell)
        self._typing.timeout.connect(self._tell)
        for combo in (self.label, self.status, self.source, self.folder):
            combo.currentIndexChanged.connect(lambda _: self._tell())
        for spin in (self.lowest, self.highest):
            spin.valueChanged.connect(lambda _: self._typing.start())
        self.clear_all.clicked.connect(self.clear)

    def _tell(self) -> None:
        self._typing.stop()
        self._show_clear()
        self.changed.emit()

    def _show_clear(self) -> None:
        self.clear_all.setEnabled(self.is_active)

    def _fill(self, combo: QComboBox, entries: Iterable[tuple[str, str]]) -> None:
        chosen = combo.currentData()
        with QSignalBlocker(combo):
            while combo.count() > 1:
                combo.removeItem(combo.count() - 1)
            for words, data in entries:
                combo.addItem(words, data)
            place = combo.findData(chosen) if chosen is not None else 0
            if place < 0:  # the last of it went; the filter stays until the person changes it
                combo.addItem(chosen or UNNAMED, chosen)
                place = combo.count() - 1
            combo.setCurrentIndex(place)

    def _choose(self, combo: QComboBox, data: str | None) -> None:
        combo.setCurrentIndex(max(combo.findData(data), 0) if data is not None else 0)

    def _combo(self, name: str, everything: str) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        combo.setToolTip(f"Show one {name.lower()} alone")
        combo.setFixedWidth(COMBO_WIDTH)
        combo.addItem(everything, None)
        return combo

    def _spin(self, name: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setRange(-SCORE_STEP, 1.0)
        spin.setSingleStep(SCORE_STEP)
        spin.setValue(-SCORE_STEP)
        spin.setSpecialValueText("any")
        spin.setProperty("role", "plain")
        spin.setFixedWidth(56)
        spin.setAccessibleName(name)
        spin.setToolTip(f"{name}, 0 to 1")
        return spin


def _score(spin: QDoubleSpinBox) -> float | None:
    return None if spin.value() < 0 else spin.value()
