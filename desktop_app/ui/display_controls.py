"""The strip under the timeline: how sound is drawn. What is changed often is in sight, the rest behind one button."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayoutItem,
    QMenu,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from desktop_app.audio.windows import WINDOW_LENGTHS, WINDOWS
from desktop_app.services.settings import Settings, SpectrogramPreferences
from desktop_app.ui.colour_maps import COLOUR_MAPS
from desktop_app.ui.range_slider import RangeSlider
from desktop_app.ui.ticks import MINUS
from desktop_app.ui.widgets import quiet_button, role_label

SCALES = {"linear": "Linear", "log": "Log", "mel": "Mel"}
POWERS = {"db": "Level (dB)", "power": "Power (2)", "magnitude": "Magnitude (1)", "root": "Root (0.5)"}
WIDEST_RANGE = 360
LEAST_RANGE_WIDTH = 56
COLOURS_LETTERS = 5
"""What the names of most maps need: in a small window the docks beside want the room."""
HOPS = (None, 16, 32, 64, 128, 256, 512, 1024, 2048)
WINDOW_NAMES = {"hann": "Hann", "hamming": "Hamming", "blackman": "Blackman", "blackmanharris": "Blackman-Harris"}


class DisplayControls(QWidget):
    """Reads and writes `settings.values.spectrogram`; the range it shows is the timeline's."""

    automatic_asked = Signal()
    """Find the range from what is visible."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.range = RangeSlider()
        self._words = role_label()
        self._automatic = quiet_button(
            "Automatic range", "Find the range from what is visible", self.automatic_asked.emit
        )
        self._automatic.setText("Auto")
        self._automatic.setCheckable(True)
        self._boxes: dict[str, QComboBox] = {}
        self._lay_out()
        self.range.moved.connect(self._range_moved)
        self.range.reset_asked.connect(self.automatic_asked)
        settings.changed.connect(self._settings_changed)
        self._show_settings()

    def show_range(self, floor_db: float, ceiling_db: float) -> None:
        """Show the range that is drawn."""
        self.range.set_range(floor_db, ceiling_db)
        self._words.setText(f"{floor_db:.0f} to {ceiling_db:.0f} dB".replace("-", MINUS))
        self._automatic.setChecked(self._preferences.range_db is None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the words of the range where there is no room for them."""
        super().resizeEvent(event)
        others = sum(item.minimumSize().width() + self._row.spacing() for item in self._items())
        self._words.setVisible(self.width() >= others + self._words_width)

    def _items(self) -> list[QLayoutItem]:
        items = (self._row.itemAt(number) for number in range(self._row.count()))
        return [item for item in items if item is not None and item.widget() is not self._words]

    @property
    def _preferences(self) -> SpectrogramPreferences:
        return self._settings.values.spectrogram

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        lengths = {length: str(length) for length in WINDOW_LENGTHS}
        row.addWidget(self._choice("window_frames", "Window length", lengths, "Window length in frames"))
        row.addWidget(self._choice("scale", "Frequency scale", SCALES, "Spacing of the frequency axis"))
        row.addWidget(self._choice("colour_map", "Colours", COLOUR_MAPS, "Colours of the spectrogram"))
        self._boxes["colour_map"].setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._boxes["colour_map"].setMinimumContentsLength(COLOURS_LETTERS)
        row.addWidget(self._more_button())
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._words_width = self._words.fontMetrics().horizontalAdvance(f"{MINUS}140 to {MINUS}100 dB") + 4
        self._words.setMinimumWidth(1)  # a narrow window does without them, see resizeEvent
        self._words.setMaximumWidth(self._words_width)
        row.addWidget(self._words, 100)  # all it may have, before the slider gets more
        self.range.setMaximumWidth(WIDEST_RANGE)
        self.range.setMinimumWidth(LEAST_RANGE_WIDTH)
        row.addWidget(self.range, 1)
        row.addWidget(self._automatic)

    def _more_button(self) -> QToolButton:
        """Return the button that opens what is changed seldom."""
        button = quiet_button("More about the spectrogram", "Window type, hop and power")
        button.setText("More")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        form = QWidget()
        rows = QFormLayout(form)
        rows.setContentsMargins(12, 12, 12, 12)
        names = {name: WINDOW_NAMES.get(name, name.capitalize()) for name in WINDOWS}
        hops = {hop: "By zoom" if hop is None else str(hop) for hop in HOPS}
        for field, label, choices, tip in (
            ("window", "Window type", names, "Shape of the analysis window"),
            ("hop_frames", "Hop", hops, "Frames between two columns at the closest zoom"),
            ("power", "Colour shows", POWERS, "What the colour is proportional to"),
        ):
            rows.addRow(QLabel(label), self._choice(field, label, choices, tip))
        menu = QMenu(button)
        action = QWidgetAction(menu)
        action.setDefaultWidget(form)
        menu.addAction(action)
        button.setMenu(menu)
        return button

    def _choice(self, field: str, name: str, choices: dict[Any, str], tip: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(tip)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for value, words in choices.items():
            box.addItem(words, value)
        box.currentIndexChanged.connect(lambda _: self._change(**{field: box.currentData()}))
        self._boxes[field] = box
        return box

    def _change(self, **fields: Any) -> None:
        self._settings.change(spectrogram=replace(self._preferences, **fields))

    def _range_moved(self, floor_db: float, ceiling_db: float) -> None:
        self._change(range_db=(floor_db, ceiling_db))

    def _settings_changed(self, name: str) -> None:
        if name == "spectrogram":
            self._show_settings()

    def _show_settings(self) -> None:
        for field, box in self._boxes.items():
            blocker = QSignalBlocker(box)
            box.setCurrentIndex(max(box.findData(getattr(self._preferences, field)), 0))
            blocker.unblock()
        self.range.set_colour_map(self._preferences.colour_map)
        self._automatic.setChecked(self._preferences.range_db is None)
