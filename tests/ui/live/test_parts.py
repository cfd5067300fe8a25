"""The parts beside the live sound: meter, bars, list of events, rule, choice of the microphone."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.audio.capture import CaptureState
from desktop_app.audio.devices import Device
from desktop_app.audio.levels import Levels
from desktop_app.audio.recorder import RecordState
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.event_rule import EventRule
from desktop_app.classifier.pace import Load
from desktop_app.classifier.streaming import Event, StreamResult
from desktop_app.colours import NEUTRAL
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.services.settings import LivePreferences, Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.live.capture_bar import CaptureBar
from desktop_app.ui.live.encodings import chosen_encoding
from desktop_app.ui.live.event_list import MOST_ROWS, EventList
from desktop_app.ui.live.level_meter import LevelMeterView
from desktop_app.ui.live.record_badge import RecordBadge
from desktop_app.ui.live.record_bar import RecordBar, room_words
from desktop_app.ui.live.rule_panel import RulePanel, rule_of
from desktop_app.ui.live.score_bars import ROWS, ScoreBars
from desktop_app.ui.live.side_column import WIDTH, SideColumn, load_words
from desktop_app.ui.theme import Theme

CLASSES = ("_silence_", "_unknown_", "yes", "no")


def heard(label: str, at_s: float = 5.0) -> HeardEvent:
    return HeardEvent(Event(label, 0.9, at_s - 1, at_s, at_s + 0.2, "model"), 1_700_000_000 + at_s, None)


def result(*scores: float) -> StreamResult:
    values = np.array(scores, np.float32)
    return StreamResult(1.0, values, values, None)


def test_the_meter_lights_its_clip_light_and_says_it_in_words(qtbot: QtBot, theme: Theme) -> None:
    meter = LevelMeterView(theme)
    qtbot.addWidget(meter)
    meter.resize(280, 40)

    def has(colour: str) -> bool:
        image = meter.grab().toImage()
        return any(
            image.pixelColor(x, y) == QColor(colour) for x in range(240, image.width()) for y in range(image.height())
        )

    meter.show_levels(Levels((-12.0,), (-20.0,), (-9.0,), clipped=False, silent=False))
    assert not has(theme.tones.error)
    meter.show_levels(Levels((-0.0,), (-3.0,), (0.0,), clipped=True, silent=False))
    assert has(theme.tones.error)
    assert "overloaded" in meter.accessibleDescription()


def test_the_meter_grows_with_the_channels_and_stays_while_nothing_is_heard(qtbot: QtBot, theme: Theme) -> None:
    meter = LevelMeterView(theme)
    qtbot.addWidget(meter)
    one = meter.sizeHint().height()
    meter.show_levels(Levels((-12.0,) * 2, (-20.0,) * 2, (-9.0,) * 2, clipped=False, silent=False))
    two = meter.sizeHint().height()
    meter.show_levels(None)
    assert one < two == meter.sizeHint().height()


def test_bars_show_the_classes_that_scored_highest_of_late(qtbot: QtBot) -> None:
    bars = ScoreBars()
    qtbot.addWidget(bars)
    bars.show_classes([*CLASSES, *(f"other {number}" for number in range(20))])
    scores = [0.1, 0.0, 0.8, 0.05] + [0.0] * 20
    bars.show_results([result(*scores)])
    assert bars.shown[0] == ("yes", pytest.approx(0.8))
    assert len(bars.shown) == ROWS
    scores[2], scores[3] = 0.0, 0.3
    bars.show_results([result(*scores)])
    assert bars.shown[0][0] == "yes", "rows must not dance"
    bars.show_results([result(*scores)] * 60)
    assert bars.shown[0][0] == "no"


def test_bars_of_another_model_ignore_results_of_the_one_before(qtbot: QtBot) -> None:
    bars = ScoreBars()
    qtbot.addWidget(bars)
    bars.show_classes(CLASSES)
    bars.show_results([result(0.5, 0.5)])
    assert [score for _, score in bars.shown] == [0, 0, 0, 0]
    bars.show_rule(EventRule(threshold=0.4))
    bars.grab()


def test_the_newest_event_is_on_top_and_the_oldest_goes_at_last(qtbot: QtBot, theme: Theme) -> None:
    events = EventList(theme)
    qtbot.addWidget(events)
    for number in range(MOST_ROWS + 5):
        events.add(heard(f"{number}"))
    assert len(events.events) == MOST_ROWS
    assert events.events[0].event.label == f"{MOST_ROWS + 4}"
    told = [events.model().index(0, column).data(Qt.ItemDataRole.ToolTipRole) for column in (0, 1)]
    assert told[1] == f"{MOST_ROWS + 4}"
    assert datetime.fromisoformat(told[0]).timestamp() == 1_700_000_005, "the list of a night needs dates"
    events.clear_events()
    assert events.events == []


def test_enter_plays_the_event_that_is_current(qtbot: QtBot, theme: Theme) -> None:
    events = EventList(theme)
    qtbot.addWidget(events)
    events.show()
    played: list[HeardEvent] = []
    events.play_wanted.connect(played.append)
    for label in ("yes", "no"):
        events.add(heard(label))
    events.setCurrentIndex(events.model().index(1, 0))
    QTest.keyClick(events, Qt.Key.Key_Return)
    assert [each.event.label for each in played] == ["yes"]


def test_the_rule_fits_beside_the_picture_whatever_its_classes_are_called(qtbot: QtBot, settings: Settings) -> None:
    panel = RulePanel(settings)
    qtbot.addWidget(panel)
    panel.show()
    width = panel.minimumSizeHint().width()
    panel.show_model("birds", ("Great spotted woodpecker, drumming", "_silence_"))
    panel.scope.setCurrentIndex(1)
    panel.threshold.slider.setValue(panel.threshold.slider.maximum())
    qtbot.waitUntil(panel.same.isVisible)
    assert panel.minimumSizeHint().width() == width < WIDTH - 23  # what the margins leave
    assert f"{EventRule.threshold:.2f}" in panel.usual.toolTip()


def test_a_class_can_have_a_threshold_of_its_own_and_give_it_up(qtbot: QtBot, settings: Settings) -> None:
    panel = RulePanel(settings)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_model("words", CLASSES)
    assert [panel.scope.itemText(place) for place in range(panel.scope.count())] == ["All classes", "yes", "no"]
    assert "_silence_, _unknown_" in panel.words
    panel.show_model("sounds", ("owl", "wren"))
    assert "knows no background" in panel.words
    panel.show_model("words", CLASSES)
    panel.scope.setCurrentIndex(1)
    panel.threshold.slider.setFocus()
    QTest.keyClick(panel.threshold.slider, Qt.Key.Key_Home)
    assert panel.rule.threshold_of("yes") == pytest.approx(0.05)
    assert panel.rule.threshold_of("no") == pytest.approx(0.65)
    assert panel.scope.itemText(1) == "yes (0.05)"
    qtbot.mouseClick(panel.same, Qt.MouseButton.LeftButton)
    assert settings.values.live.thresholds == {"words": {}}
    assert panel.threshold.value == pytest.approx(0.65)


def test_each_model_keeps_its_thresholds(qtbot: QtBot, settings: Settings) -> None:
    panel = RulePanel(settings)
    qtbot.addWidget(panel)
    panel.show_model("words", CLASSES)
    panel.threshold.slider.setValue(panel.threshold.slider.maximum())
    panel.scope.setCurrentIndex(1)
    panel.threshold.slider.setValue(0)
    panel.show_model("birds", ("owl", "yes"))
    assert {panel.rule.threshold_of(label) for label in ("owl", "yes")} == {EventRule.threshold}
    assert not panel.usual.isEnabled()
    panel.threshold.slider.setValue(0)
    qtbot.mouseClick(panel.usual, Qt.MouseButton.LeftButton)
    panel.show_model("words", CLASSES)
    settings.save()
    remembered = rule_of(Settings(settings.path).values.live, "words")
    assert [remembered.threshold_of(label) for label in ("yes", "no")] == pytest.approx([0.05, 0.99])


def test_every_slider_of_the_rule_is_remembered(qtbot: QtBot, settings: Settings) -> None:
    panel = RulePanel(settings)
    qtbot.addWidget(panel)
    for slider in panel.sliders.values():
        slider.slider.setValue(slider.slider.maximum())
    live = settings.values.live
    assert (live.averaging_s, live.minimum_count, live.suppression_s) == (2.0, 10, 5.0)
    assert Settings(settings.path).values.live == LivePreferences()
    settings.save()
    assert Settings(settings.path).values.live == live


def test_a_microphone_that_is_away_stays_chosen(qtbot: QtBot, settings: Settings) -> None:
    settings.change(live=LivePreferences(device="Bat (ALSA)"))
    bar = CaptureBar(settings)
    qtbot.addWidget(bar)
    bar.show_devices([Device("Built in", 2, 48_000, True, "ALSA")])
    assert bar.device.currentText() == "Bat (ALSA) – away"
    assert bar.request.device == "Bat (ALSA)"
    bar.show_devices([Device("Bat", 1, 256_000, False, "ALSA")])
    assert bar.device.currentText() == "Bat (ALSA), 1 channel, 256 kHz"


def test_channels_go_as_far_as_the_microphone_has_them(qtbot: QtBot, settings: Settings) -> None:
    bar = CaptureBar(settings)
    qtbot.addWidget(bar)
    bar.show_devices([Device("Array", 6, 48_000, True, "ALSA")])
    assert bar.channels.itemText(bar.channels.count() - 1) == "6 channels"
    bar.channels.setCurrentIndex(4)
    bar.channels.activated.emit(4)
    assert bar.request.channels == 4


def test_a_disk_that_is_nearly_full_is_a_warning(qtbot: QtBot, settings: Settings, actions: Actions) -> None:
    bar = RecordBar(settings, actions)
    qtbot.addWidget(bar)
    bar.show_running(True)
    bar.show_progress(75.0, RecordState(files=(Path("/night/one.flac"),)))
    bar.show_free(3e9)
    assert bar.words.whole == "Recording 1:15  ·  one.flac  ·  3.0 GB free"
    assert bar.words.property("role") == ""
    bar.show_free(4e8)
    assert bar.words.property("role") == "warning"


@pytest.mark.parametrize(
    ("bytes_per_s", "words"),
    [
        (0.0, "60.0 GB free"),
        (6e5, "60.0 GB free, enough for 27 hours"),
        (1e5, "60.0 GB free, enough for 6 days"),
        (1e9, "60.0 GB free, enough for a minute"),
    ],
)
def test_the_room_on_the_disk_is_told_as_time(bytes_per_s: float, words: str) -> None:
    assert room_words(6e10, bytes_per_s) == words


def test_while_the_microphone_is_away_a_recording_says_that_it_waits(
    qtbot: QtBot, settings: Settings, actions: Actions
) -> None:
    bar, badge = RecordBar(settings, actions), RecordBadge(actions)
    for widget in (bar, badge):
        qtbot.addWidget(widget)
        widget.show_progress(75.0, RecordState(files=(Path("/night/one.flac"),)))
        widget.show_state(CaptureState("away", "The microphone is gone."))
    assert bar.words.whole == "Recording 1:15  ·  one.flac  ·  waiting for the microphone"
    assert bar.words.property("role") == "warning"
    assert badge.text() == "● 1:15  no microphone"
    for widget in (bar, badge):
        widget.show_state(CaptureState("running"))
    assert bar.words.whole == "Recording 1:15  ·  one.flac"
    assert badge.text() == "● 1:15"


def test_how_recordings_are_written_is_remembered(qtbot: QtBot, settings: Settings, actions: Actions) -> None:
    bar = RecordBar(settings, actions)
    qtbot.addWidget(bar)
    bar.pre_roll.setValue(30)
    bar.split.setValue(60)
    bar.format.setCurrentText("FLAC 24 bit")
    made = bar.record_settings
    assert (made.pre_roll_s, made.split_s, made.format, made.bits_per_sample) == (30, 3_600, "FLAC", 24)
    assert settings.values.live.bits_per_sample == 24


def test_settings_that_no_format_has_become_the_nearest_choice() -> None:
    assert chosen_encoding(LivePreferences(format="FLAC", bits_per_sample=32)) == "FLAC 16 bit"
    assert chosen_encoding(LivePreferences(format="WAV", bits_per_sample=32)) == "WAV 32 bit float"


def test_what_judging_costs_is_in_words() -> None:
    words = load_words(Load(hop_s=0.2, real_time_factor=0.0123, lag_s=0.035))
    assert words == "0.012 × real time · every 200 ms · lag 35 ms"


def test_sound_that_is_missing_is_counted_in_words_that_warn(qtbot: QtBot, settings: Settings, theme: Theme) -> None:
    side = SideColumn(settings, theme)
    qtbot.addWidget(side)
    side.show_load(Load(), 0.0)
    assert side.missing.text() == "No sound missing"
    side.show_load(Load(), 1.5)
    assert side.missing.text() == "1.50 s of sound missing"
    assert side.missing.property("role") == "warning"


def test_events_of_the_model_before_keep_their_colours(
    qtbot: QtBot, settings: Settings, theme: Theme, tone_model: LoadedModel
) -> None:
    side = SideColumn(settings, theme)
    qtbot.addWidget(side)
    side.show_card(tone_model.card)
    colour = side.colour_of("high")
    side.show_card(replace(tone_model.card, classes=("one", "two")))
    assert side.colour_of("high") == colour != NEUTRAL
    assert side.classes == ("one", "two")


def test_the_rule_is_a_sentence_and_can_be_set_back(qtbot: QtBot, settings: Settings) -> None:
    panel = RulePanel(settings)
    qtbot.addWidget(panel)
    panel.show_model("words", CLASSES)
    assert not panel.usual.isEnabled()
    panel.sliders["averaging_s"].slider.setValue(panel.sliders["averaging_s"].slider.maximum())
    settings.change(live=replace(settings.values.live, thresholds={"words": {"yes": 0.9}}))
    assert "over 2.0\u00a0s (3 scores or more) reaches 0.65, or its own threshold," in panel.sentence
    assert panel.scope.itemText(1) == "yes (0.90)"
    qtbot.mouseClick(panel.usual, Qt.MouseButton.LeftButton)
    assert settings.values.live == LivePreferences()
    assert panel.scope.itemText(1) == "yes"
