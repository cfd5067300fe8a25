"""The page of labels: all annotations of the folder as a table, what they come to, in and out of label files."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.services.label_table import Change, Summary, write_note
from desktop_app.ui.labels.bulk_bar import BulkBar
from desktop_app.ui.labels.class_dialog import ClassDialog
from desktop_app.ui.labels.class_keys import ClassKeys
from desktop_app.ui.labels.counts_panel import CountsPanel
from desktop_app.ui.labels.in_and_out import InAndOut, label_files_in, show_while_open
from desktop_app.ui.labels.label_services import LabelServices
from desktop_app.ui.labels.relink_panel import MissingBar, RelinkDialog
from desktop_app.ui.labels.table_filter import TableFilter
from desktop_app.ui.labels.table_view import (
    ACCEPT,
    DELETE,
    JUMP,
    LABEL_FIELD,
    NOTE,
    PLAY,
    REJECT,
    UNCERTAIN,
    LabelTableView,
)
from desktop_app.ui.one_line import OneLine
from desktop_app.ui.teaching import Teaching
from desktop_app.ui.widgets import role_label

TEACHES_FOLDER = "Open a folder of sound first: its labels are shown here, all of them in one table."
TEACHES_LABELS = (
    "Nothing is labelled in this folder yet. Label recordings on the page Listen, let a model classify the folder "
    "there (F8), or bring label files of Audacity, Raven, BirdNET, Praat and others: drop them here."
)
SIDE_WIDTH = 240
STATUS_OF = {ACCEPT: Status.ACCEPTED, REJECT: Status.REJECTED, UNCERTAIN: Status.UNCERTAIN}
POINT_S = 1.0
"""What is played of a point, which has no length."""


class LabelsPage(QWidget):
    """Shows all annotations of the project and lets them be changed. GUI thread only."""

    annotation_wanted = Signal(object, str)
    """Path of a recording, and id of an annotation in it that the person wants to see."""
    play_wanted = Signal(object, float, object)
    """Path, onset, and offset or None."""
    folder_wanted = Signal()
    """Choose a folder to open."""

    def __init__(self, services: LabelServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._project, self._table = services.project, services.table
        self.filter = TableFilter()
        self.view = LabelTableView(services.table, services.measuring, services.settings)
        self.counts = CountsPanel()
        self.bulk = BulkBar()
        self.keys = ClassKeys(self)
        self.in_and_out = InAndOut(services, self)
        self._where = OneLine("small")
        self._missing = MissingBar(services.relinking, self.relink)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self.setFocusProxy(self.view)
        self._show_scheme(self._project.scheme)
        self._show_summary(self._table.summary)

    @property
    def where(self) -> str:
        """Return what is said of the place of the labels."""
        return self._where.whole

    @property
    def teaching(self) -> str:
        """Return the title of what stands in the table's place; empty where the table is shown."""
        shown = self._pages.currentWidget()
        return shown.accessibleName() if isinstance(shown, Teaching) else ""

    def relink(self) -> None:
        """Show which recordings are missing, and let them be found."""
        services = self._services
        dialog = RelinkDialog(services.relinking, services.folder, services.paths, self.window())
        show_while_open(dialog, services.project)

    def ask_for_import(self) -> None:
        """Ask for label files, and show what they would bring."""
        self.in_and_out.ask_for_files()

    def ask_for_folder(self) -> None:
        """Ask for a folder of label files or of sorted clips, and show what it would bring."""
        self.in_and_out.ask_for_folder()

    def ask_for_export(self) -> None:
        """Offer what there is, what the filter finds, and the recording of the current row."""
        self.in_and_out.show_export(self.view.current_row, is_filtered=self.filter.is_active)

    def focus_filter(self) -> None:
        """Let a text to find be typed."""
        self.filter.text.setFocus()
        self.filter.text.selectAll()

    def relabel(self, name: str) -> None:
        """Give the chosen annotations a label, and go on to the next row from a single one."""
        self.view.go_on(self._change(lambda hand, chosen: hand.relabel(chosen, name)))

    def act(self, what: str) -> None:
        """Do one of the acts of the table to what is chosen."""
        doings: dict[str, Callable[[], object]] = {
            **{name: partial(self._judge, status) for name, status in STATUS_OF.items()},
            DELETE: lambda: self._change(lambda hand, chosen: hand.delete(chosen)),
            JUMP: lambda: self._with_current(lambda path, it: self.annotation_wanted.emit(path, it.id)),
            PLAY: lambda: self._with_current(self._play),
            LABEL_FIELD: self.bulk.entry.setFocus,
            NOTE: self.bulk.note.setFocus,
        }
        doings[what]()

    def _judge(self, status: Status) -> None:
        self.view.go_on(self._change(lambda hand, chosen: hand.set_status(chosen, status)))

    def _change(self, make: Change) -> bool:
        """Change what is chosen; return whether other rows will come of it."""
        ranges = self.view.ranges()
        return bool(ranges) and self._services.can_change() and self._table.change(ranges, make)

    def _with_current(self, do: Callable[[Path, Annotation], None]) -> None:
        row, folder = self.view.current_row, self._services.folder
        if row is not None:
            do(folder / row.path, row.annotation)

    def _play(self, path: Path, it: Annotation) -> None:
        offset_s = it.offset_s
        if it.onset_s is not None and it.duration_s == 0:
            offset_s = it.onset_s + POINT_S
        self.play_wanted.emit(path, it.onset_s or 0.0, offset_s)

    def _lay_out(self) -> None:
        self._import, self._export = QPushButton("Import"), QPushButton("Export…")
        self._import.setToolTip("Bring labels of other programs in; or drop their files on this page")
        self._import.setMenu(self.in_and_out.import_menu)
        self._export.setToolTip("Write labels for other programs, or cut them out as clips")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(role_label("Labels", "title"))
        head.addWidget(self._where, 1)
        self._classes = QPushButton("Classes…")
        self._classes.setToolTip("Names, colours, keys and order of the classes; merge them")
        self._columns = QPushButton("Columns…")
        self._columns.setToolTip("Show and hide columns, also what is measured from the sound")
        for button in (self._columns, self._classes, self._import, self._export):
            head.addWidget(button)
        self._pages = QStackedWidget()
        self._no_folder = Teaching("No folder is open", TEACHES_FOLDER)
        self._no_folder.add_button("Open folder…", self.folder_wanted.emit)
        self._no_labels = Teaching("No labels yet", TEACHES_LABELS)
        self._no_labels.add_button("Import label files…", self.in_and_out.ask_for_files)
        self._no_labels.add_button("Import a folder…", self.in_and_out.ask_for_folder)
        self._no_folder.setAccessibleName("No folder is open")
        self._no_labels.setAccessibleName("No labels yet")
        for page in (self._make_content(), self._no_folder, self._no_labels):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._missing)
        column.addWidget(self._pages, 1)

    def _make_content(self) -> QWidget:
        table = QWidget()
        column = QVBoxLayout(table)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget, stretch in ((self.filter, 0), (self.view, 1), (self.bulk, 0)):
            column.addWidget(widget, stretch)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setChildrenCollapsible(False)
        self._parts.setHandleWidth(16)
        self._parts.addWidget(self.counts)
        self._parts.addWidget(table)
        self._parts.setStretchFactor(1, 1)
        self._parts.setSizes([SIDE_WIDTH, 4 * SIDE_WIDTH])
        return self._parts

    def _connect(self) -> None:
        project, table = self._project, self._table
        project.scheme_changed.connect(self._show_scheme)
        project.opened.connect(self._show_place)
        project.closed.connect(self._show_place)
        project.closed.connect(self.filter.clear)
        table.summed.connect(self._show_summary)
        self.filter.changed.connect(lambda: self.view.order.show_found(self.filter.applied_to(table.query)))
        self.counts.label_wanted.connect(self.filter.choose_label)
        self.counts.status_wanted.connect(self.filter.choose_status)
        self.counts.folder_wanted.connect(self.filter.choose_folder)
        self.view.acted.connect(self.act)
        self.view.chosen_changed.connect(self._show_chosen)
        self.view.order.refused.connect(self._services.messages.info)
        self.bulk.acted.connect(self.act)
        self.bulk.all_wanted.connect(self.view.selectAll)
        self.bulk.relabelled.connect(self.relabel)
        self.bulk.noted.connect(lambda note: self._change(lambda hand, chosen: write_note(hand, chosen, note)))
        self.bulk.entry.left.connect(self.view.setFocus)
        self.bulk.note.entered.connect(lambda _: self.view.setFocus())
        self.keys.pressed.connect(lambda name, _beside: self.relabel(name))
        self._columns.clicked.connect(self._show_columns)
        self._export.clicked.connect(self.ask_for_export)
        self._classes.clicked.connect(lambda: ClassDialog.open_for(project, parent=self.window()))
        find = QShortcut(QKeySequence("/"), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.focus_filter)

    def _show_columns(self) -> None:
        self.view.column_menu().popup(self._columns.mapToGlobal(self._columns.rect().bottomLeft()))

    def _show_scheme(self, scheme: LabelScheme) -> None:
        self.keys.show_scheme(scheme)
        self.counts.show_scheme(scheme)
        self.bulk.entry.offer(scheme.names)
        self.view.labels_model.show_scheme(scheme)

    def _show_summary(self, summary: Summary) -> None:
        self.filter.offer(summary)
        self.counts.show_summary(summary)
        self._show_place()

    def _show_place(self) -> None:
        """Show the table, or what to do where there is nothing to show."""
        self._where.show_text(self._project.where)
        is_open, is_empty = self._project.store is not None, self._table.summary.count == 0
        page = self._parts if is_open and not is_empty else self._no_labels if is_open else self._no_folder
        self._pages.setCurrentWidget(page)
        self._classes.setEnabled(is_open)
        self._columns.setEnabled(page is self._parts)
        self._import.setEnabled(is_open and not self._project.read_only)
        self._export.setEnabled(is_open and not is_empty)

    def _show_chosen(self) -> None:
        found = self._table.count if self._table.is_counted else None
        self.bulk.show_counts(found, self.view.chosen_count, self._project.read_only)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take label files of this machine."""
        if label_files_in(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Show what the dropped files would bring."""
        event.accept()
        self.in_and_out.show_import(label_files_in(event))
