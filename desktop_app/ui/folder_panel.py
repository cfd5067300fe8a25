"""The folder panel: which folder, a filter, the list of recordings, and how many there are."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.services.folder import FolderListing
from desktop_app.services.settings import Settings
from desktop_app.ui.file_manager import show_in_file_manager
from desktop_app.ui.folder_filter import HELP, parse_filter
from desktop_app.ui.folder_model import FolderModel
from desktop_app.ui.folder_view import FolderView
from desktop_app.ui.one_line import OneLine
from desktop_app.ui.widgets import role_label
from desktop_app.ui.wording import in_tip, on_button
from desktop_app.words import counted

FILTER_DELAY_MS = 120
"""Typing must have paused so long before 100,000 rows are filtered."""
LEAST_WIDTH = 240


class FolderPanel(QWidget):
    """Shows what a `FolderListing` finds and what a model says of it; what is wanted is emitted, nothing is done."""

    recording_selected = Signal(object)
    """Path of the row that became the current one, by mouse or key or `step`."""
    recording_activated = Signal(object)
    """Path of a row to play: double click, Enter, or Play in the menu."""
    export_wanted = Signal(list)
    """Paths."""
    classify_wanted = Signal(list)
    """Paths."""
    open_wanted = Signal()
    samples_wanted = Signal()
    recent_chosen = Signal(object)
    """Path of a folder."""

    def __init__(self, listing: FolderListing, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(LEAST_WIDTH)
        self._listing = listing
        self._settings = settings
        self.model = FolderModel(self)
        self.view = FolderView(self.model, settings)
        self._filter_timer = QTimer(self)
        self._filter_timer.setSingleShot(True)
        self._filter_timer.setInterval(FILTER_DELAY_MS)
        self._filter_timer.timeout.connect(self._apply_filter)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.view)
        self._show_state()

    @property
    def current_path(self) -> Path | None:
        """Return the recording chosen last."""
        return self.view.current_path

    def select(self, path: Path | None) -> None:
        """Make a recording the current row, now or when it is listed; nothing is emitted."""
        self.view.select(path)

    def step(self, by: int) -> None:
        """Go to the next recording on screen (1), or the previous one (-1)."""
        self.view.step(by)

    def chosen_paths(self) -> list[Path]:
        """Return the selected recordings, from top to bottom."""
        return self.view.chosen_paths()

    def shown_paths(self) -> list[Path]:
        """Return the recordings that the filter keeps, from top to bottom."""
        return [row.path for row in self.model.shown]

    def focus_filter(self) -> None:
        """Let the person type into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def set_filter(self, text: str) -> None:
        """Filter by a text at once."""
        self.filter.setText(text)
        self._apply_filter()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(4)
        self._folder_button = self._make_folder_button()
        self.filter = self._make_filter()
        self._problem = role_label(role="error", wrap=True)
        self._problem.setAccessibleName("What is wrong with the filter")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._make_empty_page())
        self._status = OneLine("small")
        for widget in (self._folder_button, self.filter, self._problem):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addWidget(self._pages, 1)
        column.addWidget(self._status)

    def _make_folder_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("folderName")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName("Open folder and recent folders")
        menu = QMenu("Folders", button)
        menu.aboutToShow.connect(lambda: self._fill_folder_menu(menu))
        button.setMenu(menu)
        return button

    def _make_filter(self) -> QLineEdit:
        box = QLineEdit()
        box.setPlaceholderText("Filter: name, class:yes, score<0.6, duration>2")
        box.setClearButtonEnabled(True)
        box.setAccessibleName("Filter the recordings")
        rows = "".join(f"<tr><td><b>{_escaped(term)}</b>&nbsp;&nbsp;</td><td>{what}</td></tr>" for term, what in HELP)
        box.setToolTip(f"<table>{rows}</table>")
        return box

    def _make_empty_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self._hint = role_label(role="secondary", wrap=True)
        self._hint.setObjectName("emptyHint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._open = QPushButton("Open folder…")
        self._samples = QPushButton("Try the samples")
        self._clear = QPushButton("Clear the filter")
        column.addStretch(2)
        column.addWidget(self._hint)
        column.addSpacing(8)
        for button in (self._open, self._samples, self._clear):
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _connect(self) -> None:
        listing, model, view = self._listing, self.model, self.view
        listing.scan_started.connect(self._scan_started)
        listing.rows_added.connect(model.add_files)
        listing.rows_removed.connect(model.remove_files)
        listing.rows_changed.connect(model.change_files)
        listing.metadata_ready.connect(model.show_metadata)
        listing.scan_finished.connect(self._show_state)
        model.counts_changed.connect(self._show_state)
        model.reordered.connect(self._show_state)
        view.looked_at.connect(listing.prioritise)
        view.row_entered.connect(self.recording_selected)
        view.activated_path.connect(self.recording_activated)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        self.filter.textChanged.connect(lambda _: self._filter_timer.start())
        self.filter.installEventFilter(self)
        self._open.clicked.connect(self.open_wanted)
        self._samples.clicked.connect(self.samples_wanted)
        self._clear.clicked.connect(lambda: self.set_filter(""))

    def _scan_started(self, folder: Path) -> None:
        self.model.open_folder(folder)
        self._show_state()

    def _apply_filter(self) -> None:
        self._filter_timer.stop()
        wanted = parse_filter(self.filter.text())
        self._problem.setText(wanted.problem)
        self._problem.setVisible(bool(wanted.problem))
        self.filter.setProperty("state", "error" if wanted.problem else "")
        self.filter.style().unpolish(self.filter)
        self.filter.style().polish(self.filter)
        self.model.set_filter(wanted)

    def _show_state(self) -> None:
        """Say what is there, or what to do where nothing is."""
        folder = self._listing.folder
        self._folder_button.setText(on_button(folder.name or str(folder)) if folder else "No folder")
        self._folder_button.setToolTip(in_tip(str(folder)) if folder else "Open a folder of sound")
        self._status.show_text(status_words(self.model, self._listing.scanning))
        self._status.setVisible(folder is not None)
        self.filter.setEnabled(folder is not None)
        self._problem.setVisible(bool(self._problem.text()))
        self._pages.setCurrentIndex(0 if self.model.shown else 1)
        if not self.model.shown:
            self._show_empty(folder)

    def _show_empty(self, folder: Path | None) -> None:
        scanning, filtered = self._listing.scanning, self.model.total > 0 and self.model.filtered
        if folder is None:
            hint = "Drop a folder of sound here, or open one."
        elif filtered:
            hint = f"No recording matches “{self.filter.text().strip()}”."
        else:
            hint = (
                "Looking for recordings…"
                if scanning or self.model.total
                else "There is no sound in this folder or below it."
            )
        self._hint.setText(hint)
        self._open.setVisible(not scanning and not self.model.total)
        self._samples.setVisible(folder is None)
        self._clear.setVisible(filtered)

    def _fill_folder_menu(self, menu: QMenu) -> None:
        menu.clear()
        menu.addAction("Open folder…").triggered.connect(self.open_wanted)
        menu.addAction("Open the samples").triggered.connect(self.samples_wanted)
        recent = [Path(text) for text in self._settings.values.recent_folders]
        if recent:
            menu.addSection("Recent")
        for folder in recent:
            action = menu.addAction(on_button(str(folder)))
            action.triggered.connect(lambda _=False, folder=folder: self.recent_chosen.emit(folder))

    def _show_menu(self, at: QPoint) -> None:
        menu = self.context_menu()
        if not menu.isEmpty():
            menu.popup(self.view.viewport().mapToGlobal(at))

    def context_menu(self) -> QMenu:
        """Return the menu for the selected recordings; it deletes itself when it closes."""
        menu = QMenu("Recordings", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self.chosen_paths()
        if not chosen:
            return menu
        many = f" {counted(len(chosen), 'file')}" if len(chosen) > 1 else ""
        first = chosen[0]
        menu.addAction("Play").triggered.connect(lambda: self.recording_activated.emit(first))
        menu.addAction(f"Export{many}…").triggered.connect(lambda: self.export_wanted.emit(chosen))
        menu.addAction(f"Classify{many}").triggered.connect(lambda: self.classify_wanted.emit(chosen))
        menu.addSeparator()
        menu.addAction("Show in the file manager").triggered.connect(lambda: show_in_file_manager(first))
        menu.addAction("Copy path" + "s" * (len(chosen) > 1)).triggered.connect(lambda: copy_paths(chosen))
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the filter: Esc empties it and Down or Enter goes to the list."""
        if watched is self.filter and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.set_filter("")
                self.view.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                self._apply_filter()
                self.view.setFocus()
                return True
        return super().eventFilter(watched, event)


def status_words(model: FolderModel, scanning: bool) -> str:
    """Return the line under the list: 24 files, 18 done, 5 left to judge, 1 unreadable, 3 shown.

    With drafts they are what is left; without, the files that bear no label.
    """
    words = [counted(model.total, "file") + (" so far" if scanning else "")]
    if model.left:
        words += [f"{model.done:,} done", f"{model.left:,} left to judge"]
    elif model.done:
        words += [f"{model.done:,} done", f"{model.total - model.done:,} left"]
    elif model.judged:
        words.append(f"{model.judged:,} judged")
    if model.unreadable:
        words.append(f"{model.unreadable:,} unreadable")
    if model.filtered and len(model.shown) != model.total:
        words.append(f"{len(model.shown):,} shown")
    return ", ".join(words)


def copy_paths(paths: Iterable[Path]) -> None:
    """Put paths on the clipboard, one a line."""
    QApplication.clipboard().setText("\n".join(str(path) for path in paths))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
