"""The bar at the bottom: play and stop, where the play head is, how loud, on which device."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from desktop_app.ui.actions import Actions
from desktop_app.ui.theme import Theme, icon
from desktop_app.ui.widgets import quiet_button
from desktop_app.ui.wording import clock, on_button

LONGEST_CLOCK = "00:00.000  /  00:00.000"
"""Of what is shorter than an hour: the clock keeps this room, so that nothing beside it moves."""
BUTTONS = ("previous_file", "play", "next_file", "loop", "autoplay")


class Transport(QFrame):
    """Buttons of the play actions, the clock, volume and device; what is pressed is emitted or triggers an action.

    `room` is its free part.
    """

    volume_changed = Signal(float)
    """0 to 1."""
    device_chosen = Signal(str)
    """Name of the output device; empty for the system's choice."""
    devices_wanted = Signal()
    """The device menu is about to open: list the devices anew."""

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._actions = actions
        self._theme = theme
        self._playing = False
        self._lay_out()
        theme.changed.connect(self._tint)
        self._tint()

    def show_position(self, position_s: float, duration_s: float | None) -> None:
        """Show the play head and the length of the recording."""
        total = clock(duration_s) if duration_s is not None else "–"
        self._clock.setText(f"{clock(position_s)}  /  {total}")

    def show_playing(self, playing: bool) -> None:
        """Let the play button say what it does next."""
        self._playing = playing
        self._tint()

    def show_volume(self, volume: float) -> None:
        """Set the slider without emitting."""
        self._volume.blockSignals(True)
        self._volume.setValue(round(100 * volume))
        self._volume.blockSignals(False)
        self._tint()

    def show_devices(self, names: list[str], chosen: str) -> None:
        """Fill the device menu; an empty name is the system's default, which plays where the chosen one is missing."""
        self._device_menu.clear()
        missing = [chosen] if chosen and chosen not in names else []
        for name in ["", *names, *missing]:
            words = f"{on_button(name)} (not connected)" if name in missing else on_button(name)
            action = self._device_menu.addAction(words or "System default")
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _=False, name=name: self.device_chosen.emit(name))

    def add_right(self, widget: QWidget) -> None:
        """Put a widget (the running job) at the right end."""
        self._row.addWidget(widget)

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 4, 8, 4)
        self._row.setSpacing(4)
        for name in BUTTONS:
            self._row.addWidget(self._button(name))
        self._clock = QLabel("00:00.000  /  –")
        self._clock.setMinimumWidth(self._clock.fontMetrics().horizontalAdvance(LONGEST_CLOCK))
        self._clock.setAccessibleName("Play head and length")
        self._clock.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._row.addSpacing(8)
        self._row.addWidget(self._clock)
        self._row.addSpacing(16)
        self._add_volume()
        self.room = QWidget()
        self.room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row.addSpacing(8)
        self._row.addWidget(self.room, 1)

    def _button(self, name: str) -> QToolButton:
        button = quiet_button(self._actions[name].text())
        button.setDefaultAction(self._actions[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        return button

    def _add_volume(self) -> None:
        self._device = quiet_button("Output device", "Choose the output device")
        self._device.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._device_menu = QMenu("Output device", self._device)
        self._device_menu.aboutToShow.connect(self.devices_wanted)
        self._device.setMenu(self._device_menu)
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setRange(0, 100)
        self._volume.setValue(100)
        self._volume.setMinimumWidth(48)  # in a small window a running job needs the room
        self._volume.setMaximumWidth(96)
        self._volume.setToolTip("Volume")
        self._volume.setAccessibleName("Volume")
        self._volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._volume.valueChanged.connect(self._volume_moved)
        self._row.addWidget(self._device)
        self._row.addWidget(self._volume)

    def _volume_moved(self, value: int) -> None:
        self._tint()
        self.volume_changed.emit(value / 100)

    def _tint(self) -> None:
        tones = self._theme.tones
        self._actions["play"].setIcon(icon("stop" if self._playing else "play", tones))
        self._device.setIcon(icon("volume" if self._volume.value() else "volume-off", tones))
