"""Recording: the button, what is being recorded, and how and where recordings are written."""

from dataclasses import asdict, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QHBoxLayout, QPushButton, QWidget

from desktop_app.audio.capture import CaptureState
from desktop_app.audio.recorder import RecordSettings, RecordState
from desktop_app.services.live_folders import recordings_folder
from desktop_app.services.settings import Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.live.encodings import ENCODINGS, TIP, chosen_encoding
from desktop_app.ui.live.folder_button import FolderButton
from desktop_app.ui.live.parts import BUTTON_WIDTH, number_box, tab_only
from desktop_app.ui.one_line import OneLine
from desktop_app.ui.ticks import clock_words
from desktop_app.ui.widgets import role_label, set_role
from desktop_app.ui.wording import size_words
from desktop_app.words import counted

LONGEST_PRE_ROLL_S, LONGEST_SPLIT_MIN = 120.0, 240.0
LOW_BYTES = 1e9
"""Below this much room the words warn."""
KNOWN_S = 5.0
"""Recording after which it is known how much room a second takes: FLAC depends on the sound."""


class RecordBar(QWidget):
    """Reads and writes how recordings are made in `settings.values.live`; the button is the action `record`."""

    def __init__(self, settings: Settings, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._free_bytes: float | None = None
        self._away = False
        self._progress: tuple[float, RecordState] | None = None
        self._action = actions["record"]
        self.button = tab_only(QPushButton())
        self.button.setFixedWidth(BUTTON_WIDTH)
        self.button.clicked.connect(lambda _=False: self._action.trigger())
        self.light = role_label("●", "error")
        self.light.setAccessibleName("Recording")
        self.words = OneLine("secondary")
        self.pre_roll = number_box("Pre-roll", "Pre-roll ", " s", LONGEST_PRE_ROLL_S)
        self.pre_roll.setToolTip("Sound from before the key was pressed that is recorded too, while it is listened to")
        self.split = number_box("New file every", "Split every ", " min", LONGEST_SPLIT_MIN)
        self.split.setSpecialValueText("No split")
        for box in (self.pre_roll, self.split):
            box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.split.setToolTip("Begin a new file after so many minutes, without a break; 0: never")
        self.format = QComboBox()
        self.format.addItems(list(ENCODINGS))
        self.format.setAccessibleName("Format of recordings")
        self.format.setToolTip(TIP)
        self.format.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.folder = FolderButton("Folder for recordings", "Folder: ")
        self._choices: tuple[QWidget, ...] = (self.pre_roll, self.split, self.format, self.folder)
        self._lay_out()
        self._connect()
        self._show_settings()
        self.show_running(False)

    @property
    def record_settings(self) -> RecordSettings:
        """Return how recordings are to be written."""
        live = self._settings.values.live
        split_s = live.split_minutes * 60 if live.split_minutes else None
        return RecordSettings(
            recordings_folder(live),
            **asdict(ENCODINGS[chosen_encoding(live)]),
            split_s=split_s,
            pre_roll_s=live.pre_roll_s,
            pattern=live.pattern,
        )

    def show_running(self, running: bool) -> None:
        """Show whether it records; while it does, how it does cannot be changed and makes room for what it does."""
        self.light.setVisible(running)
        for widget in self._choices:
            widget.setVisible(not running)
        self._progress, self._free_bytes = None, None
        set_role(self.words, "secondary")
        self.words.show_text("Opening the microphone…" if running else "")

    def show_progress(self, seconds: float, state: RecordState) -> None:
        """Show what has been recorded."""
        self._progress = seconds, state
        self._say()

    def show_state(self, state: CaptureState) -> None:
        """Show whether there is a microphone to record from."""
        self._away = state.phase == "away"
        self._say()

    def show_free(self, free_bytes: float | None) -> None:
        """Show how much room is left."""
        self._free_bytes = free_bytes
        self._say()

    def _say(self) -> None:
        if self._progress is None:
            return
        seconds, state = self._progress
        parts = [f"Recording {clock_words(seconds, 0, minutes=True)}", *[path.name for path in state.files[-1:]]]
        if self._away:
            parts.append("waiting for the microphone")
        if state.lost_frames:
            parts.append("the disk is too slow: sound was lost")
        if self._free_bytes is not None:
            parts.append(room_words(self._free_bytes, state.size_bytes / seconds if seconds > KNOWN_S else 0.0))
        low = self._free_bytes is not None and self._free_bytes < LOW_BYTES
        set_role(self.words, "warning" if low or state.lost_frames or self._away else "")
        self.words.show_text("  ·  ".join(parts))

    def _show_action(self) -> None:
        self.button.setText(self._action.text())
        self.button.setIcon(self._action.icon())
        self.button.setToolTip(self._action.toolTip())

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.light)
        row.addWidget(self.words, 1)
        for widget in self._choices:
            row.addWidget(widget)

    def _connect(self) -> None:
        self.pre_roll.valueChanged.connect(lambda value: self._change(pre_roll_s=value))
        self.split.valueChanged.connect(lambda value: self._change(split_minutes=value))
        self.format.currentTextChanged.connect(lambda words: self._change(**asdict(ENCODINGS[words])))
        self.folder.chosen.connect(lambda folder: self._change(folder=str(folder)))
        self._settings.changed.connect(lambda name: self._show_settings() if name == "live" else None)
        self._action.changed.connect(self._show_action)
        self._show_action()

    def _change(self, **fields: Any) -> None:
        self._settings.change(live=replace(self._settings.values.live, **fields))

    def _show_settings(self) -> None:
        live = self._settings.values.live
        for widget in self._choices:
            widget.blockSignals(True)
        self.pre_roll.setValue(live.pre_roll_s)
        self.split.setValue(live.split_minutes)
        self.format.setCurrentText(chosen_encoding(live))
        for widget in self._choices:
            widget.blockSignals(False)
        self.folder.show_folder(recordings_folder(live))


def room_words(free_bytes: float, bytes_per_s: float) -> str:
    """Return how much room is left and for how long: 64.6 GB free, enough for 31 hours; 0: nobody knows how long."""
    words = f"{size_words(free_bytes)} free"
    if bytes_per_s <= 0:
        return words
    left_s = free_bytes / bytes_per_s
    for unit_s, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if left_s >= 2 * unit_s:
            return f"{words}, enough for {counted(int(left_s / unit_s), unit)}"
    return f"{words}, enough for a minute"
