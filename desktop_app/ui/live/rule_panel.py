"""What makes an event, as sliders: averaging, threshold of all classes or of one, least count, suppression."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.classifier.event_rule import EventRule
from desktop_app.services.settings import LivePreferences, Settings
from desktop_app.ui.live.parts import tab_only
from desktop_app.ui.live.slider_row import NAME_WIDTH, SliderRow, SliderSpec
from desktop_app.ui.training.parts import push_button
from desktop_app.ui.widgets import role_label

ALL_LABELS, ALL_WORDS = "", "All classes"
ALL_MAKE_EVENTS = (
    "This model knows no background, so pauses and other sounds make events, too: label some as “silence” and "
    "“unknown”, and train again."
)
SLIDERS = {
    "averaging_s": SliderSpec(
        "Averaging", 0.1, 2.0, 0.1, "{:.1f} s", "Scores are averaged over so long: longer is surer, and later"
    ),
    "minimum_count": SliderSpec("Least results", 1, 10, 1, "{:.0f}", "So many windows are averaged at least"),
    "suppression_s": SliderSpec(
        "Suppression", 0.0, 5.0, 0.1, "{:.1f} s", "A class makes no second event so soon after its last"
    ),
}
THRESHOLD = SliderSpec(
    "Threshold", 0.05, 0.99, 0.01, "{:.2f}", "Averaged score from which an event is made; kept for each model"
)


class RulePanel(QWidget):
    """Reads and writes the rule in `settings.values.live`, and in it the thresholds of one model."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._model = ""
        self._classes: tuple[str, ...] = ()
        self.scope = QComboBox()
        self.scope.setAccessibleName("Threshold of")
        self.scope.setToolTip("Set the threshold of all classes, or another one for a single class")
        self.scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.scope.setMinimumContentsLength(8)  # names of classes may be longer than the column is wide
        tab_only(self.scope)
        self.threshold = SliderRow(THRESHOLD)
        self.sliders = {field: SliderRow(spec) for field, spec in SLIDERS.items()}
        self.same = tab_only(push_button("Same as all", "Give up this class's own threshold"))
        self.usual = tab_only(push_button("Reset", _usual_words()))
        self._sentence = role_label(role="small", wrap=True)
        self._silent = role_label(role="small", wrap=True)
        self._lay_out()
        self._connect()
        self.show_model("", ())

    @property
    def words(self) -> str:
        """Return what is said of classes that never make events."""
        return self._silent.text()

    @property
    def sentence(self) -> str:
        """Return the rule in words."""
        return self._sentence.text()

    @property
    def rule(self) -> EventRule:
        """Return the rule for the model that is shown."""
        return rule_of(self._live, self._model)

    def show_model(self, name: str, classes: Sequence[str]) -> None:
        """Show the thresholds of a model, and offer its classes; an empty name: of none."""
        self._model = name
        self._classes = tuple(each for each in classes if each.lower() not in BACKGROUND_LABELS)
        never = [each for each in classes if each.lower() in BACKGROUND_LABELS]
        told = f"Never make an event: {', '.join(never)}." if never else ALL_MAKE_EVENTS
        self._silent.setText(told if classes else "")
        self._fill_scope()
        self._show()

    def _lay_out(self) -> None:
        name = QLabel("Threshold of")
        name.setFixedWidth(NAME_WIDTH)
        scope = QHBoxLayout()
        scope.setSpacing(8)
        scope.addWidget(name)
        scope.addWidget(self.scope, 1)
        back = QHBoxLayout()
        back.setSpacing(8)
        back.addWidget(self.usual)
        back.addWidget(self.same)
        back.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 8, 0)
        column.setSpacing(8)
        column.addLayout(scope)
        column.addWidget(self.threshold)
        for slider in self.sliders.values():
            column.addWidget(slider)
        column.addWidget(self._sentence)
        column.addWidget(self._silent)
        column.addLayout(back)
        column.addStretch(1)

    def _connect(self) -> None:
        self.threshold.changed.connect(self._set_threshold)
        self.scope.currentIndexChanged.connect(lambda _: self._show())
        self.same.clicked.connect(lambda: self._set_threshold(None))
        self.usual.clicked.connect(self._reset)
        self.sliders["averaging_s"].changed.connect(lambda value: self._change(averaging_s=value))
        self.sliders["minimum_count"].changed.connect(lambda value: self._change(minimum_count=round(value)))
        self.sliders["suppression_s"].changed.connect(lambda value: self._change(suppression_s=value))
        self._settings.changed.connect(self._settings_changed)

    def _set_threshold(self, threshold: float | None) -> None:
        """Set the threshold of what is chosen; None: of a class, the one of all."""
        label, own = self.scope.currentData(), dict(self._own)
        own.pop(label, None)
        self._keep(own if threshold is None else {**own, label: threshold})

    def _keep(self, own: dict[str, float]) -> None:
        """Remember the thresholds of this model."""
        self._change(thresholds={**self._live.thresholds, self._model: own})

    def _reset(self) -> None:
        """Set the usual rule; other models keep their thresholds."""
        others = {model: own for model, own in self._live.thresholds.items() if model != self._model}
        self._change(thresholds=others, **_usual())

    def _fill_scope(self) -> None:
        """List the classes; those with a threshold of their own say it."""
        chosen, own = self.scope.currentData(), self._own
        blocker = QSignalBlocker(self.scope)
        self.scope.clear()
        self.scope.addItem(ALL_WORDS, ALL_LABELS)
        for label in self._classes:
            self.scope.addItem(f"{label} ({own[label]:.2f})" if label in own else label, label)
        self.scope.setCurrentIndex(max(self.scope.findData(chosen), 0))
        blocker.unblock()

    @property
    def _own(self) -> Mapping[str, float]:
        """Return the thresholds of this model that were moved."""
        return self._live.thresholds.get(self._model, {})

    @property
    def _live(self) -> LivePreferences:
        return self._settings.values.live

    def _change(self, **fields: Any) -> None:
        self._settings.change(live=replace(self._live, **fields))

    def _settings_changed(self, name: str) -> None:
        if name == "live":
            self._fill_scope()
            self._show()

    def _show(self) -> None:
        label, live = self.scope.currentData(), self._live
        self.threshold.show_value(self.rule.threshold_of(label))
        self.same.setVisible(label != ALL_LABELS and label in self._own)
        for field, slider in self.sliders.items():
            slider.show_value(getattr(live, field))
        self._sentence.setText(rule_words(self.rule))
        moved = any(getattr(live, field) != value for field, value in _usual().items())
        self.usual.setEnabled(moved or bool(self._own))


def rule_words(rule: EventRule) -> str:
    """Return the rule as a sentence."""
    others = ", or its own threshold," if rule.thresholds else ""
    return (
        f"A class makes an event when its mean over {rule.averaging_s:.1f}\u00a0s "
        f"({rule.minimum_count} scores or more) reaches {rule.threshold:.2f}{others} "
        f"and again after it fell to half, {rule.suppression_s:.1f}\u00a0s later."
    )


def _usual_words() -> str:
    """Return what a reset sets."""
    rule = rule_of(LivePreferences(), "")
    judged = f"{rule.averaging_s:.1f} s, {rule.threshold:.2f}, {rule.minimum_count} results"
    return f"Set the usual rule again: {judged}, {rule.suppression_s:.1f} s; other models keep their thresholds"


def _usual() -> dict[str, Any]:
    """Return the settings of the usual rule, by the names of their fields; without thresholds."""
    usual = LivePreferences()
    return {field: getattr(usual, field) for field in SLIDERS}


def rule_of(live: LivePreferences, model: str) -> EventRule:
    """Return the rule that the settings ask for with a model."""
    own = live.thresholds.get(model, {})
    return EventRule(
        averaging_s=live.averaging_s,
        threshold=own.get(ALL_LABELS, EventRule.threshold),
        thresholds={label: threshold for label, threshold in own.items() if label != ALL_LABELS},
        minimum_count=live.minimum_count,
        suppression_s=live.suppression_s,
    )
