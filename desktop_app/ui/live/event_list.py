"""What was heard, newest first: time, class, score, and a way to hear it again."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from desktop_app.colours import NEUTRAL
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.ui.labels.annotation_table import DOT, dot_icon
from desktop_app.ui.sorted_table import RIGHT
from desktop_app.ui.theme import Theme, icon
from desktop_app.ui.widgets import make_rows
from desktop_app.ui.wording import in_tip

TITLES = ("Time", "Class", "Score", "")
PLAY_COLUMN = 3
MOST_ROWS = 1000
ROW_HEIGHT, PLAY_WIDTH = 24, 32
EVENT_ROLE = Qt.ItemDataRole.UserRole


class EventList(QTableView):
    """Lists events. A click on the last column, a double-click or Enter plays one; a click on a row shows it."""

    play_wanted = Signal(object)
    """HeardEvent."""
    chosen = Signal(object)
    """HeardEvent of the row that became current."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.colour_of: Callable[[str], str] = lambda _: NEUTRAL
        """Returns the colour of a label as hex."""
        self._rows = QStandardItemModel(0, len(TITLES), self)
        self._rows.setHorizontalHeaderLabels(TITLES)
        self._rows.horizontalHeaderItem(2).setTextAlignment(RIGHT)
        self.setModel(self._rows)
        self._set_up()
        theme.changed.connect(self._tint)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(lambda index: self.play_wanted.emit(event_at(index)))

    @property
    def events(self) -> list[HeardEvent]:
        """Return what is listed, newest first."""
        return [event_at(self._rows.index(row, 0)) for row in range(self._rows.rowCount())]

    def add(self, heard: HeardEvent) -> None:
        """List one more; the oldest beyond `MOST_ROWS` goes."""
        at = datetime.fromtimestamp(heard.clock_s).astimezone()
        when = QStandardItem(f"{at:%H:%M:%S}")
        when.setToolTip(at.isoformat(" ", "milliseconds"))
        when.setData(heard, EVENT_ROLE)
        label = QStandardItem(heard.event.label)
        label.setToolTip(in_tip(heard.event.label))
        label.setIcon(dot_icon(self.colour_of(heard.event.label)))
        score = QStandardItem(f"{heard.event.score:.2f}")
        score.setTextAlignment(RIGHT)
        play = QStandardItem(icon("play", self._theme.tones), "")
        play.setToolTip("Play")
        play.setAccessibleText("Play")
        row = [when, label, score, play]
        for item in row:
            item.setEditable(False)
        self._rows.insertRow(0, row)
        if self._rows.rowCount() > MOST_ROWS:
            self._rows.removeRow(MOST_ROWS)

    def clear_events(self) -> None:
        """List nothing."""
        self._rows.setRowCount(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play by Enter; all else as in any list."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.play_wanted.emit(event_at(self.currentIndex()))
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Ignore typed letters: they are keys of the window."""

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == PLAY_COLUMN:
            self.play_wanted.emit(event_at(index))
        else:
            self.chosen.emit(event_at(index))

    def _set_up(self) -> None:
        self.setAccessibleName("Events")
        make_rows(self, ROW_HEIGHT)
        self.setIconSize(QSize(DOT, DOT))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((0, 72), (2, 56), (PLAY_COLUMN, PLAY_WIDTH)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def _tint(self) -> None:
        for row in range(self._rows.rowCount()):
            self._rows.item(row, PLAY_COLUMN).setIcon(icon("play", self._theme.tones))


def event_at(index: QModelIndex) -> HeardEvent:
    """Return the event of a row."""
    heard: HeardEvent = index.siblingAtColumn(0).data(EVENT_ROLE)
    return heard
