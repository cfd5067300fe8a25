"""Small parts that several panels use: a quiet tool button, a label with a role, a table of rows."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QPushButton, QTableView, QToolButton, QWidget

FRAME = QSize(16, 48)
"""What the frame of a window takes of a screen, at most."""


def quiet_button(name: str, tip: str = "", on_click: Callable[[], object] | None = None) -> QToolButton:
    """Return a flat button with an accessible `name`; it takes the focus by Tab only, so that Space stays Play."""
    button = QToolButton()
    button.setAccessibleName(name)
    button.setToolTip(tip or name)
    button.setIconSize(QSize(20, 20))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if on_click is not None:
        button.clicked.connect(lambda _checked=False: on_click())
    return button


def role_label(text: str = "", role: str = "secondary", *, wrap: bool = False) -> QLabel:
    """Return a label that the stylesheet knows by `role`: secondary, small, title, warning, error."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)  # names from outside are no markup
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    return label


def set_role(widget: QWidget, role: str) -> None:
    """Let the stylesheet know a widget by another role; only a change costs anything."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def show_checked(field: QWidget, below: QLabel, words: str, problem: str) -> None:
    """Write below a field what it comes to; or what is wrong with it, both in the tone of errors."""
    field.setProperty("state", "error" if problem else "")
    field.style().unpolish(field)
    field.style().polish(field)
    set_role(below, "error" if problem else "small")
    below.setText(problem or words)


def make_rows(table: QTableView, row_height: int, *, many: bool = False) -> None:
    """Let a table be a list of whole rows of one height that are read, not edited; `many` may be selected at once."""
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.setCornerButtonEnabled(False)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(row_height)
    modes = QAbstractItemView.SelectionMode
    table.setSelectionMode(modes.ExtendedSelection if many else modes.SingleSelection)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)


def resize_on_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window a size, or as much of it as its screen has room for."""
    window.resize(QSize(width, height).boundedTo(window.screen().availableSize() - FRAME))


class FocusHolder:
    """Switches buttons of a part off and on; Qt would pass the focus of a pressed one on to any other part."""

    def __init__(self, part: QWidget, *buttons: QPushButton) -> None:
        self._part, self._buttons, self._pressed = part, buttons, buttons[0]

    def set_enabled(self, is_on: bool) -> None:
        """Switch the buttons; while they are off the part holds the focus that one of them had."""
        pressed = next((button for button in self._buttons if button.hasFocus()), None)
        if not is_on and pressed is not None:
            self._pressed = pressed
            self._part.setFocus()
        for button in self._buttons:
            button.setEnabled(is_on)
        if is_on and self._part.hasFocus():
            self._pressed.setFocus()


def swap(shown: QWidget, hidden: QWidget) -> None:
    """Show one widget in the place of another, which hands it the focus: Qt would give that to any other part."""
    had_focus = hidden.hasFocus()
    shown.show()
    if had_focus:
        shown.setFocus()
    hidden.hide()
