"""What stands beside the live sound: level, scores, events, the rule that makes them, and what judging costs."""

from collections.abc import Callable

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.pace import Load
from desktop_app.colours import NEUTRAL, label_colours
from desktop_app.services.settings import Settings
from desktop_app.ui.live.clip_keeping import ClipKeeping
from desktop_app.ui.live.event_list import EventList
from desktop_app.ui.live.level_meter import LevelMeterView
from desktop_app.ui.live.rule_panel import RulePanel, rule_of
from desktop_app.ui.live.score_bars import ScoreBars
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets import role_label

WIDTH = 304
NO_EVENTS = "What the model hears stands here: time, class, score. Double-click plays it."


class SideColumn(QWidget):
    """Holds the parts and shows a model's classes in all of them."""

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.meter = LevelMeterView(theme)
        self.bars = ScoreBars()
        self.events = EventList(theme)
        self.rule = RulePanel(settings)
        self.clips = ClipKeeping(settings)
        self.load = role_label(role="small", wrap=True)
        self.load.setAccessibleName("What judging costs")
        self._empty = role_label(NO_EVENTS, wrap=True)
        self.colour_of: Callable[[str], str] = lambda _: NEUTRAL
        """Returns the colour of a label as hex."""
        self.classes: tuple[str, ...] = ()
        """What the model knows."""
        self._lay_out()
        self.setFixedWidth(WIDTH)
        self.bars.show_rule(rule_of(settings.values.live))
        model = self.events.model()
        model.rowsInserted.connect(self._show_emptiness)
        model.rowsRemoved.connect(self._show_emptiness)
        self._show_emptiness()

    def show_card(self, card: ModelCard | None) -> None:
        """Show the classes of the model that judges; None: none does."""
        self.classes = () if card is None else card.classes
        colours = label_colours(self.classes, BACKGROUND_LABELS)
        self.colour_of = self.bars.colour_of = self.events.colour_of = lambda label: colours.get(label, NEUTRAL)
        self.bars.show_classes(self.classes)
        self.rule.show_classes(self.classes)

    def show_load(self, load: Load | None, missing_s: float) -> None:
        """Show what judging costs, and how much sound is missing in all, in seconds."""
        self.load.setText("" if load is None else load_words(load, missing_s))

    def _lay_out(self) -> None:
        heard = QWidget()
        below = QVBoxLayout(heard)
        below.setContentsMargins(0, 8, 0, 0)
        below.setSpacing(8)
        below.addWidget(self._empty)
        below.addWidget(self.events, 1)
        below.addStretch(0)
        below.addWidget(self.clips)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(heard, "Events")
        self.tabs.addTab(self.rule, "Rule")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 8, 8)
        column.setSpacing(12)
        for part in (self.meter, self.bars):
            column.addWidget(part)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.load)

    def _show_emptiness(self) -> None:
        empty = self.events.model().rowCount() == 0
        self._empty.setVisible(empty)
        self.events.setVisible(not empty)


def load_words(load: Load, missing_s: float) -> str:
    """Return what judging costs: 0.02 × real time, every 100 ms, lag 35 ms, nothing missing."""
    missing = f"{missing_s:.2f} s missing" if missing_s else "nothing missing"
    lag = f"lag {1000 * load.lag_s:.0f} ms"
    return f"{load.real_time_factor:.3f} × real time, every {1000 * load.hop_s:.0f} ms, {lag}, {missing}"
