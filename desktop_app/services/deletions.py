"""What a page deleted and can bring back: by the button in the message bar, or by Undo, the last one first."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_app.services.messages import Messages


class Deletions(QObject):
    """Knows how to bring back what was deleted since the window opened. GUI thread only."""

    changed = Signal()
    """Undo would bring back something else now."""

    def __init__(self, messages: Messages) -> None:
        super().__init__()
        self._messages = messages
        self._known: dict[object, tuple[str, Callable[[], object]]] = {}

    @property
    def text(self) -> str:
        """Return what Undo would take back, empty for nothing: “Delete the model “owls””."""
        return f"Delete {next(reversed(self._known.values()))[0]}" if self._known else ""

    def add(self, key: object, name: str, restore: Callable[[], object]) -> None:
        """Say that something is deleted and offer to bring it back; `name` is like `the model “owls”`."""
        self._known[key] = (name, restore)
        self.changed.emit()
        self._messages.info(f"{name[0].upper()}{name[1:]} is deleted.", "Undo", lambda: self._bring_back(key))

    def forget(self, key: object) -> None:
        """Offer it no more: it came back in another way."""
        if self._known.pop(key, None) is not None:
            self.changed.emit()

    def undo(self) -> None:
        """Bring back what was deleted last, if anything was."""
        if self._known:
            self._bring_back(next(reversed(self._known)))

    def _bring_back(self, key: object) -> None:
        known = self._known.get(key)
        self.forget(key)
        if known is not None:
            known[1]()
