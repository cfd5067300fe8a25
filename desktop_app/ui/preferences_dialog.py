"""What a person chooses once: keys and wheel, colours, sound, names. Every choice acts at once."""

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.audio.recorder import PATTERN_FIELDS, recording_name
from desktop_app.audio.streams import Device
from desktop_app.errors import UserError
from desktop_app.services.live_folders import recordings_folder
from desktop_app.services.settings import LivePreferences, Settings
from desktop_app.ui.key_presets import PRESETS, WHEELS
from desktop_app.ui.live.encodings import ENCODINGS, TIP, chosen_encoding
from desktop_app.ui.live.folder_button import FolderButton
from desktop_app.ui.widgets import resize_on_screen, role_label, show_checked
from desktop_app.ui.wording import pattern_help

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
SNAPS = {
    "off": "Where they are dropped",
    "zero": "Where the wave crosses zero",
    "10 ms": "On a grid of 10 ms",
    "100 ms": "On a grid of 100 ms",
}
EXAMPLE_DEVICE = "Microphone"
LABEL_WIDTH = 136
LEAST_WIDTH = 520
MARGINS = (24, 16, 24, 16)


class PreferencesDialog(QDialog):
    """Reads and writes the settings; beside an open dialog the window goes on."""

    keys_wanted = Signal()
    """Show the sheet of all keys."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(LEAST_WIDTH)
        self._settings = settings
        presets = {name: preset.title for name, preset in PRESETS.items()}
        self.keys = self._choice("key_preset", presets, "Keys")
        self.wheel = self._choice("wheel", WHEELS, "Wheel over the sound")
        self.snap = self._choice("snap", SNAPS, "Edges of selections come to rest")
        self.theme = self._choice("theme", THEMES, "Colours")
        self.device = self._choice("output_device", {}, "Output device")
        self.autoplay = QCheckBox("Play each file as it is selected")
        self.autoplay.toggled.connect(lambda on: settings.change(autoplay=on))
        self.format = _combo({words: words for words in ENCODINGS}, "Format of recordings")
        self.format.setToolTip(TIP)
        self.format.activated.connect(lambda _: self._change_live(**asdict(ENCODINGS[self.format.currentData()])))
        self.folder = FolderButton("Folder of recordings")
        self.folder.chosen.connect(lambda folder: self._change_live(folder=str(folder)))
        self.pattern = QLineEdit()
        self.pattern.setAccessibleName("Pattern of the names of recordings")
        self.pattern.setPlaceholderText(LivePreferences.pattern)
        self.pattern.setToolTip(pattern_help(PATTERN_FIELDS))
        self.pattern.textChanged.connect(self._take_pattern)
        self._example = role_label(role="small", wrap=True)
        self._example.setAccessibleName("Name of a recording")
        self.reviewer = QLineEdit()
        self.reviewer.setAccessibleName("Your name")
        self.reviewer.setPlaceholderText("Not told")
        self.reviewer.setToolTip("Every label you make or judge bears it")
        self.reviewer.editingFinished.connect(lambda: settings.change(reviewer=self.reviewer.text().strip()))
        self._preset_tip = role_label(role="small", wrap=True)
        self._lay_out()
        settings.changed.connect(self._show_values)
        self.show_devices([])

    def show_devices(self, devices: list[Device]) -> None:
        """Offer these output devices, and the one that was chosen even if it is not there."""
        names = [device.name for device in devices]
        chosen = self._settings.values.output_device
        missing = {chosen: f"{chosen} (not connected)"} if chosen and chosen not in names else {}
        _fill(self.device, {"": "System default", **{name: name for name in names}, **missing})
        self._show_values()

    def done(self, result: int) -> None:
        """Take over what is still being typed."""
        self._settings.change(reviewer=self.reviewer.text().strip())
        super().done(result)

    def _choice(self, setting: str, options: Mapping[str, str], name: str) -> QComboBox:
        """Return a box for one field of the settings, with the words of each value."""
        box = _combo(options, name)
        box.activated.connect(lambda _: self._settings.change(**{setting: box.currentData()}))
        return box

    def _change_live(self, **fields: Any) -> None:
        self._settings.change(live=replace(self._settings.values.live, **fields))

    def _take_pattern(self) -> None:
        """Show what name the pattern makes, or what is wrong with it; only one that makes names is kept."""
        pattern, name, problem = self.pattern.text().strip() or LivePreferences.pattern, "", ""
        try:
            name = recording_name(pattern, time.time(), EXAMPLE_DEVICE, 1)
        except UserError as wrong:
            problem = str(wrong)
        else:
            self._change_live(pattern=pattern)
        show_checked(self.pattern, self._example, f"{name}.{self._settings.values.live.format.lower()}", problem)
        if self.isVisible():  # a dialog does not grow with the lines of its labels by itself
            self._example.setMinimumHeight(self._example.heightForWidth(self._example.width()))

    def _lay_out(self) -> None:
        sections = QWidget()
        column = QVBoxLayout(sections)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(16)
        column.addLayout(
            _section(
                "Keys and mouse",
                ("Keys", self.keys),
                ("", self._preset_tip),
                ("Wheel", self.wheel),
                ("Edges come to rest", self.snap),
            )
        )
        column.addLayout(_section("Window", ("Colours", self.theme)))
        column.addLayout(_section("Sound", ("Output device", self.device), ("Autoplay", self.autoplay)))
        names = (("Names", self.pattern), ("", self._example))
        column.addLayout(_section("Recording", ("Format", self.format), ("Kept in", self.folder), *names))
        column.addLayout(_section("Labels", ("Your name", self.reviewer)))
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(sections)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        buttons = self._buttons()
        outer.addLayout(buttons)
        needed = sections.sizeHint().height() + buttons.sizeHint().height()
        resize_on_screen(self, LEAST_WIDTH, needed)

    def _buttons(self) -> QHBoxLayout:
        """Return the row below; a QDialogButtonBox puts help to where each system has it, here even to the right."""
        all_keys, close = QPushButton("All keys…"), QPushButton("Close")
        all_keys.setAutoDefault(False)
        all_keys.setToolTip("Show every key of these choices")
        all_keys.clicked.connect(self.keys_wanted)
        close.setDefault(True)
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setContentsMargins(*MARGINS)
        row.addWidget(all_keys)
        row.addStretch()
        row.addWidget(close)
        return row

    def _show_values(self) -> None:
        values = self._settings.values
        for box, value in (
            (self.keys, values.key_preset),
            (self.wheel, values.wheel),
            (self.snap, values.snap),
            (self.theme, values.theme),
            (self.device, values.output_device),
            (self.format, chosen_encoding(values.live)),
        ):
            box.setCurrentIndex(box.findData(value))
        self._preset_tip.setText(PRESETS[values.key_preset].tip + ".")
        self.autoplay.setChecked(values.autoplay)
        self.folder.show_folder(recordings_folder(values.live))
        if not self.reviewer.hasFocus():
            self.reviewer.setText(values.reviewer)
        if not self.pattern.hasFocus():
            self.pattern.setText(values.live.pattern)
            self._take_pattern()


def _combo(options: Mapping[str, str], name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    _fill(box, options)
    return box


def _fill(box: QComboBox, options: Mapping[str, str]) -> None:
    box.clear()
    for value, words in options.items():
        box.addItem(words, value)


def _section(title: str, *rows: tuple[str, QWidget]) -> QVBoxLayout:
    section = QVBoxLayout()
    section.setSpacing(8)
    section.addWidget(role_label(title, "title"))
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for words, widget in rows:
        label = QLabel(words)
        label.setMinimumWidth(LABEL_WIDTH)
        label.setBuddy(widget)
        form.addRow(label, widget)
    section.addLayout(form)
    return section
