"""What stands beside the live sound: level, scores, events, the rule that makes them, and what judging costs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.pace import Load
from desktop_app.colours import NEUTRAL, label_colours
from desktop_app.services.settings import Settings
from desktop_app.ui.live.clip_keeping import ClipKeeping
from desktop_app.ui.live.event_list import EventList
from desktop_app.ui.live.level_meter import LevelMeterView
from desktop_app.ui.live.rule_panel import RulePanel
from desktop_app.ui.live.score_bars import ScoreBars
from desktop_app.ui.theme import Theme, small_font
from desktop_app.ui.widgets import role_label, set_role

WIDTH = 304
NO_EVENTS = "What the model hears stands here: time, class, score. A click looks back at it, a double-click plays it."


class SideColumn(QFrame):
    """Holds the parts and shows a model's classes in all of them."""

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self._settings = settings
        self.meter = LevelMeterView(theme)
        self.bars = ScoreBars()
        self.events = EventList(theme)
        self.rule = RulePanel(settings)
        self.clips = ClipKeeping(settings)
        self.load = role_label(role="small")
        self.load.setToolTip("Work for a second of sound, how often it is judged, and how late that is")
        self.missing = role_label(role="small")
        self.missing.setFont(small_font())  # also while it warns
        self.missing.setToolTip("Sound that did not come from the microphone, or that there was no time to judge")
        self._empty = role_label(NO_EVENTS, wrap=True)
        self._colours: dict[str, str] = {}
        self.bars.colour_of = self.events.colour_of = self.colour_of
        self.classes: tuple[str, ...] = ()
        """What the model knows."""
        self._lay_out()
        self.setFixedWidth(WIDTH)
        model = self.events.model()
        model.rowsInserted.connect(self._show_emptiness)
        model.rowsRemoved.connect(self._show_emptiness)
        self._show_emptiness()

    def colour_of(self, label: str) -> str:
        """Return the colour of a label as hex."""
        return self._colours.get(label, NEUTRAL)

    def show_card(self, card: ModelCard | None) -> None:
        """Show the classes of the model that judges; None: none does."""
        self.classes = () if card is None else card.classes
        self._colours |= label_colours(self.classes, BACKGROUND_LABELS)  # events of the model before keep theirs
        self.bars.show_classes(self.classes)
        self.rule.show_model("" if card is None else card.name, self.classes)

    def show_load(self, load: Load | None, missing_s: float) -> None:
        """Show what judging costs, and how much sound is missing in all, in seconds."""
        self.load.setText("" if load is None else load_words(load))
        self.missing.setText("" if load is None else missing_words(missing_s))
        set_role(self.missing, "warning" if missing_s else "small")

    def show_nothing_heard(self) -> None:
        """Let no level, score or cost stand that is not true any more."""
        self.meter.show_levels(None)
        self.bars.show_classes(self.classes)
        self.show_load(None, 0)

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
        self.tabs.addTab(_scrolled(self.rule), "Rule")
        column = QVBoxLayout(self)
        column.setContentsMargins(15, 8, 8, 8)
        column.setSpacing(4)
        column.addWidget(self.meter)
        column.addSpacing(12)
        column.addWidget(role_label("Scores", "title"))
        column.addWidget(self.bars)
        column.addSpacing(4)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.load)
        column.addWidget(self.missing)

    def _show_emptiness(self) -> None:
        empty = self.events.model().rowCount() == 0
        self._empty.setVisible(empty)
        self.events.setVisible(not empty)


def _scrolled(part: QWidget) -> QScrollArea:
    """Return a part in a frame that a low window scrolls."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    part.setAutoFillBackground(False)
    area.setWidget(part)
    return area


def load_words(load: Load) -> str:
    """Return what judging costs: 0.020 × real time · every 100 ms · lag 35 ms."""
    facts = f"{load.real_time_factor:.3f} × real time", f"every {1000 * load.hop_s:.0f} ms"
    return " · ".join((*facts, f"lag {1000 * load.lag_s:.0f} ms"))


def missing_words(missing_s: float) -> str:
    """Return how much sound is missing in all."""
    return f"{missing_s:.2f} s of sound missing" if missing_s else "No sound missing"
