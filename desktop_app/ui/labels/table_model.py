"""Feeds the rows of a LabelTable to a view, as many of them as are there."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from desktop_app.annotation.scheme import LabelScheme
from desktop_app.annotation.table_query import TableRow
from desktop_app.services.label_measuring import LabelMeasuring
from desktop_app.services.label_table import LabelTable
from desktop_app.ui.labels.annotation_table import LEFT, RIGHT, dot_icon, told
from desktop_app.ui.labels.table_columns import COLUMNS, NOTHING, LabelColumn
from desktop_app.ui.wording import in_tip

Index = QModelIndex | QPersistentModelIndex
WAITING = "…"
"""Stands where a row or a measurement is on its way."""


class LabelTableModel(QAbstractTableModel):
    """As many rows as the query finds; a row that is not known yet shows that it is on its way."""

    settled = Signal(bool)
    """Other rows are shown; whether they are those of another query."""

    def __init__(self, table: LabelTable, measuring: LabelMeasuring, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._measuring = measuring
        self._count = 0
        self._scheme = LabelScheme()
        self._dots: dict[str, QIcon] = {}
        table.turned.connect(self._turn)
        table.refreshed.connect(self._refresh)
        table.arrived.connect(self._repaint)
        measuring.measured.connect(lambda: self._repaint(0, self._count - 1))
        self._turn()

    def show_scheme(self, scheme: LabelScheme) -> None:
        """Show labels in the colours of these classes."""
        self._scheme = scheme
        self._repaint(0, self._count - 1)

    def row(self, number: int) -> TableRow | None:
        """Return a row; None while it is not known."""
        return self._table.row(number)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows the query finds."""
        return 0 if parent is not None and parent.isValid() else self._count

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns there are, hidden ones included."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words over a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if column.is_number else LEFT
            case Qt.ItemDataRole.ToolTipRole:
                return _header_tip(column)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return words, the colour of the label, and everything else in the tooltip."""
        row, column = self._table.row(index.row()), COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if column.is_number else LEFT
            case Qt.ItemDataRole.DecorationRole:
                return self._dot(row.annotation.label) if row is not None and index.column() == 0 else None
            case Qt.ItemDataRole.ToolTipRole:
                return None if row is None else in_tip(self._tip(row, column))
        return None

    def _words(self, row: TableRow | None, column: LabelColumn) -> str:
        if row is None:
            return WAITING
        if column.measured is None:
            return column.words(row) if column.words is not None else ""
        found = self._measuring.of(row)
        if found is None:
            return WAITING
        return NOTHING if found.values is None else column.measured_words(found.values)

    def _tip(self, row: TableRow, column: LabelColumn) -> str:
        found = self._measuring.of(row) if column.measured is not None else None
        return found.problem if found is not None and found.problem else f"{row.path}\n{told(row.annotation)}"

    def _dot(self, label: str) -> QIcon:
        colour = self._scheme.colour(label)
        if colour not in self._dots:
            self._dots[colour] = dot_icon(colour)
        return self._dots[colour]

    def _turn(self) -> None:
        self.beginResetModel()
        self._count = self._table.count
        self.endResetModel()
        self.settled.emit(True)

    def _refresh(self) -> None:
        """Show what the same query finds now; rows come and go at the end, so that the view stays where it is."""
        before, now = self._count, self._table.count
        if now < before:
            self.beginRemoveRows(QModelIndex(), now, before - 1)
            self._count = now
            self.endRemoveRows()
        elif now > before:
            self.beginInsertRows(QModelIndex(), before, now - 1)
            self._count = now
            self.endInsertRows()
        self._repaint(0, now - 1)
        self.settled.emit(False)

    def _repaint(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))


def _header_tip(column: LabelColumn) -> str:
    sorts = "click to sort" if column.order is not None else "click to measure all of them and sort"
    return f"{column.tip or column.title}; {sorts}"
