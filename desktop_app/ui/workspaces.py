"""The pages of the window, one at a time, and the rail on the left that changes between them."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from desktop_app.ui.actions import Actions
from desktop_app.ui.widgets import quiet_button

RAIL_WIDTH = 64
RAIL_ICON = QSize(20, 20)


class Workspaces(QWidget):
    """A stack of pages beside a rail of buttons; a page is made when it is shown for the first time.

    The action that shows the page `name` is called `show_<name>` in the table of actions.
    """

    shown = Signal(str)
    """Name of the page that is on screen now."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._made: dict[str, QWidget] = {}
        self._group = QActionGroup(self)
        self._stack = QStackedWidget()
        self.current = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_rail())
        row.addWidget(self._stack, 1)

    def add(self, name: str, make: Callable[[], QWidget]) -> None:
        """Add a page that `make` makes at its first show."""
        action = self._actions[f"show_{name}"]
        self._group.addAction(action)
        action.triggered.connect(lambda _=False: self.show_page(name))
        self._makers[name] = make
        self._rail.insertWidget(len(self._makers) - 1, self._rail_button(f"show_{name}"))

    def show_page(self, name: str) -> QWidget:
        """Put a page on screen and return it."""
        page = self.page(name)
        if name != self.current:
            self.current = name
            self._stack.setCurrentWidget(page)
            self._actions[f"show_{name}"].setChecked(True)
            self._actions.show_place(name)
            self.shown.emit(name)
        return page

    def page(self, name: str) -> QWidget:
        """Return a page, made now if nobody has seen it yet."""
        if name not in self._made:
            self._made[name] = self._makers[name]()
            self._stack.addWidget(self._made[name])
        return self._made[name]

    def made(self, name: str) -> bool:
        """Return whether a page has been made."""
        return name in self._made

    def _make_rail(self) -> QFrame:
        rail = QFrame()
        rail.setObjectName("rail")
        rail.setFixedWidth(RAIL_WIDTH)
        self._rail = QVBoxLayout(rail)
        self._rail.setContentsMargins(4, 4, 4, 4)
        self._rail.setSpacing(4)
        self._rail.addStretch()
        for name in ("theme", "keys"):
            self._rail.addWidget(self._rail_button(name, icon_only=True), 0, Qt.AlignmentFlag.AlignHCenter)
        return rail

    def _rail_button(self, name: str, *, icon_only: bool = False) -> QToolButton:
        action = self._actions[name]
        button = quiet_button(action.text())
        button.setDefaultAction(action)
        button.setIconSize(RAIL_ICON)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if icon_only else Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        button.setToolButtonStyle(style)
        if not icon_only:
            button.setFixedSize(RAIL_WIDTH - 8, 48)
        return button
