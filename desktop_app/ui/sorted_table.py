"""A table that is only read: sorted by its headers, walked through by mouse and keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from desktop_app.ui.widgets import make_rows
from desktop_app.ui.wording import in_tip

ROW_HEIGHT = 24
MOST_ROWS = 5_000
"""More than anybody reads; the exported table has them all."""
SORT_ROLE = Qt.ItemDataRole.UserRole
PLACE_ROLE = Qt.ItemDataRole.UserRole + 1
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SWATCH_PX = 10
TITLE_PADDING = 7
"""Of the style sheet, and a pixel for what a font reaches beyond."""

Cell = str | tuple[str, float]
"""A text, or a number as people read it and as it is sorted."""


@dataclass(frozen=True)
class TableColumn:
    """One column."""

    title: str
    number: bool = False
    """Whether it stands to the right."""
    tip: str = ""
    """What it means."""


class SortedTable(QTableView):
    """Shows rows of cells; rows are told by their place in what was given, however they are sorted."""

    row_met = Signal(int)
    """A row that was clicked, or walked to by keys."""
    row_entered = Signal(int)
    """A row that was double-clicked or met by Enter."""

    def __init__(
        self, name: str, columns: Sequence[TableColumn], stretch: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = columns
        self._rows = QStandardItemModel(0, len(columns), self)
        self._rows.setSortRole(SORT_ROLE)
        self.setModel(self._rows)
        self.setAccessibleName(name)
        self._set_up(stretch)
        self.clicked.connect(lambda index: self.row_met.emit(self._place(index)))
        self.activated.connect(lambda index: self.row_entered.emit(self._place(index)))

    def show_rows(self, rows: Sequence[Sequence[Cell]], swatches: Mapping[int, str] | None = None) -> None:
        """Show these rows in this order; `swatches` are colours before the first cell, by the place of the row."""
        header = self.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._rows.setRowCount(0)
        for place, row in enumerate(rows[:MOST_ROWS]):
            items = [_item(cell, column) for cell, column in zip(row, self._columns, strict=True)]
            items[0].setData(place, PLACE_ROLE)
            if swatches and place in swatches:
                items[0].setData(_swatch(swatches[place]), Qt.ItemDataRole.DecorationRole)
            self._rows.appendRow(items)
        header.resizeSections()  # Qt fits columns to rows that come while the table is shown at its next resize only
        self.scrollToTop()

    def show_titles(self, titles: Sequence[str]) -> None:
        """Head the columns by other titles."""
        for number, title in enumerate(titles):
            self._rows.horizontalHeaderItem(number).setText(title)

    def place_at(self, row: int) -> int:
        """Return the place of what stands in a row of the screen."""
        return self._place(self._rows.index(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell of another row that keys walked to."""
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        now = self.currentIndex()
        if now.isValid() and now.row() != before:
            self.row_met.emit(self._place(now))

    def keyboardSearch(self, search: str) -> None:
        """Ignore typed letters: they are keys of the window."""

    def _place(self, index: QModelIndex) -> int:
        place: int = index.siblingAtColumn(0).data(PLACE_ROLE)
        return place

    def _set_up(self, stretch: int) -> None:
        for number, column in enumerate(self._columns):
            item = QStandardItem(column.title)
            item.setTextAlignment(RIGHT if column.number else LEFT)
            item.setToolTip(column.tip)
            self._rows.setHorizontalHeaderItem(number, item)
        self.setHorizontalHeader(_Header(self))
        make_rows(self, ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        header.setResizeContentsPrecision(200)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)


class _Header(QHeaderView):
    """Titles that need no room beside them: the arrow of the order stands over them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)

    def sectionSizeFromContents(self, section: int) -> QSize:
        """Return room for the title alone; the style would add that of an arrow."""
        size = super().sectionSizeFromContents(section)
        title = str(self.model().headerData(section, self.orientation()))
        return QSize(self.fontMetrics().horizontalAdvance(title) + 2 * TITLE_PADDING, size.height())


def _item(cell: Cell, column: TableColumn) -> QStandardItem:
    text, value = (cell, cell.casefold()) if isinstance(cell, str) else cell
    item = QStandardItem(text)
    item.setData(value, SORT_ROLE)
    item.setToolTip(in_tip(text))
    item.setTextAlignment(RIGHT if column.number else LEFT)
    return item


def _swatch(colour: str) -> QPixmap:
    picture = QPixmap(SWATCH_PX, SWATCH_PX)
    picture.fill(QColor(colour))
    return picture
