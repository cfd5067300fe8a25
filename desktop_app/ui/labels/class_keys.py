"""The keys of the classes: pressed anywhere on the page, they label."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop_app.annotation.scheme import LabelScheme
from desktop_app.ui.actions import letters

RESERVED = letters()
"""Letters that do something else in the window."""


class ClassKeys(QObject):
    """Holds one shortcut for each class that has a key, and one with Shift. Fields keep what is typed in them."""

    pressed = Signal(str, bool)
    """Name of the class, and whether its label shall stand beside those that are there (Shift)."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._shortcuts: list[QShortcut] = []

    def show_scheme(self, scheme: LabelScheme) -> None:
        """Take over the keys of these classes."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        wanted = [(each.name, each.key) for each in scheme.classes if each.key and each.key not in RESERVED]
        self._shortcuts = [self._make(*each, beside) for each in wanted for beside in (False, True)]

    def _make(self, name: str, key: str, beside: bool) -> QShortcut:
        keys = QKeySequence(f"Shift+{key.upper()}" if beside else key.upper())
        shortcut = QShortcut(keys, self._page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: self.pressed.emit(name, beside))
        return shortcut
