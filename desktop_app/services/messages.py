"""What the person is told: one sentence with a next step, shown in a bar that blocks nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Message:
    """One sentence, and what a button beside it would do."""

    level: Level
    text: str
    action_text: str = ""
    """The words on the button; empty for no button."""
    action: Callable[[], object] | None = None


class Messages(QObject):
    """Where every part says what the person should know; the message bar listens. GUI thread only."""

    posted = Signal(object)
    """A Message."""
    withdrawn = Signal(str)
    """The text of messages that hold no more."""

    def info(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """Tell of something that went well or can be undone."""
        self.posted.emit(Message("info", text, action_text, action))

    def warning(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """Tell of something that was only partly done."""
        self.posted.emit(Message("warning", text, action_text, action))

    def error(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """Tell of something that was not done."""
        self.posted.emit(Message("error", text, action_text, action))

    def withdraw(self, text: str) -> None:
        """Take back what holds no more, on screen or still waiting."""
        self.withdrawn.emit(text)
