"""The classes of the project as chips, each with its colour and key; a click labels with it."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QLayout, QLayoutItem, QMenu, QSizePolicy, QWidget

from desktop_app.annotation.scheme import LabelClass, LabelScheme
from desktop_app.ui.wording import in_tip, on_button

CHIP_HEIGHT = 26
DOT = 10
GAP = 6
MOST_NAME_WIDTH = 144
"""A longer name is shortened in its middle; the tip has all of it."""


class FlowLayout(QLayout):
    """Puts widgets beside each other and begins a new line where the width ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(GAP)

    def addItem(self, item: QLayoutItem) -> None:
        """Take a widget, at the end."""
        self._items.append(item)
        self.update()  # QLayout leaves that to its heirs; a chip that changes no line would stay in the corner

    def count(self) -> int:
        """Return how many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one of them."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give one of them away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """Say that a narrow one is taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how tall it is at a width."""
        return self._flow(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place everything."""
        super().setGeometry(rect)
        self._flow(rect, place=True)

    def sizeHint(self) -> QSize:
        """Return the least size."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Return what the widest widget needs."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _flow(self, rect: QRect, *, place: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), size))
            x, line = x + size.width() + self.spacing(), max(line, size.height())
        return y + line - rect.y()


class ClassChip(QAbstractButton):
    """One class: its colour, its name, its key."""

    def __init__(self, it: LabelClass, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.it = it
        self.setText(on_button(it.name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        key = f" ({it.key})" if it.key else ""
        self.setToolTip(in_tip(f"Label the selection “{it.name}”{key}; right-click to change the class"))
        self.setAccessibleName(f"Label “{it.name}”{key}")

    def sizeHint(self) -> QSize:
        """Return room for the dot, the name and the key."""
        metrics = self.fontMetrics()
        key = metrics.horizontalAdvance(self.it.key) + GAP if self.it.key else 0
        return QSize(8 + DOT + GAP + metrics.horizontalAdvance(self._shown_name()) + key + 8, CHIP_HEIGHT)

    def _shown_name(self) -> str:
        return self.fontMetrics().elidedText(self.it.name, Qt.TextElideMode.ElideMiddle, MOST_NAME_WIDTH)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a rounded chip in the tones of the window, the dot in the colour of the class."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, rect = self.palette(), self.rect().adjusted(0, 0, -1, -1)
        marked = self.hasFocus() or self.isDown()
        painter.setPen(palette.color(QPalette.ColorRole.Highlight if marked else QPalette.ColorRole.Mid))
        raised = self.underMouse() or self.isDown()
        painter.setBrush(palette.color(QPalette.ColorRole.Midlight if raised else QPalette.ColorRole.Base))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.it.colour))
        painter.drawEllipse(8, (self.height() - DOT) // 2, DOT, DOT)
        text = self.rect().adjusted(8 + DOT + GAP, 0, -8, 0)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._shown_name())
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.it.key)


class ClassPalette(QWidget):
    """Shows a scheme; what is asked of a class is emitted with its name."""

    chosen = Signal(str)
    """Label with this class."""
    change_wanted = Signal(str)
    """Change its name, colour or key."""
    merge_wanted = Signal(str)
    """Make it part of another class."""
    remove_wanted = Signal(str)
    """Take it out of the scheme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._scheme = LabelScheme()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Classes")

    def show_scheme(self, scheme: LabelScheme) -> None:
        """Show these classes, in their order."""
        if scheme == self._scheme:
            return
        self._scheme = scheme
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for each in scheme.classes:
            chip = ClassChip(each, self)
            chip.show()  # so that it takes its room now, and not when the layout comes to it
            chip.clicked.connect(lambda _=False, name=each.name: self.chosen.emit(name))
            self._flow.addWidget(chip)
        self.updateGeometry()

    def chips(self) -> list[ClassChip]:
        """Return the chips, in order."""
        widgets = (self._flow.itemAt(place) for place in range(self._flow.count()))
        return [item.widget() for item in widgets if item is not None and isinstance(item.widget(), ClassChip)]  # type: ignore[misc]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the class under the pointer."""
        chip = self.childAt(event.pos())
        if not isinstance(chip, ClassChip):
            return
        menu = QMenu(self)
        name = chip.it.name
        for text, wanted in (
            ("Rename, colour, key…", self.change_wanted),
            ("Merge into another class…", self.merge_wanted),
            ("Remove from the classes", self.remove_wanted),
        ):
            menu.addAction(text).triggered.connect(lambda _=False, wanted=wanted: wanted.emit(name))
        menu.exec(event.globalPos())
        menu.deleteLater()
