"""The learning-rate finder: loss over rising rates, the suggestion marked, and one click to take another one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desktop_app.classifier.training_reports import RatePoint
from desktop_app.services.training_errand import Failure
from desktop_app.services.training_rates import RateFinder
from desktop_app.ui.theme import Theme
from desktop_app.ui.training.curve_plot import Axes, Curve, CurvePlot, rate_words, round_ends
from desktop_app.ui.training.parts import Card, push_button
from desktop_app.ui.widgets import role_label, swap

LOWEST, HIGHEST = 1e-6, 10.0
IDLE = (
    "The finder takes some steps at rising learning rates and watches the loss. A good highest rate is where the loss "
    "falls fastest, well before it runs away."
)
SHARE_BELOW, SHARE_ABOVE = 0.8, 1.3
"""Of the lowest and the first loss: what runs away leaves the picture."""


class RateView(QWidget):
    """Follows one RateFinder."""

    start_wanted = Signal()
    taken = Signal(float)
    """The rate that the person takes over into the recipe."""

    def __init__(self, finder: RateFinder, theme: Theme) -> None:
        super().__init__()
        self._finder = finder
        self._points: list[RatePoint] = []
        self._best: float | None = None
        self.plot = CurvePlot("Loss over the learning rate", theme)
        self.plot.setToolTip("Click to take a rate over into the recipe")
        self.plot.hint = "One point a rate"
        self._lay_out()
        self._show()
        finder.running_changed.connect(self._show_running)
        finder.reading.connect(self._show_reading)
        finder.noted.connect(lambda _: self._words.setText("The first steps…"))
        finder.tried.connect(self._add)
        finder.found.connect(self._show_best)
        finder.failed.connect(self._show_failure)
        finder.stopped.connect(lambda: self._words.setText("Stopped before all rates were tried."))
        self.plot.clicked.connect(self._take)

    @property
    def words(self) -> str:
        """Return the sentence over the plot."""
        return self._words.text()

    def set_ready(self, is_ready: bool) -> None:
        """Say whether there are clips to search with."""
        self.start.setEnabled(is_ready or self._finder.running)

    def _lay_out(self) -> None:
        card = Card("Learning rate")
        self.take = push_button("Take it", "Take the suggestion over into the recipe")
        self.start = push_button("Find a rate", "Try rising rates with the chosen data and network", primary=True)
        self.stop = push_button("Stop", "Stop trying")
        for button in (self.take, self.stop, self.start):
            card.head.addWidget(button)
        self._words = role_label(IDLE, "plain", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the search")
        card.body.addWidget(self._words)
        card.body.addWidget(self._bar)
        card.body.addWidget(self.plot, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.addWidget(card)
        self.start.clicked.connect(self.start_wanted)
        self.stop.clicked.connect(self._finder.stop)
        self.take.clicked.connect(lambda: None if self._best is None else self._take(self._best))
        for widget in (self.take, self.stop, self._bar):
            widget.hide()

    def _show_running(self, running: bool) -> None:
        swap(*((self.stop, self.start) if running else (self.start, self.stop)))
        self._bar.setVisible(running)
        if running:
            self._points, self._best = [], None
            self.take.hide()
            self._bar.setRange(0, 0)
            self._words.setText("Starting…")
            self._show()

    def _show_reading(self, _what: str, done: int, total: int) -> None:
        self._words.setText(f"Reading clips: {done:,} of {total:,}")

    def _add(self, point: RatePoint, share: float) -> None:
        self._points.append(point)
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * share))
        self._words.setText(f"Trying {rate_words(point.rate)}: loss {point.smoothed:.3f}")
        self._show()

    def _show_best(self, best: float | None) -> None:
        self._best = best
        self.take.setVisible(best is not None)
        self._words.setText(
            "The loss never falls: the clips, the network or the front-end do not fit together."
            if best is None
            else f"The loss falls fastest at {rate_words(best)}. Take it, or click another place of the curve."
        )
        self._show()

    def _show_failure(self, failure: Failure) -> None:
        self._words.setText(failure.text)

    def _take(self, rate: float) -> None:
        rounded = float(f"{rate:.2g}")
        self._words.setText(f"The recipe’s highest rate is now {rate_words(rounded)}.")
        self.taken.emit(rounded)

    def _show(self) -> None:
        points = self._points
        ended = points and not self._finder.running
        x = (LOWEST, max(points[-1].rate * 1.5, 1000 * LOWEST) if ended else HIGHEST)
        low = min((point.smoothed for point in points), default=0.0) * SHARE_BELOW
        high = max(points[0].smoothed * SHARE_ABOVE if points else 1.0, low + 1e-6)
        low, high = round_ends(low, high)
        curves = (
            Curve("a batch", [(point.rate, point.loss) for point in points], "line"),
            Curve("smoothed", [(point.rate, point.smoothed) for point in points]),
        )
        mark = None if self._best is None else (self._best, f"suggested: {rate_words(self._best)}")
        self.plot.show_curves(curves, Axes(x, (low, high), logarithmic=True), mark)
