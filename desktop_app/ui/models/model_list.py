"""The models in a list: those that came with Earmark, and the person's own below them."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from desktop_app.classifier.card import ModelEntry
from desktop_app.ui.sorted_table import LEFT, RIGHT
from desktop_app.ui.wording import in_tip, size_words

TITLES = ("Name", "", "What it is", "Classes", "Accuracy", "Licence", "Size", "Made")
NUMBERS = {3, 4, 6}
TITLE_COLUMN, LICENCE_COLUMN = 2, 5
IN_USE = "in use"
ROW_SIZE = QSize(0, 24)
LICENCE_WIDTH = 160
NAME_WIDTH = 200
SHIPPED, OWN = "Came with Earmark", "Yours"
NONE_YET = "None yet: drop a model file here, import one, or train one."
NAME_ROLE = Qt.ItemDataRole.UserRole
Editable = Qt.ItemFlag.ItemIsEditable


class ModelList(QTreeView):
    """Lists models; the current one is shown on the page."""

    current_changed = Signal(str)
    """Name of the model that became current."""
    use_wanted = Signal(str)
    """A double-clicked model shall judge."""
    rename_wanted = Signal(str, str)
    """Name, and the new one that was typed."""
    delete_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._rows = QStandardItemModel(0, len(TITLES), self)
        self.setModel(self._rows)
        self._set_up()
        self._rows.itemChanged.connect(self._edited)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.doubleClicked.connect(self._entered)

    @property
    def current(self) -> str:
        """Return the name of the current model; empty where there is none."""
        return name_at(self.currentIndex())

    def show_models(self, entries: Sequence[ModelEntry], is_own: Callable[[ModelEntry], bool], chosen: str) -> None:
        """Show these models; the current one stays, else the one that judges becomes it."""
        current = self.current or chosen
        self._filling = True
        self._rows.setRowCount(0)
        for title, own in ((SHIPPED, False), (OWN, True)):
            group = _group(title)
            rows = [self._row(entry, own=own, chosen=chosen) for entry in entries if is_own(entry) == own]
            for row in rows:
                group.appendRow(row)
            if own and not rows:
                group.appendRow(_hint())
            self._rows.appendRow(group)
        self._filling = False
        for place in range(self._rows.rowCount()):
            self.setFirstColumnSpanned(place, QModelIndex(), True)
            titled = self._rows.index(place, 0)
            self.expand(titled)
            if not self._rows.hasIndex(0, 1, titled):  # the hint has one sentence and no columns
                self.setFirstColumnSpanned(0, titled, True)
        names = [entry.card.name for entry in entries]
        self.select(current if current in names else chosen)

    def select(self, name: str) -> None:
        """Make a model the current one."""
        for item in self._items():
            if item.data(NAME_ROLE) == name:
                self.setCurrentIndex(item.index())
                return

    def rename_current(self) -> None:
        """Let the person type another name in the list."""
        index = self.currentIndex().siblingAtColumn(0)
        if index.flags() & Editable:
            self.setFocus()
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete by Del, use by Enter; all else as in any list."""
        editing = self.state() == QAbstractItemView.State.EditingState  # the editor's Enter arrives here, too
        name = "" if editing else self.current
        if event.key() == Qt.Key.Key_Delete and name:
            self.delete_wanted.emit(name)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and name:
            self.use_wanted.emit(name)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Ignore typed letters: they are keys of the window."""

    def _set_up(self) -> None:
        for column, title in enumerate(TITLES):
            item = QStandardItem(title)
            item.setTextAlignment(RIGHT if column in NUMBERS else LEFT)
            self._rows.setHorizontalHeaderItem(column, item)
        self.setAccessibleName("Models")
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(16)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(TITLE_COLUMN, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, NAME_WIDTH), (LICENCE_COLUMN, LICENCE_WIDTH)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)

    def _row(self, entry: ModelEntry, *, own: bool, chosen: str) -> list[QStandardItem]:
        used = entry.card.name == chosen
        cells = cells_of(entry, IN_USE if used else "")
        items = [QStandardItem(text) for text, _tip in cells]
        for column, (item, (text, tip)) in enumerate(zip(items, cells, strict=True)):
            item.setEditable(own and column == 0)
            item.setToolTip(in_tip(tip or text))
            item.setTextAlignment(RIGHT if column in NUMBERS else LEFT)
        items[0].setSizeHint(ROW_SIZE)
        items[0].setData(entry.card.name, NAME_ROLE)
        return items

    def _items(self) -> list[QStandardItem]:
        groups = [self._rows.item(place) for place in range(self._rows.rowCount())]
        return [group.child(row) for group in groups for row in range(group.rowCount())]

    def _moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        if name_at(now):
            self.current_changed.emit(name_at(now))

    def _entered(self, index: QModelIndex) -> None:
        if name_at(index):
            self.use_wanted.emit(name_at(index))

    def _edited(self, item: QStandardItem) -> None:
        name = item.data(NAME_ROLE)
        if name and item.text() != name and not self._filling:
            self.rename_wanted.emit(name, item.text())


def cells_of(entry: ModelEntry, use: str) -> list[tuple[str, str]]:
    """Return the text of each column, and its tip where that says more."""
    card = entry.card
    results = card.results
    accuracy = f"{100 * results.accuracy:.1f}\N{NO-BREAK SPACE}%" if results else "–"
    how = f"{results.clips:,} clips. {results.how}" if results else "Nobody has measured it."
    return [
        (card.name, ""),
        (use, "This model judges" if use else ""),
        (card.title, ""),
        (f"{len(card.classes):,}", ", ".join(card.classes[:40])),
        (accuracy, how),
        (card.licence, ""),
        (size_words(_size(entry)), str(entry.path)),
        (card.created, ""),
    ]


def name_at(index: QModelIndex) -> str:
    """Return the name of the model in a row; empty for headings and hints."""
    return index.siblingAtColumn(0).data(NAME_ROLE) or ""


def _size(entry: ModelEntry) -> int:
    try:
        return entry.path.stat().st_size
    except OSError:
        return 0


def _group(title: str) -> QStandardItem:
    item = QStandardItem(title)
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    item.setFont(font)
    item.setSizeHint(ROW_SIZE)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    return item


def _hint() -> QStandardItem:
    """Return a row that says how models come here."""
    item = QStandardItem(NONE_YET)
    item.setSizeHint(ROW_SIZE)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    return item
