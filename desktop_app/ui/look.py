"""How the spectrogram looks just now: what the settings ask for, and the automatic range of what is shown."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from desktop_app.audio.frequency_axis import FrequencyAxis
from desktop_app.audio.spectrogram import MAX_PARTS, ColumnGrid, level_db
from desktop_app.services.settings import Settings, SpectrogramPreferences
from desktop_app.ui.colour_maps import level_colours
from desktop_app.ui.spectrogram_view import automatic_range
from desktop_app.ui.view_state import ViewState

FREQUENCY_ZOOM = 1.25
MOST_RATIO = 2.0
"""Between the sample rates of two recordings in which the same band is looked at."""


class Look(QObject):
    """Follows `settings.values.spectrogram`, and remembers there which frequencies are shown. GUI thread."""

    grid_changed = Signal()
    """Columns of another grid are wanted."""
    colours_changed = Signal()
    """Another range, or other colours."""

    def __init__(self, settings: Settings, view: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._view = view
        self._max_parts = MAX_PARTS
        self.grid = self._preferred_grid()
        self.range_db = self._preferences.range_db
        """Floor and ceiling; None until a range is found."""
        settings.changed.connect(self._follow)

    def turn_to(self, max_parts: int) -> None:
        """Take on another recording, which leaves time for so many DFTs a column; its range is found anew."""
        self._max_parts = max_parts
        self.grid = self._preferred_grid()
        self.range_db = self._preferences.range_db

    def colours(self) -> npt.NDArray[np.uint32] | None:
        """Return the colour of every level index; None until a range is found."""
        if self.range_db is None:
            return None
        return level_colours(self._preferences.colour_map, *self.range_db, self._preferences.power)

    def find_range(self, tiles: list[npt.NDArray[np.uint16]]) -> None:
        """Find the range from the levels of tiles; with none, leave it as it is."""
        if tiles:
            self.range_db = automatic_range(level_db(np.concatenate([tile.ravel() for tile in tiles])))
            self.colours_changed.emit()

    def forget_range(self) -> None:
        """Let the range be found anew, now and for each recording."""
        self.range_db = None
        self._change(range_db=None)

    def show_axis(self) -> None:
        """Show the frequencies that the settings ask for, as far as the recording has them.

        A band that was chosen in a recording of quite another rate says nothing of this one: of bats after elephants.
        """
        if not self._view.frames:
            return
        rate_hz, chosen_at_hz = self._view.sample_rate_hz, self._preferences.band_rate_hz
        fits = chosen_at_hz is None or 1 / MOST_RATIO <= rate_hz / chosen_at_hz <= MOST_RATIO
        wanted = self._preferences if fits else replace(self._preferences, low_hz=0.0, high_hz=None)
        self._view.show_axis(FrequencyAxis.of(wanted, rate_hz))

    def show_band(self, low_hz: float, high_hz: float) -> None:
        """Show everything where a band is not in sight; the band of the settings stays for what is shown next."""
        axis = self._view.axis
        if low_hz < axis.low_hz or high_hz > axis.high_hz:
            self._view.show_axis(FrequencyAxis(axis.scale, 0.0, self._view.nyquist_hz))

    def zoom_frequencies(self, notches: float, position: float) -> None:
        """Zoom in (positive) at a position on the axis, 0 bottom to 1 top."""
        self._remember(self._view.axis.zoomed(FREQUENCY_ZOOM**-notches, position, self._view.nyquist_hz))

    def drag_frequencies(self, by: float) -> None:
        """Move the picture up by a part of its height."""
        self._remember(self._view.axis.moved(-by, self._view.nyquist_hz))

    def show_all_frequencies(self) -> None:
        """Show everything from 0 Hz to half the sample rate."""
        self._change(low_hz=0.0, high_hz=None, band_rate_hz=None)

    @property
    def _preferences(self) -> SpectrogramPreferences:
        return self._settings.values.spectrogram

    def _preferred_grid(self) -> ColumnGrid:
        return ColumnGrid.of(self._preferences, self._max_parts)

    def _remember(self, axis: FrequencyAxis) -> None:
        """Remember the frequencies that are shown; the ends of what this recording has fit every other one too."""
        whole = FrequencyAxis(axis.scale, 0.0, self._view.nyquist_hz).within(self._view.nyquist_hz)
        low = axis.low_hz if axis.low_hz > whole.low_hz else 0.0
        high = axis.high_hz if axis.high_hz < whole.high_hz else None
        self._change(low_hz=low, high_hz=high, band_rate_hz=round(self._view.sample_rate_hz))

    def _change(self, **fields: Any) -> None:
        self._settings.change(spectrogram=replace(self._preferences, **fields))

    def _follow(self, name: str) -> None:
        if name != "spectrogram":
            return
        grid = self._preferred_grid()
        if grid != self.grid:
            self.grid = grid
            self.grid_changed.emit()
        self.range_db = self._preferences.range_db or self.range_db
        self.colours_changed.emit()
        self.show_axis()
