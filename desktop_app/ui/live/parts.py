"""Small parts of the Live page."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

Part = TypeVar("Part", bound=QWidget)
BUTTON_WIDTH = 136
"""Of the two buttons that the page is about; what is on them changes, their places do not."""
FIELD_PADDING = 28
"""Of a field beside its text."""


def tab_only(widget: Part) -> Part:
    """Let a widget take the focus by Tab only, so that a click leaves Space to Play; return it."""
    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return widget


def number_box(name: str, prefix: str, suffix: str, most: float, decimals: int = 0) -> QDoubleSpinBox:
    """Return a field for a number from 0 to `most`, as wide as the longest, that takes what was typed at its end."""
    box = QDoubleSpinBox()
    box.setRange(0.0, most)
    box.setDecimals(decimals)
    box.setPrefix(prefix)
    box.setSuffix(suffix)
    box.setAccessibleName(name)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setKeyboardTracking(False)
    box.setProperty("role", "plain")
    box.lineEdit().setTextMargins(4, 0, 4, 0)
    box.setFixedWidth(box.fontMetrics().horizontalAdvance(f"{prefix}{most:.{decimals}f}{suffix}") + FIELD_PADDING)
    return box
