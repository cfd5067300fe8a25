"""The list of recordings: chosen by mouse and keys, with columns that are remembered.

A QTableView, although it is a list: a QTreeView asks the model for every row after every sort, 0.25 s at 100,000.
"""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView, QWidget

from desktop_app.annotation.annotations import Status
from desktop_app.services.settings import Settings
from desktop_app.ui.folder_delegates import ROW_HEIGHT, CellDelegate, Index, LabelDelegate, NameDelegate, ScoreDelegate
from desktop_app.ui.folder_model import FolderModel
from desktop_app.ui.folder_row import COLUMNS, FolderRow, column_number
from desktop_app.ui.widgets import make_rows

LOOK_DELAY_MS = 80
"""Scrolling must have paused so long before the rows on screen are asked for."""
NARROWEST = 40
LONGEST_WAY = 1_000
"""Steps forward that can be gone back where the filter has taken away what was judged."""
SELECT_ROW = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class FolderView(QTableView):
    """Shows a `FolderModel`; the current row is the recording that is shown and heard."""

    row_entered = Signal(object)
    """Path of another current row."""
    activated_path = Signal(object)
    """Path of a row that was double-clicked or met by Enter."""
    looked_at = Signal(list)
    """Paths of the rows on screen, a moment after they came there."""

    def __init__(self, model: FolderModel, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._settings = settings
        self._current: Path | None = None
        self._order: list[FolderRow] = []
        self._below: list[FolderRow] | None = None
        """Where the filter hides the current recording: the rows that stood below it, None if it was never there."""
        self._way: deque[Path] = deque(maxlen=LONGEST_WAY)
        self._stepping = False
        self._filling = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_DELAY_MS)
        self._timer.timeout.connect(self._look)
        self.setModel(model)
        self._set_up()
        self._set_up_header()
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.doubleClicked.connect(self._activate)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._timer.start())
        model.rowsInserted.connect(self._rows_inserted)
        model.layoutAboutToBeChanged.connect(self._note_order)
        model.reordered.connect(self._reordered)
        model.modelReset.connect(self._forget)

    @property
    def current_path(self) -> Path | None:
        """Return the recording chosen last; it may be hidden by the filter."""
        return self._current

    def select(self, path: Path | None) -> None:
        """Make a recording the current one, now or when it comes on screen; nothing is emitted for the same again."""
        if path == self._current and (path is None or self._row() == self._model.position(path)):
            return
        self._current = path
        self._show_current()

    def step(self, by: int) -> None:
        """Go one row down (1) or up (-1); up the way that steps down have come, even if the filter hides it by now.

        Where the filter has taken the current recording away, its neighbours are those it had.
        """
        self._stepping = True
        if by < 0 and self._way:
            self._go_back_to(self._way.pop())
        else:
            came_from = self._current
            self._go_to(self._neighbour(by))
            if by > 0 and came_from is not None and came_from != self._current:
                self._way.append(came_from)
        self._stepping = False

    def chosen_paths(self) -> list[Path]:
        """Return the selected recordings from top to bottom."""
        rows: set[int] = set()
        selection = self.selectionModel().selection()
        for number in range(selection.count()):
            rows.update(range(selection.at(number).top(), selection.at(number).bottom() + 1))
        return [self._model.shown[row].path for row in sorted(rows)]

    def sort_by_score(self) -> None:
        """Sort by score and go to the least sure draft; where it is sorted so already, sort as in the folder."""
        header, score = self.horizontalHeader(), column_number("score")
        is_sorted = header.sortIndicatorSection() == score
        header.setSortIndicator(-1 if is_sorted else score, Qt.SortOrder.AscendingOrder)
        if not is_sorted:
            drafts = (row.position for row in self._model.shown if row.status is Status.DRAFT)
            self._go_to(next(drafts, 0))

    def colour_labels(self, colour_of: Callable[[str], str]) -> None:
        """Show labels in other colours; `colour_of` returns them as hex."""
        self._labels.colour_of = colour_of
        self.viewport().update()

    def _set_up(self) -> None:
        make_rows(self, ROW_HEIGHT, many=True)
        self.setCornerWidget(QWidget())  # else the style draws a bit of frame between the scroll bars
        self.setAlternatingRowColors(True)
        self.setAccessibleName("Recordings")
        self.setItemDelegate(CellDelegate(self))
        self.setItemDelegateForColumn(column_number("name"), NameDelegate(self))
        self.setItemDelegateForColumn(column_number("score"), ScoreDelegate(self))
        self._labels = LabelDelegate(self)
        self.setItemDelegateForColumn(column_number("label"), self._labels)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setToolTip("Click to sort, again to turn round, a third time for the order in the folder")
        header.setMinimumSectionSize(NARROWEST)
        self.setSortingEnabled(True)
        remembered = self._settings.values
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, max(remembered.column_widths.get(column.name, column.width), NARROWEST))
            header.setSectionHidden(number, column.name in remembered.hidden_columns and number > 0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setHighlightSections(False)
        header.sectionResized.connect(self._column_resized)
        header.customContextMenuRequested.connect(self._column_menu)

    def _fill_width(self) -> None:
        """Give the names the room that the other columns leave; without it, the width they were given."""
        name = COLUMNS[0]
        others = self.horizontalHeader().length() - self.horizontalHeader().sectionSize(0)
        given = self._settings.values.column_widths.get(name.name, name.width)
        self._filling = True
        self.horizontalHeader().resizeSection(0, max(given, self.viewport().width() - others))
        self._filling = False

    def _column_resized(self, number: int, _old: int, width: int) -> None:
        if width and not self._filling:
            widths = {**self._settings.values.column_widths, COLUMNS[number].name: width}
            self._settings.change(column_widths=widths)

    def _column_menu(self, at: QPoint) -> None:
        menu = QMenu("Columns", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, column in enumerate(COLUMNS[1:], 1):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.horizontalHeader().isSectionHidden(number))
            action.toggled.connect(lambda on, number=number: self._show_column(number, on))
        menu.popup(self.horizontalHeader().mapToGlobal(at))

    def _show_column(self, number: int, shown: bool) -> None:
        self.horizontalHeader().setSectionHidden(number, not shown)
        hidden = [column.name for at, column in enumerate(COLUMNS) if self.horizontalHeader().isSectionHidden(at)]
        self._settings.change(hidden_columns=tuple(hidden))
        self._fill_width()

    def _neighbour(self, by: int) -> int:
        """Return the row below (1) or above (-1) the current recording, whether that is on screen or not."""
        last = self._model.rowCount() - 1
        if (row := self._row()) >= 0:
            return min(max(row + by, 0), last)
        if self._below is None:
            return 0 if by > 0 else last
        row = next((each.position for each in self._below if each.position >= 0), last + 1)
        return row if by > 0 else max(row - 1, 0)

    def _go_back_to(self, path: Path) -> None:
        """Show a recording again; one that the filter hides stands before the row that was current."""
        if self._model.position(path) >= 0:
            self._go_to(self._model.position(path))
        elif self._model.row_of(path) is not None:
            if self._row() >= 0:
                self._below = self._model.shown[self._row() :]
            self._current = path
            self.selectionModel().clear()
            self.row_entered.emit(path)

    def _go_to(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            self.setCurrentIndex(self._model.index(row, 0))

    def _row(self) -> int:
        return self.currentIndex().row() if self.currentIndex().isValid() else -1

    def _show_current(self) -> None:
        """Make the view's current row the current recording, if that is on screen; without telling anybody."""
        position = self._model.position(self._current) if self._current is not None else -1
        if position >= 0:
            index = self._model.index(position, 0)
            self.selectionModel().setCurrentIndex(index, SELECT_ROW)
            self.scrollTo(index)
        else:
            self.selectionModel().clear()

    def _current_changed(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        if not self.selectionModel().hasSelection():  # the focus alone makes a row current
            self.selectionModel().select(index, SELECT_ROW)
        path = self._model.shown[index.row()].path
        self._below = None
        if path != self._current:
            if not self._stepping:
                self._way.clear()
            self._current = path
            self.row_entered.emit(path)

    def _activate(self, index: QModelIndex) -> None:
        if index.isValid():
            self.activated_path.emit(self._model.shown[index.row()].path)

    def _rows_inserted(self) -> None:
        if self._row() < 0 and self._current is not None and self._model.position(self._current) >= 0:
            self._show_current()
        self._timer.start()

    def _note_order(self) -> None:
        self._order = self._model.shown

    def _reordered(self) -> None:
        """Find the current recording again where the filter let it back in, and keep it in sight where it moved."""
        position = self._model.position(self._current) if self._current is not None else -1
        if position < 0 and self._below is None and self._current is not None:
            self._below = self._rows_below(self._current)
        self._order = []
        if self._row() != position:
            self._show_current()
        self._timer.start()

    def _rows_below(self, path: Path) -> list[FolderRow] | None:
        """Return the rows that stood below a recording before they were put into another order."""
        place = next((place for place, row in enumerate(self._order) if row.path == path), None)
        return self._order[place + 1 :] if place is not None else None

    def _forget(self) -> None:
        self._current = self._below = None
        self._way.clear()
        self._timer.start()

    def _look(self) -> None:
        top = self.indexAt(QPoint(1, 1))
        if not top.isValid():
            return
        bottom = self.indexAt(QPoint(1, self.viewport().height() - 1))
        last = bottom.row() if bottom.isValid() else self._model.rowCount() - 1
        self.looked_at.emit([row.path for row in self._model.shown[top.row() : last + 1]])

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Repaint where a changed row is on screen; Qt repaints the whole view for any row."""
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first.row() <= (bottom if bottom >= 0 else self._model.rowCount()) and last.row() >= top:
            super().dataChanged(first, last, roles)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the new width; other rows may be on screen now."""
        super().resizeEvent(event)
        self._fill_width()
        self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter play, Left and Right go back and on, Home and End to the first and last row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._activate(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            self._go_to(0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            self.step(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not event.modifiers() and self._row() < 0:
            self.step(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Ignore typed letters: they are keys of the window, and must never move the list."""
