"""What the model found in the recording that is shown: one row a find, a click away from its place."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout, QWidget

from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.ui.widgets import make_rows, role_label
from desktop_app.ui.wording import clock
from desktop_app.words import counted

COLUMNS = ("Time", "Label", "Score")
LABEL_COLUMN = 1
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
NOT_JUDGED = "Not judged yet: F8 lets the model judge the folder."
MOST_ROWS = 5_000
"""More finds than anybody reads; the table of `earmark classify --csv` has them all."""


class VerdictPanel(QWidget):
    """Shows one FileVerdict; where a find is, is emitted when it is chosen."""

    find_chosen = Signal(float, float)
    """Onset and offset in seconds, of the row that became current."""
    find_activated = Signal(float, float)
    """The same of a row that was double-clicked or entered: play it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict: FileVerdict | None = None
        self._finds: tuple[Prediction, ...] = ()
        self._words = role_label(NOT_JUDGED, wrap=True)
        self._words.setAccessibleName("Verdict")
        self._model = QStandardItemModel(0, len(COLUMNS), self)
        self._model.setHorizontalHeaderLabels(COLUMNS)
        self._model.setHeaderData(len(COLUMNS) - 1, Qt.Orientation.Horizontal, RIGHT, Qt.ItemDataRole.TextAlignmentRole)
        self.table = self._make_table()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._words)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        self.table.hide()

    @property
    def words(self) -> str:
        """Return the line over the table."""
        return self._words.text()

    def show_verdict(self, verdict: FileVerdict | None) -> None:
        """Show what the model said of a recording, or that it said nothing yet."""
        if verdict is self._verdict:
            return
        self._verdict = verdict
        self._finds = verdict.finds[:MOST_ROWS] if verdict is not None else ()
        self._words.setText(verdict_words(verdict))
        self._model.setRowCount(0)
        for find in self._finds:
            times = f"{clock(find.onset_s)[:-2]} – {clock(find.offset_s)[:-2]}"
            self._model.appendRow([_cell(times), _cell(find.label), _cell(f"{find.score:.2f}", number=True)])
        self.table.setVisible(bool(self._finds))

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._model)
        table.setAccessibleName("Finds")
        make_rows(table, 24)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(LABEL_COLUMN, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(LEFT)
        table.selectionModel().currentRowChanged.connect(self._current_changed)
        table.activated.connect(self._activated)
        return table

    def _current_changed(self, now: QModelIndex, _before: QModelIndex) -> None:
        if 0 <= now.row() < len(self._finds):
            find = self._finds[now.row()]
            self.find_chosen.emit(find.onset_s, find.offset_s)

    def _activated(self, index: QModelIndex) -> None:
        find = self._finds[index.row()]
        self.find_activated.emit(find.onset_s, find.offset_s)


def verdict_words(verdict: FileVerdict | None) -> str:
    """Return the verdict on a whole recording as a line."""
    if verdict is None:
        return NOT_JUDGED
    if verdict.error is not None:
        return verdict.error
    best = verdict.best
    if best is None:
        return "There was nothing to judge."
    found = f", {counted(len(verdict.finds), 'find')}" if verdict.finds else ""
    refused = f" (not sure enough of {best.refused})" if best.refused else ""
    return f"{best.label} {best.score:.2f}{refused} by {best.source}{found}"


def _cell(text: str, *, number: bool = False) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    item.setTextAlignment(RIGHT if number else LEFT)
    return item
