"""What part of the recording is on screen: one window in time and one frequency axis, shared by all lanes."""

from PySide6.QtCore import QObject, Signal

from desktop_app.audio.frequency_axis import FrequencyAxis

ZOOM_STEP = 1.5
PAGE_OVERLAP = 0.1
MIN_SPAN_FRAMES = 16
NARROW, CLEAR = 0.005, 0.1
"""Parts of the view: a stretch below the first is hard to see, one of the second is not."""
POINT_S = 0.1
"""What a point, which has no length, counts as."""


class ViewState(QObject):
    """The visible window. All changes go through its methods, which hold it inside of the recording. GUI thread."""

    time_changed = Signal()
    """Another stretch of time is visible."""
    axis_changed = Signal()
    """Other frequencies are visible."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frames = 0
        self.sample_rate_hz = 1
        self.start_s = 0.0
        self.stop_s = 1.0
        self.axis = FrequencyAxis("linear", 0.0, 0.5)

    @property
    def duration_s(self) -> float:
        """Return the length of the recording."""
        return self.frames / self.sample_rate_hz

    @property
    def span_s(self) -> float:
        """Return the length of what is visible."""
        return self.stop_s - self.start_s

    @property
    def nyquist_hz(self) -> float:
        """Return half the sample rate."""
        return self.sample_rate_hz / 2

    def reset(self, frames: int, sample_rate_hz: int) -> None:
        """Show all of a recording; the frequency axis is set by `show_axis`, before or after."""
        self.frames, self.sample_rate_hz = frames, sample_rate_hz
        self._set(0.0, self.duration_s)

    def show(self, start_s: float, stop_s: float) -> None:
        """Show a stretch of time, as far as the recording has it."""
        self._set(start_s, stop_s)

    def fit(self) -> None:
        """Show the whole recording."""
        self._set(0.0, self.duration_s)

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """Make the visible span `factor` times as long; what is at `at_s` (or the middle) stays where it is."""
        at_s = (self.start_s + self.stop_s) / 2 if at_s is None else at_s
        factor = max(factor, self._least_span_s() / self.span_s)
        self._set(at_s - (at_s - self.start_s) * factor, at_s + (self.stop_s - at_s) * factor)

    def pan(self, seconds: float) -> None:
        """Move to the right by `seconds`, or as far as there is something."""
        self._set(self.start_s + seconds, self.stop_s + seconds)

    def page(self, pages: float) -> None:
        """Move by pages that overlap by a tenth."""
        self.pan(pages * self.span_s * (1 - PAGE_OVERLAP))

    def reveal(self, at_s: float) -> None:
        """Turn to the page that begins just before `at_s`, unless that is visible."""
        if not self.shows(at_s):
            self.pan(at_s - self.span_s * PAGE_OVERLAP / 2 - self.start_s)

    def reveal_stretch(self, onset_s: float, offset_s: float) -> None:
        """Put a stretch into the middle unless all of it is visible; of one longer than the view, its beginning."""
        if offset_s - onset_s > self.span_s:
            self.reveal(onset_s)
        elif not (self.shows(onset_s) and self.shows(offset_s)):
            self.pan((onset_s + offset_s - self.start_s - self.stop_s) / 2)

    def show_clearly(self, onset_s: float, offset_s: float) -> None:
        """Bring a stretch into view, and near enough where it would be too narrow to be seen."""
        length_s = (offset_s - onset_s) or POINT_S
        if length_s < NARROW * self.span_s:
            middle_s, room_s = (onset_s + offset_s) / 2, length_s / CLEAR / 2
            self._set(middle_s - room_s, middle_s + room_s)
        self.reveal_stretch(onset_s, offset_s)

    def shows(self, at_s: float) -> bool:
        """Return whether a time is visible."""
        return self.start_s <= at_s <= self.stop_s

    def show_axis(self, axis: FrequencyAxis) -> None:
        """Show other frequencies."""
        axis = axis.within(self.nyquist_hz)
        if axis != self.axis:
            self.axis = axis
            self.axis_changed.emit()

    def _least_span_s(self) -> float:
        return min(MIN_SPAN_FRAMES / self.sample_rate_hz, max(self.duration_s, 1e-6))

    def _set(self, start_s: float, stop_s: float) -> None:
        span_s = min(max(stop_s - start_s, self._least_span_s()), max(self.duration_s, self._least_span_s()))
        start_s = min(max(start_s, 0.0), max(self.duration_s - span_s, 0.0))
        if (start_s, start_s + span_s) != (self.start_s, self.stop_s):
            self.start_s, self.stop_s = start_s, start_s + span_s
            self.time_changed.emit()
