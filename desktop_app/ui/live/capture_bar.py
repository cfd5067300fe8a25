"""The microphone: which one, at what rate, with how many channels, start and stop; and the model that judges it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from desktop_app.audio.devices import USUAL_RATES_HZ, Device
from desktop_app.audio.inputs import InputRequest
from desktop_app.services.settings import Settings
from desktop_app.ui.live.parts import BUTTON_WIDTH, tab_only
from desktop_app.ui.training.parts import push_button
from desktop_app.ui.widgets import role_label, set_role
from desktop_app.ui.wording import rate_words
from desktop_app.words import counted

Box = TypeVar("Box", bound=QComboBox)
MOST_CHANNELS = 32
DEFAULT_DEVICE = "System default"
LEAST_DEVICE_WIDTH, MOST_DEVICE_WIDTH = 160, 360


class OpeningComboBox(QComboBox):
    """A choice that tells when it is about to open."""

    opening = Signal()

    def showPopup(self) -> None:
        """Tell, then open."""
        self.opening.emit()
        super().showPopup()


class CaptureBar(QWidget):
    """Reads and writes the microphone in `settings.values.live`."""

    devices_wanted = Signal()
    """The list of microphones is about to open: list them anew."""
    toggled = Signal()
    """Start or stop listening."""
    request_changed = Signal()
    """Another microphone, rate or number of channels was chosen."""
    model_chosen = Signal(str)
    """Name of the model that shall judge."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._devices: tuple[Device, ...] = ()
        self.device = _choice(OpeningComboBox(), "Microphone", "Microphone; the list looks for new ones as it opens")
        self.rate = _choice(QComboBox(), "Sample rate", "Sample rate; its own is what the microphone prefers")
        self.channels = _choice(QComboBox(), "Channels", "Channels; its own are at most two")
        self.start = tab_only(push_button("Start listening", "Listen to the microphone", primary=True))
        self.start.setFixedWidth(BUTTON_WIDTH)
        self.model = _choice(QComboBox(), "Model", "The model that judges what is heard")
        self._lay_out()
        self._show_devices()
        self._connect()

    @property
    def request(self) -> InputRequest:
        """Return what is chosen."""
        live = self._settings.values.live
        return InputRequest(live.device, live.sample_rate_hz, live.channels)

    def show_devices(self, devices: Sequence[Device]) -> None:
        """Offer these microphones; the chosen one stays offered while it is away."""
        self._devices = tuple(devices)
        self._show_devices()

    def show_running(self, running: bool, *, recording: bool) -> None:
        """Let the button say what it does next; a recording keeps its microphone."""
        self.start.setText("Stop listening" if running else "Start listening")
        self.start.setToolTip("Let go of the microphone" if running else "Listen to the microphone")
        set_role(self.start, "" if running else "primary")
        for choice in (self.device, self.rate, self.channels):
            choice.setEnabled(not recording)

    def show_models(self, names: Sequence[str], chosen: str) -> None:
        """Offer these models."""
        _fill(self.model, {name: name for name in names}, chosen)

    def _lay_out(self) -> None:
        self.device.setMinimumWidth(LEAST_DEVICE_WIDTH)
        self.device.setMaximumWidth(MOST_DEVICE_WIDTH)
        self.device.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for choice in (self.rate, self.channels):  # the microphone's name gives way
            choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.start, self.device, self.rate, self.channels):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(role_label("Model"))
        row.addWidget(self.model)

    def _connect(self) -> None:
        self.device.opening.connect(self.devices_wanted)
        self.device.activated.connect(lambda _: self._choose(device=self.device.currentData()))
        self.rate.activated.connect(lambda _: self._choose(sample_rate_hz=self.rate.currentData()))
        self.channels.activated.connect(lambda _: self._choose(channels=self.channels.currentData()))
        self.model.activated.connect(lambda _: self.model_chosen.emit(self.model.currentData()))
        self.start.clicked.connect(lambda _=False: self.toggled.emit())

    def _choose(self, **fields: Any) -> None:
        before = self.request
        if "device" in fields:
            fields = {**fields, "sample_rate_hz": None, "channels": None}  # another one may not have them
        self._settings.change(live=replace(self._settings.values.live, **fields))
        if self.request != before:
            self._show_devices()
            self.request_changed.emit()

    def _show_devices(self) -> None:
        live = self._settings.values.live
        names = {"": DEFAULT_DEVICE, **{each.full_name: _device_words(each) for each in self._devices}}
        if live.device not in names:
            names[live.device] = live.device if not self._devices else f"{live.device} – away"
        _fill(self.device, names, live.device)
        now = self._current_device()
        own_rate = f"Own rate ({rate_words(now.sample_rate_hz)})" if now else "Own rate"
        _fill(self.rate, {None: own_rate, **{hz: rate_words(hz) for hz in USUAL_RATES_HZ}}, live.sample_rate_hz)
        most = min(now.channels if now else 2, MOST_CHANNELS)
        own = f"Own channels ({min(most, 2)})" if now else "Own channels"
        counts = {count: counted(count, "channel") for count in range(1, max(most, live.channels or 1) + 1)}
        _fill(self.channels, {None: own, **counts}, live.channels)

    def _current_device(self) -> Device | None:
        name = self._settings.values.live.device
        return next((it for it in self._devices if (it.full_name == name if name else it.is_default)), None)


def _device_words(device: Device) -> str:
    """Return name, way to it, channels and rate: Null sink (ALSA), 2 channels, 44.1 kHz."""
    channels = counted(device.channels, "channel")
    return f"{device.full_name}, {channels}, {rate_words(device.sample_rate_hz)}"


def _choice(box: Box, name: str, tip: str) -> Box:
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return tab_only(box)


def _fill(box: QComboBox, choices: dict[Any, str], chosen: Any) -> None:
    """Offer choices, by what they stand for; nothing is emitted."""
    blocker = QSignalBlocker(box)
    box.clear()
    for value, words in choices.items():
        box.addItem(words, value)
    place = next((place for place, value in enumerate(choices) if value == chosen), 0)
    box.setCurrentIndex(place)
    blocker.unblock()
