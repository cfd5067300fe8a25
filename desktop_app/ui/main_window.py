"""The window: menus on top, the pages with their rail, the transport below."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QVBoxLayout, QWidget

from desktop_app.services.settings import Settings
from desktop_app.ui.actions import MENUS, SPECS, Actions
from desktop_app.ui.desk import Desk
from desktop_app.ui.widgets import FRAME
from desktop_app.ui.wording import on_button
from desktop_app.ui.workspaces import Workspaces

DEFAULT_SIZE = QSize(1440, 900)
LEAST_SIZE = QSize(960, 600)
"""Or as high as the screen, where that is less: 1920 x 1080 pixels at twice the size are 960 x 540."""
"""Room for the title bar and the edges that the system draws round the window."""


class MainWindow(QMainWindow):
    """Holds the pages and remembers how the person arranged them; decides nothing."""

    dropped = Signal(object)
    """Path of a folder or recording that was dropped on the window."""
    recent_chosen = Signal(object)
    """Path of a folder from the list of recent ones."""
    model_chosen = Signal(str)
    """Name of the model that shall classify."""
    closing = Signal()

    def __init__(self, actions: Actions, desk: Desk, below: QWidget, settings: Settings) -> None:
        super().__init__()
        self._actions = actions
        self._settings = settings
        self.desk = desk
        self.workspaces = Workspaces(actions)
        self.held_open: Callable[[], bool] = lambda: False
        """Asked before the window closes; True keeps it open. Who answers so tells the person why."""
        self.setWindowTitle("Earmark")
        self.setAcceptDrops(True)
        room = self.screen().availableSize() - FRAME
        self.setMinimumSize(LEAST_SIZE.width(), min(LEAST_SIZE.height(), room.height()))
        self.addActions(actions.all())
        self._build_centre(below)
        self._build_menus()
        self.workspaces.add("listen", lambda: desk)
        self.workspaces.show_page("listen")
        self._arranged = False
        self.resize(DEFAULT_SIZE.boundedTo(room))
        self.restoreGeometry(QByteArray.fromBase64(settings.values.window_geometry.encode()))

    def show_models(self, names: Iterable[str], chosen: str) -> None:
        """Fill the menu beside the Classify button."""
        menu = self.desk.model_menu
        menu.clear()
        group = QActionGroup(menu)
        for name in names:
            action = menu.addAction(on_button(name))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _=False, name=name: self.model_chosen.emit(name))
            group.addAction(action)
        self._actions["classify"].setIconText(f"Classify · {on_button(chosen)}" if chosen else "Classify")

    def show_recent(self, folders: Iterable[str]) -> None:
        """Fill the menu of recent folders."""
        menu = self.desk.recent_menu
        menu.clear()
        for folder in folders:
            action = menu.addAction(on_button(folder))
            action.triggered.connect(lambda _=False, folder=folder: self.recent_chosen.emit(Path(folder)))
        menu.setEnabled(not menu.isEmpty())

    def _build_centre(self, below: QWidget) -> None:
        self.centre = QWidget()
        self._column = QVBoxLayout(self.centre)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.workspaces, 1)
        self._column.addWidget(below)
        self.setCentralWidget(self.centre)

    def _build_menus(self) -> None:
        for title in MENUS:
            menu = self.menuBar().addMenu(f"&{title}")
            for spec in (spec for spec in SPECS if spec.group == title):
                menu.addAction(self._actions[spec.name])
                if spec.name == "open_folder":
                    menu.addMenu(self.desk.recent_menu)
            if title == "View":
                menu.addSeparator()
                menu.addActions(self.desk.toggles())

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange the panels at the first show: only a laid-out window can."""
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            self._column.activate()
            self.desk.restore(self._settings.values.window_state)
            self.desk.focus_first()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the dialogs, remember the arrangement, and let the application close what runs."""
        if self.held_open():
            event.ignore()
            return
        for dialog in self.findChildren(QDialog):
            dialog.close()  # each takes over what was being typed, or cancels its work
        self._settings.change(
            window_geometry=self.saveGeometry().toBase64().toStdString(),
            window_state=self.desk.state(),
        )
        self.closing.emit()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders and files of this machine."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped; of several things the folder that holds them all."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(place_of_all(paths))


def place_of_all(paths: Sequence[str]) -> Path:
    """Return the folder that holds all of these, of a single one itself.

    The first one, where only a whole disk or the person's home holds them all: nobody means that.
    """
    first, home = Path(paths[0]), Path.home()
    try:
        common = Path(os.path.commonpath(paths))
    except ValueError:  # on two drives of Windows
        return first
    return first if common in (home, *home.parents) else common
