"""The panel with the spectrum of the selection, or of the whole recording where nothing is selected."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.audio.spectrogram import Scale, spectrum
from desktop_app.services.jobs import JobContext, JobRunner
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings
from desktop_app.services.tiles import open_recording
from desktop_app.ui.spectrum_plot import SpectrumPlot
from desktop_app.ui.ticks import decibel_words, steady_hertz_words
from desktop_app.ui.widgets import role_label

DELAY_MS = 60
SCALES: dict[str, Scale] = {"Linear Hz": "linear", "Log Hz": "log"}
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Spectrum:
    """Levels of all channels over frequency."""

    frequencies_hz: Floats
    levels_db: Floats
    """(channels, bins)"""
    band_hz: tuple[float, float] | None = None
    """Of the selected box, in which the peak is looked for."""


class SpectrumView(QWidget):
    """Follows the session; computes off the GUI thread, the newest request wins, and only while it can be seen."""

    def __init__(self, session: Session, runner: JobRunner, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.runner = runner
        self._settings = settings
        self._spectrum: Spectrum | None = None
        self._stale = True
        self.plot = SpectrumPlot()
        self._words = role_label(wrap=True)
        self._words.setAccessibleName("Peak of the spectrum, or what is under the pointer")
        self._scale = QComboBox()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._compute)
        self._window = settings.values.spectrogram.window
        session.recording_changed.connect(self._recording_changed)
        session.selection_changed.connect(self._ask)
        settings.changed.connect(self._settings_changed)
        self.plot.pointed.connect(self._tell)

    def _lay_out(self) -> None:
        for words, scale in SCALES.items():
            self._scale.addItem(words, scale)
        self._scale.setAccessibleName("Frequency scale of the spectrum")
        self._scale.setToolTip("Spacing of the frequency axis")
        self._scale.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._scale.currentIndexChanged.connect(self._show)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self._words, 1)
        row.addWidget(self._scale)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.plot, 1)

    def _recording_changed(self, _path: Path | None) -> None:
        self._spectrum = None
        self._show()
        self._ask()

    def _settings_changed(self, name: str) -> None:
        if name == "spectrogram" and self._settings.values.spectrogram.window != self._window:
            self._window = self._settings.values.spectrogram.window
            self._ask()

    def _ask(self, _what: object = None) -> None:
        """Compute soon; while a selection is dragged, not at every step of it."""
        self._stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self._ask()

    def _compute(self) -> None:
        path = self.session.recording
        if path is None or not self.isVisible():
            return
        self._stale = False
        job = self.runner.start(
            _spectrum_of, path, self.session.selection, self._window, lane="drawing", newest="spectrum"
        )
        job.finished.connect(lambda result: self._arrived(path, result))

    def _arrived(self, path: Path, result: Spectrum) -> None:
        if path == self.session.recording:
            self._spectrum = result
            self._show()

    def _show(self) -> None:
        nothing = Spectrum(np.zeros(0, np.float32), np.zeros((0, 0), np.float32))
        shown = self._spectrum or nothing
        self.plot.show_spectrum(shown.frequencies_hz, shown.levels_db, self._scale.currentData(), shown.band_hz)
        self._words.setToolTip("Loudest inside the box" if shown.band_hz else "Loudest of all frequencies")
        self._tell(None)

    def _tell(self, hz: float | None) -> None:
        """Say what is under the pointer, or else where the peak is."""
        if self._spectrum is None:
            self._words.setText("")
        elif hz is not None:
            level = self.plot.level_at(hz)
            self._words.setText(f"{steady_hertz_words(hz)}   {decibel_words(level if level is not None else 0.0)}")
        else:
            peak_hz, peak_db = peak_of(self._spectrum)
            self._words.setText(f"Peak {steady_hertz_words(peak_hz)}   {decibel_words(peak_db)}")


def peak_of(spectrum: Spectrum) -> tuple[float, float]:
    """Return frequency and level of the loudest place above 0 Hz, between bins by a parabola through three levels.

    Of a box, the loudest inside its band; the bin nearest to the middle of one that is narrower than they lie apart.

    Source: J. O. Smith, Spectral Audio Signal Processing, "Quadratic Interpolation of Spectral Peaks".
    """
    levels = spectrum.levels_db.max(axis=0)
    step_hz = float(spectrum.frequencies_hz[-1]) / max(len(levels) - 1, 1)
    first, last = _bins_of(spectrum.band_hz, step_hz, len(levels))
    index = first + int(levels[first : last + 1].argmax())
    if not 0 < index < len(levels) - 1:
        return index * step_hz, float(levels[index])
    before, here, after = (float(level) for level in levels[index - 1 : index + 2])
    bend = before - 2 * here + after
    is_peak = bend < 0 and here >= max(before, after)  # at the edge of a band it may be a slope
    shift = 0.5 * (before - after) / bend if is_peak else 0.0
    return (index + shift) * step_hz, here - 0.25 * (before - after) * shift


def _bins_of(band_hz: tuple[float, float] | None, step_hz: float, bins: int) -> tuple[int, int]:
    """Return the first and the last bin of a band, or of all above 0 Hz."""
    if band_hz is None or step_hz <= 0:
        return min(1, bins - 1), bins - 1
    first, last = math.ceil(band_hz[0] / step_hz), math.floor(band_hz[1] / step_hz)
    if first > last:
        first = last = round(sum(band_hz) / 2 / step_hz)
    return min(first, bins - 1), min(last, bins - 1)


def _band_of(selection: Selection | None, rate_hz: int) -> tuple[float, float] | None:
    if selection is None or (selection.low_hz is None and selection.high_hz is None):
        return None
    high_hz = rate_hz / 2 if selection.high_hz is None else selection.high_hz
    return selection.low_hz or 0.0, high_hz


def _spectrum_of(context: JobContext, path: Path, selection: Selection | None, window: str) -> Spectrum:
    source = open_recording(path)
    try:
        rate = source.metadata.sample_rate_hz
        start, stop = 0, source.frames
        if selection is not None and selection.duration_s > 0:
            start, stop = round(selection.onset_s * rate), max(round(selection.offset_s * rate), 1)
        frequencies, levels = spectrum(source, rate, min(start, max(source.frames - 1, 0)), stop, window=window)
        return Spectrum(frequencies, levels, _band_of(selection, rate))
    finally:
        source.close()
