"""A number on a slider, with its name before it and its value behind it."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from desktop_app.ui.widgets import role_label

NAME_WIDTH, VALUE_WIDTH = 112, 48


@dataclass(frozen=True)
class SliderSpec:
    """What a slider is for."""

    name: str
    low: float
    high: float
    step: float
    words: str
    """Format of the value, with its unit."""
    tip: str


class SliderRow(QWidget):
    """Shows and changes one number."""

    changed = Signal(float)
    """The person has moved the slider."""

    def __init__(self, spec: SliderSpec) -> None:
        super().__init__()
        self._spec = spec
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round((spec.high - spec.low) / spec.step))
        self.slider.setPageStep(max(self.slider.maximum() // 10, 1))
        self.slider.setAccessibleName(spec.name)
        self.slider.setToolTip(spec.tip)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._words = role_label()
        self._words.setFixedWidth(VALUE_WIDTH)
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        name = QLabel(spec.name)
        name.setFixedWidth(NAME_WIDTH)
        name.setToolTip(spec.tip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(name)
        row.addWidget(self.slider, 1)
        row.addWidget(self._words)
        self.slider.valueChanged.connect(self._moved)
        self.show_value(spec.low)

    @property
    def value(self) -> float:
        """Return the number."""
        return self._spec.low + self.slider.value() * self._spec.step

    def show_value(self, value: float) -> None:
        """Show a number without emitting."""
        blocker = QSignalBlocker(self.slider)
        self.slider.setValue(round((value - self._spec.low) / self._spec.step))
        blocker.unblock()
        self._say()

    def _moved(self) -> None:
        self._say()
        self.changed.emit(round(self.value, 6))

    def _say(self) -> None:
        self._words.setText(self._spec.words.format(self.value))
