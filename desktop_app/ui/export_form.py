"""The choices of the export dialog: format, rate, channels, names; only what can be written is offered."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.audio.clips import PATTERN_FIELDS, ClipRequest, ExportSettings, clip_name
from desktop_app.audio.formats import AudioFormat, Encodable, format_named, writable_formats
from desktop_app.audio.names import free_path
from desktop_app.errors import UserError
from desktop_app.services.settings import ExportPreferences
from desktop_app.ui.widgets import role_label, show_checked
from desktop_app.ui.wording import encoding_words, pattern_help, rate_words
from desktop_app.words import counted

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000, 250_000)
PREVIEWED_NAMES = 3
FIELD_EXAMPLES = {
    "onset_s": "{onset_s:.2f}",
    "offset_s": "{offset_s:.2f}",
    "index": "{index:03}",
}
"""How a field is put into the pattern, where it reads better with a format."""


class ExportForm(QWidget):
    """Edits an `ExportSettings`; whatever is chosen, it can be written."""

    changed = Signal()

    def __init__(self, preferences: ExportPreferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._requests: Sequence[ClipRequest] = ()
        self._wants_mono = False
        self.format = _combo("Format", "How the files are stored")
        self.encoding = _combo("Encoding", "How samples are stored in this format")
        self.rate = _combo("Sample rate", "Resampled where the recording has another rate")
        self.mono = QCheckBox("Mix the channels to one")
        self.mono.setToolTip("The average of all channels")
        self.pattern = QLineEdit()
        self.pattern.setAccessibleName("Pattern of the file names")
        self.pattern.setToolTip(pattern_help(PATTERN_FIELDS, "; {onset_s:.2f} writes two decimals"))
        self._preview = role_label(role="small", wrap=True)
        self._preview.setAccessibleName("Names of the files")
        self._note = role_label(role="small", wrap=True)
        self._lay_out()
        self._fill(preferences)
        self._connect()

    @property
    def settings(self) -> ExportSettings:
        """Return what is chosen."""
        encodable = self._encodable()
        return ExportSettings(
            format=self._audio_format().name,
            encoding=encodable.encoding,
            bits_per_sample=encodable.bits_per_sample,
            sample_rate_hz=self.rate.currentData(),
            mono=self.mono.isChecked(),
            pattern=self.pattern.text().strip(),
        )

    @property
    def preferences(self) -> ExportPreferences:
        """Return what is chosen, to be remembered; without a folder."""
        return ExportPreferences(**asdict(self.settings))

    @property
    def problem(self) -> str:
        """Return why the names cannot be made, empty where they can."""
        try:
            clip_name(_example(self._requests), self.settings, 1)
        except UserError as problem:
            return str(problem)
        return ""

    def show_requests(self, requests: Sequence[ClipRequest]) -> None:
        """Preview the names that these clips get."""
        self._requests = requests
        self._show_preview()

    def _lay_out(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        names.addWidget(self.pattern, 1)
        names.addWidget(self._field_button())
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow("Format", self.format)
        form.addRow("Encoding", self.encoding)
        form.addRow("Sample rate", self.rate)
        form.addRow("Channels", self.mono)
        form.addRow("", self._note)
        form.addRow("Names", names)
        form.addRow("", self._preview)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)

    def _field_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("Add field")
        button.setAccessibleName("Add a field to the file names")
        button.setToolTip("Put something that differs from file to file into the names")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu("Fields", button)
        for name, meaning in PATTERN_FIELDS.items():
            text = FIELD_EXAMPLES.get(name, f"{{{name}}}")
            menu.addAction(f"{text}\t{meaning}").triggered.connect(lambda _=False, text=text: self.pattern.insert(text))
        button.setMenu(menu)
        return button

    def _fill(self, preferences: ExportPreferences) -> None:
        for entry in writable_formats():
            self.format.addItem(f"{entry.title}  {entry.suffixes[0]}", entry.name)
        self.format.setCurrentIndex(max(self.format.findData(preferences.format), 0))
        self._fill_encodings()
        bits = preferences.bits_per_sample
        self._choose_encoding(preferences.encoding, bits)
        self._fill_rates(preferences.sample_rate_hz)
        self._wants_mono = preferences.mono
        self.pattern.setText(preferences.pattern)
        self._show_limits()

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._format_changed)
        self.encoding.currentIndexChanged.connect(self._encoding_changed)
        self.rate.currentIndexChanged.connect(self.changed)
        self.mono.clicked.connect(self._mono_clicked)
        self.pattern.textChanged.connect(self._pattern_changed)

    def _audio_format(self) -> AudioFormat:
        return format_named(self.format.currentData())

    def _encodable(self) -> Encodable:
        return self._audio_format().writes[max(self.encoding.currentIndex(), 0)]

    def _format_changed(self) -> None:
        """Keep encoding and depth where the new format has them too."""
        before: tuple[str, int] = self.encoding.currentData()
        self.encoding.blockSignals(True)
        self._fill_encodings()
        self._choose_encoding(*before)
        self.encoding.blockSignals(False)
        self._encoding_changed()

    def _fill_encodings(self) -> None:
        self.encoding.clear()
        for entry in self._audio_format().writes:
            words = encoding_words(entry.encoding, entry.bits_per_sample)
            self.encoding.addItem(words, (entry.encoding, entry.bits_per_sample))
        self.encoding.setEnabled(self.encoding.count() > 1)

    def _choose_encoding(self, encoding: str | None, bits: int | None) -> None:
        for number, entry in enumerate(self._audio_format().writes):
            if entry.encoding == encoding and bits in (None, entry.bits_per_sample):
                self.encoding.setCurrentIndex(number)
                return

    def _encoding_changed(self) -> None:
        chosen: int | None = self.rate.currentData()
        self.rate.blockSignals(True)
        self._fill_rates(chosen)
        self.rate.blockSignals(False)
        self._show_limits()
        self._show_preview()
        self.changed.emit()

    def _fill_rates(self, chosen: int | None) -> None:
        legal = self._encodable().sample_rates_hz
        self.rate.clear()
        self.rate.addItem("As recorded" + (", or the nearest possible" if legal else ""), None)
        for rate_hz in sorted(legal or RATES_HZ):
            self.rate.addItem(rate_words(rate_hz), rate_hz)
        if chosen is not None and not legal and self.rate.findData(chosen) < 0:
            self.rate.addItem(rate_words(chosen), chosen)
        self.rate.setCurrentIndex(max(self.rate.findData(chosen), 0))

    def _show_limits(self) -> None:
        """Say what the encoding cannot hold; where it holds one channel there is no choice."""
        most = self._encodable().max_channels
        self.mono.setEnabled(most != 1)
        self.mono.setChecked(most == 1 or self._wants_mono)
        words = {1: "This encoding holds one channel.", 2: "This encoding holds one or two channels."}.get(most, "")
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def _mono_clicked(self, wanted: bool) -> None:
        """Remember what the person wants, apart from what an encoding forces."""
        self._wants_mono = wanted
        self.changed.emit()

    def _pattern_changed(self) -> None:
        self._show_preview()
        self.changed.emit()

    def _show_preview(self) -> None:
        problem = self.problem
        show_checked(self.pattern, self._preview, "" if problem else self._names(), problem)

    def _names(self) -> str:
        shown = self._requests[:PREVIEWED_NAMES]
        names: list[str] = []
        for number, request in enumerate(shown, 1):
            wanted = Path(clip_name(request, self.settings, number))
            names.append(free_path(wanted, lambda path: path.as_posix() in names).as_posix())
        more = len(self._requests) - len(shown)
        return "\n".join([*names, f"and {counted(more, 'more file')}"] if more else names)


def with_ends(requests: Sequence[ClipRequest], ends: Sequence[float | None]) -> list[ClipRequest]:
    """Return the requests with the ends that are known, as the names will have them."""
    return [
        replace(request, offset_s=end) if request.offset_s is None else request
        for request, end in zip(requests, ends, strict=True)
    ]


def _example(requests: Sequence[ClipRequest]) -> ClipRequest:
    return requests[0] if requests else ClipRequest(Path("recording.wav"))


def _combo(name: str, tip: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setToolTip(tip)
    return combo
