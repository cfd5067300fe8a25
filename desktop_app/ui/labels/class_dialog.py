"""The classes of the project: names, colours, keys, groups, order; each change at once, and undone like any other."""

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.annotation.scheme import KEYS, LabelClass, LabelScheme
from desktop_app.colours import NEUTRAL, label_colour
from desktop_app.services.class_changes import ClassChanges
from desktop_app.services.project import Project
from desktop_app.ui.labels.annotation_table import dot_icon
from desktop_app.ui.labels.class_keys import RESERVED
from desktop_app.ui.widgets import quiet_button, role_label
from desktop_app.ui.wording import in_tip

SIZE = QSize(640, 440)
OFFERED_COLOURS = (*(label_colour(place) for place in range(8)), NEUTRAL)
DOT = 16
NAME_LETTERS = 12
"""Of a name that a box shows at least."""
TEACHES = "Classes are what you label with. Write a name here to add the first one; its key labels from then on."


class ClassDialog(QDialog):
    """Shows a list of the classes, and the chosen one's fields beside it. Not modal."""

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._changes = ClassChanges(project, self)
        self._name = ""
        self.setWindowTitle("Classes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(SIZE)
        self.list = QListWidget()
        self.list.setAccessibleName("Classes")
        self.list.setIconSize(QSize(DOT, DOT))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.new = QLineEdit()
        self.new.setPlaceholderText("Add a class, Enter")
        self.new.setAccessibleName("New class")
        self.name, self.group, self.key, self.into = QLineEdit(), QComboBox(), QComboBox(), QComboBox()
        self.group.setEditable(True)
        for names in (self.group, self.into):  # one long name must not make the dialog as broad as the screen
            names.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            names.setMinimumContentsLength(NAME_LETTERS)
        self.up, self.down = QPushButton("Up"), QPushButton("Down")
        self.merge = QPushButton("Merge")
        self.remove = QPushButton("Remove from the classes")
        self._teaches = role_label(TEACHES, wrap=True)
        self._problem = role_label(role="error", wrap=True)
        self._lay_out()
        self._connect()
        self.show_scheme(project.scheme)

    @classmethod
    def open_for(cls, project: Project, name: str = "", parent: QWidget | None = None) -> "ClassDialog":
        """Show the classes with one of them chosen, ready to be renamed; return the dialog."""
        dialog = cls(project, parent)
        dialog.choose(name)
        dialog.show()
        if name:
            dialog.name.setFocus()
            dialog.name.selectAll()
        return dialog

    @property
    def problem(self) -> str:
        """Return why the last change was refused."""
        return self._problem.text()

    def swatch(self, colour: str) -> QToolButton:
        """Return the button of one of the offered colours."""
        return self._swatches[colour]

    def choose(self, name: str) -> None:
        """Show the fields of a class."""
        found = self.list.findItems(name, Qt.MatchFlag.MatchExactly)
        if found:
            self.list.setCurrentItem(found[0])

    def show_scheme(self, scheme: LabelScheme) -> None:
        """Show these classes; the chosen one stays chosen under its new name."""
        row = max(self.list.currentRow(), 0)
        self.list.blockSignals(True)
        self.list.clear()
        for each in scheme.classes:
            item = QListWidgetItem(dot_icon(each.colour, DOT), each.name)
            item.setToolTip(in_tip(_told(each)))
            self.list.addItem(item)
        place = scheme.names.index(self._name) if self._name in scheme.names else min(row, len(scheme.names) - 1)
        self.list.setCurrentRow(place)
        self.list.blockSignals(False)
        self._teaches.setVisible(not scheme.classes)
        self._show_chosen()

    def _show_chosen(self) -> None:
        item = self.list.currentItem()
        it = self._project.scheme.get(item.text()) if item is not None else None
        self._name = it.name if it is not None else ""
        self._fields.setEnabled(it is not None and not self._project.read_only)
        for mover in (self.up, self.down):
            mover.setEnabled(self.list.count() > 1 and not self._project.read_only)
        self.name.setText(self._name)
        self._show_keys(it)
        self._show_names(it)
        for colour, button in self._swatches.items():
            button.setChecked(it is not None and it.colour == colour)

    def _show_keys(self, it: LabelClass | None) -> None:
        scheme = self._project.scheme
        self.key.clear()
        self.key.addItem("none", "")
        for key in KEYS:
            holder = scheme.of_key(key)
            if key not in RESERVED and (holder is None or holder == it):
                self.key.addItem(key.upper(), key)
        self.key.setCurrentIndex(max(self.key.findData(it.key), 0) if it is not None else 0)

    def _show_names(self, it: LabelClass | None) -> None:
        classes = self._project.scheme.classes
        self.group.clear()
        self.group.addItems(sorted({each.group for each in classes if each.group}))
        self.group.setEditText(it.group if it is not None else "")
        self.into.clear()
        self.into.addItems([each.name for each in classes if each != it])
        self.merge.setEnabled(self.into.count() > 0)

    def _add(self) -> None:
        name = self.new.text().strip()
        self._problem.clear()
        if self._changes.add(name):
            self.new.clear()
            self.choose(name)

    def _rename(self) -> None:
        name = self.name.text().strip()
        if name == self._name or not self._name:
            return
        old, self._name = self._name, name
        self._problem.clear()
        if not self._changes.change(old, name=name):
            self._name = old
            self.name.setText(old)

    def _change(self, **fields: str) -> None:
        if self._name:
            self._problem.clear()
            self._changes.change(self._name, **fields)

    def _merge(self) -> None:
        """Merge, and go on with the class that holds the annotations now."""
        kept = self.into.currentText()
        self._problem.clear()
        self._changes.merge(self._name, kept)
        self.choose(kept)

    def _other_colour(self) -> None:
        it = self._project.scheme.get(self._name)
        if it is not None:
            colour = QColorDialog.getColor(QColor(it.colour), self, f"Colour of “{it.name}”")
            if colour.isValid():
                self._change(colour=colour.name())

    def _connect(self) -> None:
        changes = self._changes
        changes.refused.connect(self._problem.setText)
        self._project.scheme_changed.connect(self.show_scheme)
        self._project.closed.connect(self.close)
        self.list.currentRowChanged.connect(lambda _: self._show_chosen())
        self.new.returnPressed.connect(self._add)
        self.name.editingFinished.connect(self._rename)
        self.key.activated.connect(lambda _: self._change(key=self.key.currentData()))
        group_field = self.group.lineEdit()
        if group_field is not None:
            group_field.editingFinished.connect(lambda: self._change(group=self.group.currentText().strip()))
        self.up.clicked.connect(lambda: changes.move(self._name, -1))
        self.down.clicked.connect(lambda: changes.move(self._name, 1))
        self.merge.clicked.connect(self._merge)
        self.remove.clicked.connect(lambda: changes.remove(self._name))
        history = self._project.history
        for keys, do in (("Ctrl+Z", history.undo), ("Ctrl+Shift+Z", history.redo), ("Ctrl+Y", history.redo)):
            QShortcut(QKeySequence(keys), self).activated.connect(do)

    def _lay_out(self) -> None:
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(self._make_list(), 1)
        columns.addWidget(self._make_fields(), 1)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self._problem, 1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addLayout(columns, 1)
        column.addLayout(buttons)

    def _make_list(self) -> QVBoxLayout:
        order = QHBoxLayout()
        order.setSpacing(8)
        for button, tip in ((self.up, "Move the class up"), (self.down, "Move the class down")):
            button.setToolTip(tip)
            button.setAutoDefault(False)
            order.addWidget(button)
        order.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self._teaches)
        column.addWidget(self.new)
        column.addWidget(self.list, 1)
        column.addLayout(order)
        return column

    def _make_fields(self) -> QWidget:
        self._fields = QWidget()
        form = QFormLayout(self._fields)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, field, tip in (
            ("Name", self.name, "All its annotations follow a new name"),
            ("Key", self.key, "Labels wherever no field is typed in; other keys do something else in the window"),
            ("Group", self.group, "What it belongs to, such as birds"),
        ):
            field.setAccessibleName(title)
            field.setToolTip(tip)
            form.addRow(title, field)
        form.insertRow(1, "Colour", self._make_swatches())
        merging = QHBoxLayout()
        merging.setSpacing(8)
        self.into.setAccessibleName("Merge into")
        self.merge.setToolTip("Give all its annotations the label of that class, and take this one out")
        merging.addWidget(self.into, 1)
        merging.addWidget(self.merge)
        form.addRow("Merge into", merging)
        self.remove.setToolTip("Annotations keep their label; undo brings the class back")
        form.addRow("", self.remove)
        for button in (self.merge, self.remove):
            button.setAutoDefault(False)
        return self._fields

    def _make_swatches(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._swatches: dict[str, QToolButton] = {}
        for number, colour in enumerate(OFFERED_COLOURS, 1):
            button = quiet_button(f"Colour {number}", colour, partial(self._change, colour=colour))
            button.setIcon(dot_icon(colour, DOT))
            button.setIconSize(QSize(DOT, DOT))
            button.setCheckable(True)
            button.setStyleSheet("padding: 3px")
            self._swatches[colour] = button
            row.addWidget(button)
        other = quiet_button("Other colour", "Choose any other colour", self._other_colour)
        other.setText("…")
        row.addWidget(other)
        row.addStretch(1)
        return box


def _told(it: LabelClass) -> str:
    parts = [f"key {it.key.upper()}" if it.key else "no key", f"group {it.group}" if it.group else ""]
    return ", ".join(part for part in parts if part)
