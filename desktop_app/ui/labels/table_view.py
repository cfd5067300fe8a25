"""The table of all annotations on the screen: chosen, judged and gone to by mouse and keys."""

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QKeyCombination,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QTableView, QVBoxLayout, QWidget

from desktop_app.annotation.table_query import TableRow
from desktop_app.services.label_measuring import LabelMeasuring
from desktop_app.services.label_table import LabelTable
from desktop_app.services.settings import Settings
from desktop_app.ui.actions import shown_key
from desktop_app.ui.labels.annotation_table import DOT
from desktop_app.ui.labels.column_menu import ColumnMenu
from desktop_app.ui.labels.table_columns import COLUMNS
from desktop_app.ui.labels.table_model import LabelTableModel
from desktop_app.ui.labels.table_order import TableOrder
from desktop_app.ui.widgets import make_rows, role_label

ROW_HEIGHT = 24
LOOK_DELAY_MS = 80
"""Scrolling must have paused so long before sound is measured."""
FEW = 500
"""Chosen rows that are known one by one, so that they are found again after an edit."""
ROWS = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows

JUMP, PLAY, ACCEPT, REJECT, UNCERTAIN, DELETE, LABEL_FIELD, NOTE = (
    "jump", "play", "accept", "reject", "uncertain", "delete", "label", "note",
)  # fmt: skip
KEYS = {
    "Return": JUMP,
    "Enter": JUMP,
    "Space": PLAY,
    "Ctrl+Return": ACCEPT,
    "Ctrl+Enter": ACCEPT,
    "Del": REJECT,
    "U": UNCERTAIN,
    "Shift+Del": DELETE,
    "Ctrl+B": LABEL_FIELD,
    "F2": NOTE,
}
"""What keys do to the chosen rows, whatever they do elsewhere in the window."""
ACTS = {
    JUMP: "Show over its sound",
    PLAY: "Play",
    ACCEPT: "Accept",
    REJECT: "Reject",
    UNCERTAIN: "Uncertain",
    LABEL_FIELD: "Label…",
    NOTE: "Note…",
    DELETE: "Delete",
}


NOTHING_FOUND = "No annotation matches the filter: Clear shows all of them again."


class LabelTableView(QTableView):
    """Shows a LabelTable. What is asked of the chosen rows is emitted; the page does it."""

    acted = Signal(str)
    """One of the values of `KEYS`."""
    chosen_changed = Signal()
    """Other rows are chosen."""

    def __init__(
        self, table: LabelTable, measuring: LabelMeasuring, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._measuring = measuring
        self._settings = settings
        self._chosen_ids: list[tuple[int, str]] = []
        self._goes_on = False
        self._model = LabelTableModel(table, measuring, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_DELAY_MS)
        self._timer.timeout.connect(self._measure)
        self.setModel(self._model)
        self._set_up()
        self._set_up_header()
        self.order = TableOrder(self.horizontalHeader(), table, measuring)
        self.selectionModel().selectionChanged.connect(self._note_chosen)
        self.doubleClicked.connect(lambda _: self.acted.emit(JUMP))
        self.verticalScrollBar().valueChanged.connect(lambda _: self._look())
        self._model.settled.connect(self._settle)
        table.arrived.connect(lambda *_: self._timer.start())

    @property
    def labels_model(self) -> LabelTableModel:
        """Return the model that is shown."""
        return self._model

    @property
    def current_row(self) -> TableRow | None:
        """Return the row with the keyboard; None where there is none, or it is not known yet."""
        return self._model.row(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def ranges(self) -> list[tuple[int, int]]:
        """Return first and last rows of what is chosen, from top to bottom; a million rows are one range."""
        selection = self.selectionModel().selection()
        return sorted({(part.top(), part.bottom()) for part in map(selection.at, range(selection.count()))})

    @property
    def chosen_count(self) -> int:
        """Return how many rows are chosen."""
        return sum(last - first + 1 for first, last in self.ranges())

    def go_to(self, row: int) -> None:
        """Choose one row and show it."""
        if 0 <= row < self._model.rowCount():
            index = self._model.index(row, 0)
            self.selectionModel().setCurrentIndex(index, ROWS)
            self.scrollTo(index)

    def go_on(self, after_change: bool) -> None:
        """Choose the row after the one that is chosen alone: now, or once the change that is under way has come."""
        self._goes_on = after_change and self.chosen_count == 1
        if not after_change and self.chosen_count == 1:
            self.go_to(self.ranges()[0][0] + 1)

    def shows_measurements(self) -> bool:
        """Return whether a column is shown whose sound must be read."""
        header = self.horizontalHeader()
        return any(
            not header.isSectionHidden(number) for number, each in enumerate(COLUMNS) if each.measured is not None
        )

    def _set_up(self) -> None:
        make_rows(self, ROW_HEIGHT, many=True)
        self.setCornerWidget(QWidget())  # else the style draws a bit of frame between the scroll bars
        self.setIconSize(QSize(DOT, DOT))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # what differs in a folder is often the end of names
        self.setAlternatingRowColors(True)
        self.setAccessibleName("Annotations of the folder")
        self.nothing = role_label(NOTHING_FOUND, wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.viewport()).addWidget(self.nothing)
        self.nothing.hide()

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        hidden = self._settings.values.hidden_label_columns
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, column.width)
            header.setSectionHidden(number, column.name in hidden)
        header.customContextMenuRequested.connect(lambda at: self.column_menu().popup(header.mapToGlobal(at)))

    def column_menu(self) -> ColumnMenu:
        """Return a menu that shows and hides columns; it goes when it is closed."""
        menu = ColumnMenu(lambda number: not self.isColumnHidden(number), self.show_column, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what the keys do, and the columns; the menu key asks for it too."""
        menu = QMenu(self)
        for what, words in ACTS.items():
            key = next(key for key, act in KEYS.items() if act == what)
            action = menu.addAction(f"{words}\t{shown_key(key)}")
            action.setEnabled(bool(self.chosen_count))
            action.triggered.connect(lambda _=False, what=what: self.acted.emit(what))
        menu.addSeparator()
        menu.addMenu(ColumnMenu(lambda number: not self.isColumnHidden(number), self.show_column, menu))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def show_column(self, number: int, shown: bool) -> None:
        """Show or hide a column, now and at the next start."""
        self.horizontalHeader().setSectionHidden(number, not shown)
        hidden = [each.name for at, each in enumerate(COLUMNS) if self.horizontalHeader().isSectionHidden(at)]
        self._settings.change(hidden_label_columns=tuple(hidden))
        if shown:
            self.scrollTo(self._model.index(self._rows_on_screen()[0], number))
        self._timer.start()

    def _look(self) -> None:
        """Ask for the rows on screen, and once scrolling has paused for their measurements."""
        first, last = self._rows_on_screen()
        self._table.want(first, last)
        self._timer.start()

    def _rows_on_screen(self) -> tuple[int, int]:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return max(first, 0), last if last >= 0 else max(self._model.rowCount() - 1, 0)

    def _measure(self) -> None:
        if self.shows_measurements():
            first, last = self._rows_on_screen()
            rows = (self._model.row(number) for number in range(first, last + 1))
            self._measuring.want([row for row in rows if row is not None])

    def _note_chosen(self) -> None:
        """Remember which annotations are chosen, where they are few."""
        ranges = self.ranges()
        self._chosen_ids = []
        if sum(last - first + 1 for first, last in ranges) <= FEW:
            rows = [(number, self._model.row(number)) for first, last in ranges for number in range(first, last + 1)]
            self._chosen_ids = [(number, row.annotation.id) for number, row in rows if row is not None]
        self.chosen_changed.emit()

    def _settle(self, is_other: bool) -> None:
        """Choose anew after the rows have changed; say so where there are none."""
        self.nothing.setVisible(not self._model.rowCount())
        self.order.point_out()
        if is_other:
            self._chosen_ids = []
            self.scrollToTop()
            self.chosen_changed.emit()
        else:
            self._choose_again()
        self._look()

    def _choose_again(self) -> None:
        """Keep what is chosen where it still stands; else find it again, or choose what took its place."""
        ranges, goes_on = self.ranges(), self._goes_on
        self._goes_on = False
        if not ranges or all(self._id_at(number) == each for number, each in self._chosen_ids):
            if goes_on:
                self.go_to(ranges[0][0] + 1)
            self.chosen_changed.emit()
            return
        wanted = {each for _, each in self._chosen_ids}
        first, last = self._rows_on_screen()
        found = [number for number in range(first, last + 1) if self._id_at(number) in wanted]
        if len(found) == len(wanted) > 1:
            self._choose(found)
        else:
            self.go_to(min(ranges[0][0], self._model.rowCount() - 1))

    def _choose(self, rows: list[int]) -> None:
        selection = QItemSelection()
        for row in rows:
            selection.select(self._model.index(row, 0), self._model.index(row, 0))
        self.selectionModel().setCurrentIndex(self._model.index(rows[0], 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, ROWS)

    def _id_at(self, number: int) -> str:
        row = self._model.row(number)
        return "" if row is None else row.annotation.id

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other rows may be on screen now."""
        super().resizeEvent(event)
        self._look()

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the table from meaning something else in the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._meant(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what `KEYS` say; Home and End go to the first and last row, all else as in any table."""
        what = self._meant(event)
        if what:
            self.acted.emit(what)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            self.go_to(0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def _meant(self, event: QKeyEvent) -> str:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
        return KEYS.get(pressed.toString(QKeySequence.SequenceFormat.PortableText), "")

    def keyboardSearch(self, search: str) -> None:
        """Ignore typed letters: they are keys of classes, and must never move the table."""
