"""The line over the lanes: what is selected on the left, what is under the pointer on the right."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.services.session import Selection
from desktop_app.ui.ticks import clock_words, decibel_words, hertz_words, seconds_words, steady_hertz_words
from desktop_app.ui.widgets import role_label


class ReadOut(QWidget):
    """Two quiet labels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = role_label()
        self._selection.setAccessibleName("Selection")
        self._pointer = role_label()
        self._pointer.setAccessibleName("Under the pointer")
        self._pointer.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self._selection)
        row.addStretch(1)
        row.addWidget(self._pointer)

    def show_selection(self, selection: Selection | None) -> None:
        """Show onset, offset, length and band of the selection."""
        self._selection.setText("" if selection is None else selection_words(selection))

    def show_pointer(
        self, at_s: float, places: int, hz: float | None, db: float | None, amplitude: float | None
    ) -> None:
        """Show what is under the pointer; what is None is left out."""
        parts = [clock_words(at_s, places)]
        if hz is not None:
            parts.append(steady_hertz_words(hz))
        if amplitude is not None:
            parts.append(f"{amplitude:.4f}")
        if db is not None:
            parts.append(decibel_words(db) if math.isfinite(db) else "silence")
        self._pointer.setText("   ".join(parts))

    def clear_pointer(self) -> None:
        """Show nothing on the right."""
        self._pointer.setText("")


def selection_words(selection: Selection) -> str:
    """Return what is selected in one line."""
    ends = f"{clock_words(selection.onset_s)} – {clock_words(selection.offset_s)}"
    words = f"{ends}  ({seconds_words(selection.duration_s)})"
    if selection.low_hz is not None and selection.high_hz is not None:
        words += f"   {hertz_words(selection.low_hz)} – {hertz_words(selection.high_hz)}"
    return words
