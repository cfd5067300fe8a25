"""Small parts that several panels use: a quiet tool button, a label with a role."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget


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
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    return label


def set_role(widget: QWidget, role: str) -> None:
    """Let the stylesheet know a widget by another role; only a change costs anything."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
