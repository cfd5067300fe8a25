"""Messages lie over the window: whatever they say, nothing else moves."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.services.messages import Message
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.message_place import LEAST_WIDTH, MessagePlace
from desktop_app.ui.theme import Theme

SHORT = Message("info", "27 files were judged.", "Undo", lambda: None)
LONG = Message("error", "The file with the labels of this folder is damaged: " * 6)


class Window(QWidget):
    """A page over a row whose middle is free."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.page, self.row, self.room, self.right = QWidget(), QWidget(), QWidget(), QWidget()
        self.room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.row.setFixedHeight(48)
        self.right.setFixedWidth(100)
        row = QHBoxLayout(self.row)
        row.setContentsMargins(200, 4, 8, 4)
        row.addWidget(self.room, 1)
        row.addWidget(self.right)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page, 1)
        column.addWidget(self.row)
        self.bar = MessageBar(theme)
        self.place = MessagePlace(self.bar, self.room, self.row, self)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> Window:
    """Return a window of 1000 x 600 on the screen."""
    window = Window(theme)
    qtbot.addWidget(window)
    window.resize(1000, 600)
    window.show()
    qtbot.waitExposed(window)
    return window


def rect_in(window: Window, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())


def test_a_message_stands_in_the_free_part_of_the_row_and_moves_nothing(window: Window) -> None:
    before = [rect_in(window, each) for each in (window.page, window.row, window.right)]
    window.bar.show_message(SHORT)
    assert rect_in(window, window.row).contains(window.bar.geometry())
    assert not window.bar.geometry().intersects(rect_in(window, window.right))
    window.bar.show_message(LONG)
    assert [rect_in(window, each) for each in (window.page, window.row, window.right)] == before


def test_a_long_message_grows_upwards_and_can_be_read_to_its_end(window: Window) -> None:
    window.bar.show_message(LONG)
    bar = window.bar.geometry()
    assert bar.height() == max(window.bar.heightForWidth(bar.width()), window.bar.minimumSizeHint().height())
    assert bar.top() < rect_in(window, window.row).top() and bar.bottom() < window.height()


def test_where_the_row_is_full_the_message_lies_above_it(window: Window) -> None:
    window.bar.show_message(SHORT)
    window.right.setFixedWidth(800 - LEAST_WIDTH)
    assert window.row.layout().activate()
    bar = window.bar.geometry()
    assert bar.bottom() < rect_in(window, window.row).top() and bar.left() < 200


def test_a_message_follows_the_size_of_the_window(window: Window, qtbot: QtBot) -> None:
    window.bar.show_message(SHORT)
    window.resize(1200, 500)
    qtbot.waitUntil(lambda: window.bar.geometry().bottom() < 500)
    assert rect_in(window, window.row).contains(window.bar.geometry())
