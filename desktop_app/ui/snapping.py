"""Where the edges of selections and annotations come to rest that the mouse puts somewhere."""

from PySide6.QtCore import QObject, Signal

from desktop_app.audio.zero_crossings import nearest_zero
from desktop_app.services.pieces import SamplesKey
from desktop_app.services.tiles import TileEngine
from desktop_app.ui.view_state import ViewState
from desktop_app.ui.waveform_view import known_samples, sample_keys

GRIDS_S = {"10 ms": 0.01, "100 ms": 0.1}
"""Distance of the lines of a grid, in seconds, by its word in the settings."""
REACH_S = 0.01
"""How far an edge goes to a zero crossing, as in Audacity's “Find Zero Crossings”."""
MOST_WANTED = 4
"""Stretches of samples that are asked for at once: those of the two edges of a drag."""


class Snapping(QObject):
    """Finds the place for an edge in no time. GUI thread only.

    Samples that are not there are asked for, not waited for: until they are there an edge stays where it is put.
    """

    samples_wanted = Signal()
    """`wanted` names samples that are not there."""

    def __init__(self, view: ViewState, engine: TileEngine) -> None:
        super().__init__()
        self._view = view
        self._engine = engine
        self.mode = "off"
        """The setting `snap`: off, zero, or a grid of `GRIDS_S`."""
        self.wanted: list[SamplesKey] = []
        """Around the edges put down last, the newest first."""

    def rest(self, channel: int, at_s: float) -> float:
        """Return where an edge comes to rest that is put at `at_s` in a lane; both ends of the recording hold it."""
        if not 0.0 < at_s < self._view.duration_s:
            return at_s
        if self.mode == "zero":
            return self._at_zero(channel, at_s)
        grid_s = GRIDS_S.get(self.mode)
        return at_s if grid_s is None else min(round(round(at_s / grid_s) * grid_s, 9), self._view.duration_s)

    def forget(self) -> None:
        """Want no samples any more: another recording is shown."""
        self.wanted = []

    def _at_zero(self, channel: int, at_s: float) -> float:
        rate_hz = self._view.sample_rate_hz
        at, reach = at_s * rate_hz, REACH_S * rate_hz
        keys = sample_keys(at - reach, at + reach + 1, self._view.frames)
        samples, first = known_samples(self._engine, keys)
        if samples is None:
            self.wanted = [*keys, *(key for key in self.wanted if key not in keys)][:MOST_WANTED]
            self.samples_wanted.emit()
            return at_s
        zero = nearest_zero(samples[:, channel], at - first, reach)
        return at_s if zero is None else (first + zero) / rate_hz
