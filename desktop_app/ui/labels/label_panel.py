"""The labels of the recording on screen: classes to choose from, a field to type in, a row for each annotation."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QListView,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.services.labelling import Labelling
from desktop_app.ui.labels.annotation_table import DOT, AnnotationTable
from desktop_app.ui.labels.class_palette import CHIP_HEIGHT, GAP, ClassPalette
from desktop_app.ui.widgets import role_label
from desktop_app.words import counted

MARGIN = SPACING = 8
LENGTH_COLUMN, WIDTH_WITH_LENGTH = 2, 336
STATUS_COLUMN, WIDTH_WITH_STATUS = 3, 248
TEACHING = "Drag over the sound, or leave the whole clip; Ctrl+B, type a label, Enter. From then on its key: 1, 2, 3…"
COMPLETIONS = 10
MOST_PALETTE_LINES = 4
FEWEST_ROWS, ROW_HEIGHT = 4, 24
"""Rows of annotations that the classes leave room for, where a line of theirs is left."""


class LabelEntry(QLineEdit):
    """A field for a label; Esc gives the keyboard back."""

    entered = Signal(str, bool)
    """The label, and whether it shall stand beside those that are there (Shift+Enter)."""
    left = Signal()
    """Done: the list wants the keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(COMPLETIONS)
        popup = QListView()
        popup.setObjectName("completions")
        popup.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        completer.setPopup(popup)
        self.setCompleter(completer)
        self.setPlaceholderText("Type a label, Enter")
        self.setAccessibleName("Label")
        self.setToolTip("Enter labels the selection, or else the whole clip (Ctrl+B); Shift+Enter adds a second label")

    def offer(self, names: tuple[str, ...]) -> None:
        """Complete to these, listed by name."""
        self._names.setStringList(sorted(names, key=str.casefold))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter for a label and Esc for none."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
            name, beside = self.text().strip(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.clear()
            self.left.emit()
            self.entered.emit(name, beside)
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class LabelPanel(QWidget):
    """Shows a Labelling and lets it act. GUI thread only."""

    play_wanted = Signal(float, float)
    """Onset and offset of a row that was double-clicked."""

    def __init__(self, labelling: Labelling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labelling = labelling
        self._scheme = LabelScheme()
        self._showing = False
        self.palette_of_classes = ClassPalette()
        self.entry = LabelEntry()
        self.model = AnnotationTable(self)
        self.table = self._make_table()
        self._words = role_label(TEACHING, wrap=True)
        self._lay_out()
        self.palette_of_classes.chosen.connect(labelling.label)
        self.entry.entered.connect(lambda name, beside: labelling.label(name, beside=beside))
        labelling.changed.connect(self._show)
        self._show()

    @property
    def words(self) -> str:
        """Return the line over the rows."""
        return self._words.text()

    def show_scheme(self, scheme: LabelScheme) -> None:
        """Offer these classes."""
        self._scheme = scheme
        self.palette_of_classes.show_scheme(scheme)
        self.entry.offer(scheme.names)
        self._fit_palette()
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the classes the lines that they need at this width; leave out what has no room."""
        super().resizeEvent(event)
        self._fit_palette()
        for column, least_width in ((LENGTH_COLUMN, WIDTH_WITH_LENGTH), (STATUS_COLUMN, WIDTH_WITH_STATUS)):
            self.table.setColumnHidden(column, self.width() < least_width)

    def _lay_out(self) -> None:
        classes = QScrollArea()
        classes.setWidgetResizable(True)
        classes.setFrameShape(QScrollArea.Shape.NoFrame)
        classes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        classes.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        classes.setWidget(self.palette_of_classes)
        self._classes = classes
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        column.setSpacing(SPACING)
        column.addWidget(classes)
        column.addWidget(self.entry)
        column.addWidget(self._words)
        column.addWidget(self.table, 1)
        column.addStretch(0)

    def _fit_palette(self) -> None:
        width = self.contentsRect().width() - 2 * MARGIN
        self._classes.setFixedHeight(min(self.palette_of_classes.heightForWidth(width), self._most_palette_height()))

    def _most_palette_height(self) -> int:
        """Return what the classes may take of the panel: whole lines, and half of one that says there are more."""
        below = self.entry.sizeHint().height() + 2 * self.fontMetrics().height() + 3 * SPACING + MARGIN
        rows = self.table.horizontalHeader().sizeHint().height() + FEWEST_ROWS * ROW_HEIGHT
        lines = (self.height() - below - rows - CHIP_HEIGHT // 2) // (CHIP_HEIGHT + GAP)
        return min(max(lines, 1), MOST_PALETTE_LINES) * (CHIP_HEIGHT + GAP) + CHIP_HEIGHT // 2

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setIconSize(QSize(DOT, DOT))
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of classes often differ in their ends alone
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setAccessibleName("Annotations of the recording")
        table.selectionModel().selectionChanged.connect(self._selected)
        table.doubleClicked.connect(self._play)
        return table

    def _show(self) -> None:
        """Show what the labelling has, and select what it has selected."""
        annotations = self._labelling.annotations
        is_other = {it.recording_id for it in annotations} != {it.recording_id for it in self.model.annotations}
        self._showing = True
        self.model.show(annotations, self._scheme)
        if is_other:
            self.table.scrollToTop()
        self._select_rows()
        self._showing = False
        self._classes.setVisible(bool(self._scheme.classes))
        self.table.setVisible(bool(annotations))
        drafts = sum(each.status is Status.DRAFT for each in annotations)
        left = f", {counted(drafts, 'draft')} to judge: Enter accepts, Del rejects" if drafts else ""
        self._words.setText(counted(len(annotations), "annotation") + left if annotations else TEACHING)

    def _select_rows(self) -> None:
        selection = QItemSelection()
        last = self.model.columnCount() - 1
        for row, each in enumerate(self.model.annotations):
            if each.id in self._labelling.selected_ids:
                selection.select(self.model.index(row, 0), self.model.index(row, last))
        self.table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if not selection.isEmpty():
            self.table.scrollTo(selection.indexes()[0])

    def _selected(self) -> None:
        if self._showing:
            return
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        self._labelling.go_to({self.model.annotations[row].id for row in rows})

    def _play(self) -> None:
        chosen = self._labelling.selected
        if chosen and chosen[0].onset_s is not None and chosen[0].offset_s is not None:
            self.play_wanted.emit(chosen[0].onset_s, chosen[0].offset_s)
