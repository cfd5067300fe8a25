"""The window: toolbar and menus on top, panels left and right of the timeline, messages and transport below."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
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

from desktop_app.services.settings import Settings
from desktop_app.ui.actions import SPECS, Actions
from desktop_app.ui.welcome import Welcome
from desktop_app.ui.widgets import quiet_button

LAYOUT_VERSION = 2
DEFAULT_SIZE = QSize(1440, 900)
LEFT_WIDTH, RIGHT_WIDTH = 448, 300
RIGHT_HEIGHTS = [320, 220, 260]
MENUS = ("File", "Play", "View", "Folder", "Help")


@dataclass(frozen=True)
class Panels:
    """The parts that the window arranges; who feeds them is app.py's business."""

    folder: QWidget
    timeline: QWidget
    metadata: QWidget
    verdict: QWidget
    spectrum: QWidget
    transport: QWidget
    message_bar: QWidget


class MainWindow(QMainWindow):
    """Arranges the panels and remembers how the person arranged them; decides nothing."""

    dropped = Signal(object)
    """Path of a folder or recording that was dropped on the window."""
    recent_chosen = Signal(object)
    """Path of a folder from the list of recent ones."""
    model_chosen = Signal(str)
    """Name of the model that shall classify."""
    closing = Signal()

    def __init__(self, actions: Actions, panels: Panels, settings: Settings) -> None:
        super().__init__()
        self.panels = panels
        self._actions = actions
        self._settings = settings
        self.welcome = Welcome(actions)
        self.setWindowTitle("Earmark")
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(960, 600))
        self.addActions(actions.all())
        self._docks: list[QDockWidget] = []
        self._build_centre()
        self._build_toolbar()
        self._build_menus()
        self._arranged = False
        self.resize(DEFAULT_SIZE.boundedTo(self.screen().availableSize()))
        self.restoreGeometry(QByteArray.fromBase64(settings.values.window_geometry.encode()))

    def show_recording(self, shown: bool) -> None:
        """Show the timeline, or the page that says what to do first."""
        self._pages.setCurrentWidget(self.panels.timeline if shown else self.welcome)

    def show_models(self, names: Iterable[str], chosen: str) -> None:
        """Fill the menu beside the Classify button."""
        self._model_menu.clear()
        group = QActionGroup(self._model_menu)
        for name in names:
            action = self._model_menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _=False, name=name: self.model_chosen.emit(name))
            group.addAction(action)
        self._actions["classify"].setIconText(f"Classify · {chosen}" if chosen else "Classify")

    def show_recent(self, folders: Iterable[str]) -> None:
        """Fill the menu of recent folders."""
        self._recent_menu.clear()
        for folder in folders:
            action = self._recent_menu.addAction(folder)
            action.triggered.connect(lambda _=False, folder=folder: self.recent_chosen.emit(Path(folder)))
        self._recent_menu.setEnabled(not self._recent_menu.isEmpty())

    def restore_panels(self) -> None:
        """Put every panel back to where it was at first."""
        for dock in self._docks:
            dock.setFloating(False)
            dock.show()
        left, *right = self._docks
        self._desk.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, left)
        for dock in right:
            self._desk.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        widths = [min(LEFT_WIDTH, round(0.31 * self.width())), min(RIGHT_WIDTH, round(0.23 * self.width()))]
        self._desk.resizeDocks([left, right[0]], widths, Qt.Orientation.Horizontal)
        self._desk.resizeDocks(right, RIGHT_HEIGHTS, Qt.Orientation.Vertical)

    def _build_centre(self) -> None:
        """Stack the desk (docks round the timeline) over the message bar and the transport, which span the window."""
        self._desk = QMainWindow()
        self._desk.setWindowFlags(Qt.WindowType.Widget)
        self._desk.setDockNestingEnabled(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.panels.timeline)
        self._desk.setCentralWidget(self._pages)
        self._add_dock("Folder", self.panels.folder, Qt.DockWidgetArea.LeftDockWidgetArea)
        self._add_dock("Metadata", self.panels.metadata, Qt.DockWidgetArea.RightDockWidgetArea)
        self._add_dock("Verdict", self.panels.verdict, Qt.DockWidgetArea.RightDockWidgetArea)
        self._add_dock("Spectrum", self.panels.spectrum, Qt.DockWidgetArea.RightDockWidgetArea)
        centre = QWidget()
        self._column = QVBoxLayout(centre)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._desk, 1)
        self._column.addWidget(self.panels.message_bar)
        self._column.addWidget(self.panels.transport)
        self.setCentralWidget(centre)

    def _add_dock(self, title: str, content: QWidget, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title)
        dock.setObjectName(f"dock{title}")
        dock.setWidget(content)
        self._desk.addDockWidget(area, dock)
        self._docks.append(dock)

    def _build_toolbar(self) -> None:
        bar = QToolBar("Main")
        bar.setObjectName("mainToolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addWidget(self._open_button())
        bar.addWidget(self._classify_button())
        self._add_buttons(bar, "export")
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self._add_buttons(bar, "zoom_in", "zoom_out", "zoom_selection", "zoom_fit", "theme", "keys", icon_only=True)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(bar)

    def _add_buttons(self, bar: QToolBar, *names: str, icon_only: bool = False) -> None:
        for name in names:
            button = quiet_button(self._actions[name].text())
            button.setDefaultAction(self._actions[name])
            style = Qt.ToolButtonStyle.ToolButtonIconOnly if icon_only else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            button.setToolButtonStyle(style)
            bar.addWidget(button)

    def _open_button(self) -> QToolButton:
        button = self._menu_button("open_folder")
        self._recent_menu = QMenu("Recent folders", self)
        button.setMenu(self._recent_menu)
        return button

    def _classify_button(self) -> QToolButton:
        button = self._menu_button("classify")
        self._model_menu = QMenu("Model", self)
        button.setMenu(self._model_menu)
        return button

    def _menu_button(self, name: str) -> QToolButton:
        button = quiet_button(self._actions[name].text())
        button.setDefaultAction(self._actions[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return button

    def _build_menus(self) -> None:
        for title in MENUS:
            menu = self.menuBar().addMenu(f"&{title}")
            for spec in (spec for spec in SPECS if spec.group == title):
                menu.addAction(self._actions[spec.name])
                if spec.name == "open_folder":
                    menu.addMenu(self._recent_menu)
            if title == "View":
                menu.addSeparator()
                for dock in self._docks:
                    menu.addAction(dock.toggleViewAction())

    def _restore_panels(self) -> None:
        """Arrange the panels as they were left; only a laid-out window can, so this waits for the first show."""
        self._column.activate()
        state = QByteArray.fromBase64(self._settings.values.window_state.encode())
        if not self._desk.restoreState(state, LAYOUT_VERSION):
            self.restore_panels()

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange the panels at the first show."""
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            self._restore_panels()
            self.panels.folder.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the arrangement and let app.py close what runs."""
        self._settings.change(
            window_geometry=self.saveGeometry().toBase64().toStdString(),
            window_state=self._desk.saveState(LAYOUT_VERSION).toBase64().toStdString(),
        )
        self.closing.emit()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders and files of this machine."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped; of several things the first."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths[0])
