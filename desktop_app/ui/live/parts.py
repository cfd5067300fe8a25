"""Small parts of the Live page."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

Part = TypeVar("Part", bound=QWidget)
BUTTON_WIDTH = 136
"""Of the two buttons that the page is about; what is on them changes, their places do not."""


def tab_only(widget: Part) -> Part:
    """Let a widget take the focus by Tab only, so that a click leaves Space to Play; return it."""
    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return widget
