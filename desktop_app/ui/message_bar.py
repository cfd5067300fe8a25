"""The bar that tells the person something without stopping them: one sentence, what to do, a way to close it."""

from collections import deque

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop_app.services.messages import Message
from desktop_app.ui.theme import Theme, icon
from desktop_app.ui.widgets import quiet_button, role_label

INFO_LASTS_MS = 8_000


class MessageBar(QFrame):
    """Shows one message at a time; errors and warnings stay until closed, information goes by itself."""

    presented = Signal()
    """Another sentence is on screen; it may need other room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setAccessibleName("Message")
        self._theme = theme
        self._current: Message | None = None
        self._waiting: deque[Message] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(INFO_LASTS_MS)
        self._timer.timeout.connect(self.close_message)
        self._lay_out()
        theme.changed.connect(self._tint)
        self.hide()

    @property
    def text(self) -> str:
        """Return the sentence on screen, or nothing."""
        return self._label.text() if self._current is not None else ""

    def show_message(self, message: Message) -> None:
        """Show `message`, errors and warnings after those that still wait; the same one is not shown twice.

        Information is shown at once, and what it covers comes back when it goes: what has just been done may not wait
        for an old error to be closed.
        """
        if message == self._current or message in self._waiting:
            return
        staying = self._current if self._current is not None and self._current.level != "info" else None
        if staying is not None and message.level != "info":
            self._waiting.append(message)
            self._count()
            return
        if staying is not None:
            self._waiting.appendleft(staying)
        self._present(message)

    def withdraw(self, text: str) -> None:
        """Take messages of this text away, wherever they stand."""
        self._waiting = deque(each for each in self._waiting if each.text != text)
        if self._current is not None and self._current.text == text:
            self.close_message()
        self._count()

    def close_message(self) -> None:
        """Close the message on screen and show the next one."""
        self._timer.stop()
        self._current = None
        if self._waiting:
            self._present(self._waiting.popleft())
        else:
            self.hide()

    def answer(self) -> None:
        """Do what the message on screen offers, if anything, and close it."""
        message = self._current
        if message is not None and message.action is not None:
            self.close_message()
            message.action()

    def _lay_out(self) -> None:
        self._icon = QLabel()
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)  # names from outside are no markup
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = role_label(role="small")
        self._action = quiet_button("What to do next", on_click=self.answer)
        self._close = quiet_button("Close message", "Close this message", self.close_message)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 2)
        row.setSpacing(8)
        for widget in (self._icon, self._label, self._more, self._action, self._close):
            row.addWidget(widget)

    def _present(self, message: Message) -> None:
        self._timer.stop()  # of the information that was here
        self._current = message
        self._label.setText(message.text)
        self._action.setText(message.action_text)
        self._action.setVisible(bool(message.action_text))
        self.setProperty("level", message.level)
        self.style().unpolish(self)
        self.style().polish(self)
        self._tint()
        self._count()
        self.show()
        self.presented.emit()
        if message.level == "info":
            self._timer.start()

    def _count(self) -> None:
        self._more.setText(f"{len(self._waiting)} more" if self._waiting else "")

    def _tint(self) -> None:
        tones = self._theme.tones
        self._close.setIcon(icon("close", tones))
        if self._current is not None:
            self._icon.setPixmap(icon(self._current.level, tones).pixmap(20, 20))
