"""Where messages stand: in the free part of the transport, or just above it; nothing moves when one comes or goes."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QWidget

from desktop_app.ui.message_bar import MessageBar

LEAST_WIDTH = 360
"""Pixels that a sentence and a button need; where the transport has less, the message lies above it."""
MARGIN = 4


class MessagePlace(QObject):
    """Keeps a message bar in its place over the window, whatever the window's size and the sentence's length."""

    def __init__(self, bar: MessageBar, room: QWidget, below: QWidget, page: QWidget) -> None:
        """Let `bar` lie over `page`: in `room`, the free part of the row `below` at its lower edge, or above that."""
        super().__init__(bar)
        self._bar, self._room, self._below, self._page = bar, room, below, page
        bar.setParent(page)
        bar.hide()
        bar.presented.connect(self.place)
        for watched in (room, below):
            watched.installEventFilter(self)

    def place(self) -> None:
        """Put the bar to where it belongs now, over everything else; a long sentence lets it grow upwards."""
        if self._bar.isHidden():
            return
        row = QRect(self._below.mapTo(self._page, QPoint()), self._below.size())
        room = QRect(self._room.mapTo(self._page, QPoint()), self._room.size())
        fits = room.width() >= LEAST_WIDTH
        left, width = (room.left(), room.width()) if fits else (2 * MARGIN, self._page.width() - 4 * MARGIN)
        height = max(self._bar.heightForWidth(width), self._bar.minimumSizeHint().height())
        bottom = row.bottom() - max((row.height() - height) // 2, MARGIN) if fits else row.top() - 2 * MARGIN
        self._bar.setGeometry(left, bottom - height + 1, width, height)
        self._bar.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the row when it moves or has other room."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.place()
        return super().eventFilter(watched, event)
