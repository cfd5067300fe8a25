"""Whether the sound of events is kept, with how much around it, and where."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop_app.services.live_folders import clips_folder
from desktop_app.services.settings import Settings
from desktop_app.ui.live.folder_button import FolderButton
from desktop_app.ui.live.parts import number_box, tab_only

LONGEST_CONTEXT_S = 10.0


class ClipKeeping(QWidget):
    """Reads and writes the choice in `settings.values.live`."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.keep = tab_only(QCheckBox("Keep clips"))
        self.keep.setToolTip("Save the sound of each event, labelled as a prediction that nobody has reviewed")
        self.context = number_box("Sound around an event", "± ", " s", LONGEST_CONTEXT_S, decimals=1)
        self.context.setSingleStep(0.5)
        self.context.setToolTip("Sound before and after an event that is kept with it")
        self.folder = FolderButton("Folder for clips", "Folder: ")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.keep)
        row.addWidget(self.context)
        row.addWidget(self.folder, 1)
        self.keep.toggled.connect(lambda on: self._change(keep_clips=on))
        self.context.valueChanged.connect(lambda value: self._change(context_s=value))
        self.folder.chosen.connect(lambda folder: self._change(clips_folder=str(folder)))
        settings.changed.connect(lambda name: self._show() if name == "live" else None)
        self._show()

    @property
    def wanted(self) -> tuple[Path | None, float]:
        """Return where clips go, None for nowhere, and the sound around them in seconds."""
        live = self._settings.values.live
        return (clips_folder(live) if live.keep_clips else None), live.context_s

    def _change(self, **fields: Any) -> None:
        self._settings.change(live=replace(self._settings.values.live, **fields))

    def _show(self) -> None:
        live = self._settings.values.live
        for widget in (self.keep, self.context):
            widget.blockSignals(True)
        self.keep.setChecked(live.keep_clips)
        self.context.setValue(live.context_s)
        for widget in (self.keep, self.context):
            widget.blockSignals(False)
        self.context.setEnabled(live.keep_clips)
        self.folder.show_folder(clips_folder(live))
