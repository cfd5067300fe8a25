"""The page where one listens: toolbar, docks left and right, the timeline or a welcome between them."""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.actions import Actions
from desktop_app.ui.welcome import Welcome
from desktop_app.ui.widgets import quiet_button

LAYOUT_VERSION = 5
LEFT_WIDTH, RIGHT_WIDTH = 456, 304
"""Of the docks, at first: room for the columns that the list shows, and for a row of metadata."""
LEAST_RIGHT_WIDTH = 204
"""Room for the names of the tabs, also in a window that was small when it was closed last."""
RIGHT_PART = 0.25
"""Of the page, at most."""
TIMELINE_WIDTH = 560
"""At least: in a small window it takes from the list."""


@dataclass(frozen=True)
class DockSpec:
    """A panel at the timeline's side."""

    title: str
    """What stands over it; the first one is on the left, the others are on the right."""
    content: QWidget
    """The panel."""
    height: int = 0
    """Pixels that it has at first, beside the others of its side."""
    behind: bool = False
    """Whether it is a tab behind the one before."""


class Desk(QWidget):
    """Arranges the docks round the timeline and remembers how the person arranged them."""

    def __init__(self, actions: Actions, timeline: QWidget, docks: tuple[DockSpec, ...]) -> None:
        super().__init__()
        self._actions = actions
        self._specs = docks
        self._timeline = timeline
        self.welcome = Welcome(actions)
        self.recent_menu = QMenu("Recent folders", self)
        self.model_menu = QMenu("Model", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_toolbar())
        column.addWidget(self._make_area(), 1)

    def show_recording(self, shown: bool) -> None:
        """Show the timeline, or the page that says what to do first."""
        self._pages.setCurrentWidget(self._timeline if shown else self.welcome)

    def toggles(self) -> list[QAction]:
        """Return the actions that show and hide the docks."""
        return [dock.toggleViewAction() for dock in self._docks]

    def arrange(self) -> None:
        """Put every dock to where it was at first; the keyboard stays where it is."""
        focused = self.window().focusWidget()
        for dock in self._docks:
            dock.setFloating(False)
            dock.show()
        self._place()
        left, *right = self._docks
        right_width = min(RIGHT_WIDTH, round(RIGHT_PART * self.width()))
        left_width = min(LEFT_WIDTH, max(self.width() - right_width - TIMELINE_WIDTH, 0))
        widths = [left_width, right_width]
        self._area.resizeDocks([left, right[0]], widths, Qt.Orientation.Horizontal)
        shown = [(dock, spec.height) for dock, spec in zip(right, self._specs[1:], strict=True) if not spec.behind]
        self._area.resizeDocks([dock for dock, _ in shown], [height for _, height in shown], Qt.Orientation.Vertical)
        if focused is not None:
            focused.setFocus()

    def state(self) -> str:
        """Return the arrangement as text, for `restore`."""
        return self._area.saveState(LAYOUT_VERSION).toBase64().toStdString()

    def restore(self, state: str) -> None:
        """Arrange the docks as they were; as at first where the text does not fit. Needs a laid-out window."""
        if not self._area.restoreState(QByteArray.fromBase64(state.encode()), LAYOUT_VERSION):
            self.arrange()

    def focus_first(self) -> None:
        """Give the keyboard to the first dock; with nothing in it yet, to the first step."""
        self.welcome.setFocus()
        self._specs[0].content.setFocus()

    def _make_area(self) -> QMainWindow:
        self._area = QMainWindow()
        self._area.setWindowFlags(Qt.WindowType.Widget)
        self._area.setDockNestingEnabled(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self._timeline)
        self._area.setCentralWidget(self._pages)
        self._docks = [self._make_dock(spec) for spec in self._specs]
        for dock in self._docks[1:]:
            dock.setMinimumWidth(LEAST_RIGHT_WIDTH)
        self._place()
        return self._area

    def _place(self) -> None:
        """Put the first dock on the left and the others below each other on the right, or behind each other."""
        self._area.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._docks[0])
        front = self._docks[0]
        for dock, spec in zip(self._docks[1:], self._specs[1:], strict=True):
            self._area.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
            if spec.behind:
                self._area.tabifyDockWidget(front, dock)
                front.raise_()
            else:
                front = dock

    @staticmethod
    def _make_dock(spec: DockSpec) -> QDockWidget:
        dock = QDockWidget(spec.title)
        dock.setObjectName(f"dock{spec.title}")
        dock.setWidget(spec.content)
        return dock

    def _make_toolbar(self) -> QToolBar:
        bar = QToolBar("Main")
        bar.setObjectName("mainToolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.addWidget(self._menu_button("open_folder", self.recent_menu))
        bar.addWidget(self._menu_button("classify", self.model_menu))
        self._add_buttons(bar, "export")
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self._add_buttons(bar, "zoom_in", "zoom_out", "zoom_selection", "zoom_fit", icon_only=True)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        return bar

    def _add_buttons(self, bar: QToolBar, *names: str, icon_only: bool = False) -> None:
        for name in names:
            button = quiet_button(self._actions[name].text())
            button.setDefaultAction(self._actions[name])
            style = Qt.ToolButtonStyle.ToolButtonIconOnly if icon_only else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            button.setToolButtonStyle(style)
            bar.addWidget(button)

    def _menu_button(self, name: str, menu: QMenu) -> QToolButton:
        button = quiet_button(self._actions[name].text())
        button.setDefaultAction(self._actions[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        button.setMenu(menu)
        return button
