"""The Live page as a person uses it: start, see, be told, look back, cut out, record, stop."""

import csv
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.services.live_folders import clips_folder
from desktop_app.services.looking_back import no_longer_held
from desktop_app.services.settings import Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.live.event_list import PLAY_COLUMN
from desktop_app.ui.live.notices import SILENT
from desktop_app.ui.live.sound_view import NO_MICROPHONE
from tests.classifier.conftest import RATE_HZ
from tests.ui.live.conftest import LiveStage


def key(stage: LiveStage, pressed: Qt.Key) -> None:
    QTest.keyClick(stage.panel.window(), pressed)


def test_nothing_is_opened_before_start_is_pressed(stage: LiveStage) -> None:
    assert stage.microphone.inputs == []
    assert not stage.panel.sound.live
    assert not stage.desk.monitor.running
    assert "Nothing is recorded until you press R" in stage.panel.sound.teaching._text.text()


def test_start_shows_sound_levels_scores_and_events_and_stop_keeps_them(stage: LiveStage) -> None:
    stage.listen()
    assert stage.panel.sound.live
    assert stage.panel.capture_bar.start.text() == "Stop listening"
    stage.hear()
    heard = stage.panel.side.events.events[0]
    assert heard.event.label == "high"
    assert heard.clock_s == pytest.approx(time.time(), abs=30)
    assert [label for label, _ in stage.panel.side.bars.shown if label == "high"]
    assert "× real time" in stage.panel.side.load.text()
    stage.until(lambda: stage.panel.side.missing.text() == "No sound missing")
    stage.click(stage.panel.capture_bar.start)
    assert not stage.desk.monitor.running
    assert stage.microphone.input.closed or stage.desk.monitor.close()
    assert stage.panel.sound.live
    assert stage.panel.side.events.events
    assert stage.panel.capture_bar.start.text() == "Start listening"


def test_a_click_on_start_leaves_space_to_look_back(stage: LiveStage) -> None:
    stage.listen()
    key(stage, Qt.Key.Key_Space)
    stage.until(lambda: stage.panel.sound.looking_back)
    assert stage.desk.monitor.running


def test_space_before_the_first_sound_claims_nothing_wrong(stage: LiveStage) -> None:
    stage.microphone.mute = True
    stage.click(stage.panel.capture_bar.start)
    stage.until(lambda: stage.desk.monitor.capture.opened)
    key(stage, Qt.Key.Key_Space)
    stage.microphone.mute = False
    stage.until(lambda: stage.panel.waterfall.axis is not None)
    assert stage.messages == []
    assert stage.panel.sound.live


def test_a_page_out_of_sight_draws_nothing_but_goes_on_to_listen(stage: LiveStage) -> None:
    stage.listen()
    stage.panel.hide()
    axis = stage.panel.waterfall.axis
    stage.hear()
    assert stage.panel.waterfall.axis == axis
    stage.panel.show()
    stage.until(lambda: stage.panel.waterfall.axis != axis)


def look_back(stage: LiveStage) -> None:
    """Listen, hear something, press Space, and wait for the timeline."""
    stage.listen()
    stage.hear()
    key(stage, Qt.Key.Key_Space)
    stage.until(lambda: stage.panel.sound.looking_back and stage.panel.look_back.timeline.lanes.is_ready())


def drag_over_sound(stage: LiveStage) -> None:
    """Drag over a part of the waveform that is looked back at."""
    lanes = stage.panel.look_back.timeline.lanes
    screen = lanes.viewport()
    begin, end = QPoint(200, 20), QPoint(320, 22)
    QTest.mouseMove(screen, begin)
    QTest.mousePress(screen, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
    for step in range(1, 9):
        QTest.mouseMove(screen, begin + (end - begin) * (step / 8))
        stage.qtbot.wait(1)
    QTest.mouseRelease(screen, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    stage.until(lambda: stage.desk.session.selection is not None)


def test_looking_back_shows_what_was_in_sight_while_listening_goes_on(stage: LiveStage) -> None:
    look_back(stage)
    timeline = stage.panel.look_back.timeline
    frames, shown_s = stage.desk.monitor.capture.state.frames, timeline.view.duration_s
    start_s, stop_s = timeline.view_range
    assert stop_s == pytest.approx(shown_s, abs=0.2)
    assert stop_s - start_s <= 4.5
    stage.until(lambda: stage.desk.monitor.capture.state.frames > frames + RATE_HZ)
    assert timeline.view.duration_s == shown_s
    assert "listening goes on" in stage.panel.look_back.words.whole
    timeline.show_range(stop_s - 0.5, stop_s)
    assert timeline.view.span_s < stop_s - start_s
    newest_s = stage.desk.monitor.capture.clock_s(stage.panel.look_back._glance.start + round(stop_s * RATE_HZ))
    told = stage.panel.look_back.words.whole.split(";")[0].split(" to ")[1]
    assert told == f"{datetime.fromtimestamp(newest_s):%H:%M:%S}", "what is in sight is told by its time of day"
    stage.click(stage.panel.look_back.now)
    assert stage.panel.sound.live


def test_what_is_looked_back_at_is_played_as_it_was_heard(stage: LiveStage) -> None:
    look_back(stage)
    drag_over_sound(stage)
    key(stage, Qt.Key.Key_Space)
    stage.until(lambda: stage.desk.playback.playing)
    stage.until(lambda: not stage.desk.playback.playing)
    assert np.abs(stage.loudspeaker.output.heard).max() > 0


def test_space_in_a_look_back_plays_from_what_is_in_sight_on(stage: LiveStage) -> None:
    stage.microphone.speed = 4
    stage.listen()
    stage.until(lambda: stage.desk.monitor.capture.state.frames > 10 * RATE_HZ)
    key(stage, Qt.Key.Key_Space)
    stage.until(lambda: stage.panel.sound.looking_back)
    start_s, _ = stage.panel.look_back.timeline.view_range
    assert start_s > 2
    assert stage.desk.session.play_head_s == pytest.approx(start_s, abs=0.1)
    key(stage, Qt.Key.Key_Space)
    stage.until(lambda: stage.desk.playback.playing and stage.desk.playback.position_s > start_s)


def test_a_selection_is_cut_out_into_a_folder_named_after_its_label(stage: LiveStage) -> None:
    look_back(stage)
    drag_over_sound(stage)
    selection = stage.desk.session.selection
    assert selection is not None
    entry = stage.panel.look_back.entry
    entry.setFocus()
    QTest.keyClicks(entry, "buzz r")
    QTest.keyClick(entry, Qt.Key.Key_Return)
    folder = clips_folder(stage.settings.values.live) / "buzz r"
    stage.until(lambda: len(list(folder.glob("*.flac"))) == 1)
    stage.until(lambda: any("buzz r" in text for text in stage.messages))
    (clip,) = folder.glob("*.flac")
    sound, rate_hz = soundfile.read(clip, dtype="float32")
    assert rate_hz == RATE_HZ
    assert len(sound) == pytest.approx(selection.duration_s * RATE_HZ, abs=2)
    whole, _ = soundfile.read(stage.desk.session.recording, dtype="float32")
    onset = round(selection.onset_s * RATE_HZ)
    np.testing.assert_allclose(sound, whole[onset : onset + len(sound)], atol=1e-4)
    assert not stage.desk.recording.running, "the letter R typed into the field began a recording"


def test_without_a_selection_nothing_is_cut_and_the_person_is_told_what_to_do(stage: LiveStage) -> None:
    look_back(stage)
    stage.click(stage.panel.look_back.cut)
    assert stage.messages == ["Select the sound for the clip first: drag over it."]


def test_escape_drops_the_selection_and_then_returns_to_now(stage: LiveStage) -> None:
    look_back(stage)
    drag_over_sound(stage)
    key(stage, Qt.Key.Key_Escape)
    assert stage.desk.session.selection is None
    assert stage.panel.sound.looking_back
    key(stage, Qt.Key.Key_Escape)
    assert stage.panel.sound.live
    assert stage.desk.session.recording is None


def click_row(stage: LiveStage, column: int) -> None:
    events = stage.panel.side.events
    place = events.visualRect(events.model().index(0, column)).center()
    stage.click(events.viewport(), place)


def test_an_event_is_heard_again_by_its_play_button(stage: LiveStage) -> None:
    stage.listen()
    stage.hear()
    click_row(stage, PLAY_COLUMN)
    stage.until(lambda: stage.desk.playback.playing)
    stage.until(lambda: not stage.desk.playback.playing)
    assert np.abs(stage.loudspeaker.output.heard).max() > 0.05


def test_a_click_on_an_event_looks_back_at_it(stage: LiveStage) -> None:
    stage.listen()
    stage.hear()
    heard = stage.panel.side.events.events[0]
    click_row(stage, 1)
    stage.until(lambda: stage.panel.sound.looking_back)
    timeline, glance = stage.panel.look_back.timeline, stage.panel.look_back._glance
    assert glance is not None
    assert timeline.view.shows(heard.event.onset_s - glance.start / RATE_HZ)


def test_an_event_that_is_no_longer_held_is_told(stage: LiveStage) -> None:
    stage.listen()
    capture = stage.desk.monitor.capture
    assert capture is not None
    stage.desk.looking_back.play(capture, -9.0, -8.0)
    stage.until(lambda: any("no longer held" in text for text in stage.messages))
    assert not stage.desk.playback.playing


def test_an_event_that_is_too_long_ago_is_no_look_back_at_other_sound_but_its_clip(
    stage: LiveStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.audio.capture.MOST_RING_BYTES", 3 * RATE_HZ * 8)  # three seconds of two channels
    stage.click(stage.panel.side.clips.keep)
    stage.listen()
    stage.hear()
    heard = stage.panel.side.events.events[-1]
    stage.until(lambda: stage.desk.monitor.capture.ring.oldest > heard.event.offset_s * RATE_HZ + RATE_HZ)
    stage.until(heard.clip.is_file)
    stage.panel.side.events.chosen.emit(heard)
    assert stage.messages == [no_longer_held(stage.desk.monitor.capture)]
    assert "the last 3 seconds are" in stage.messages[0]
    assert stage.told[0].action_text == "Show its clip"
    assert stage.panel.sound.live
    stage.panel.side.events.play_wanted.emit(heard)
    stage.until(lambda: stage.desk.playback.path == heard.clip)


def test_r_records_with_the_sound_from_before_and_r_ends(stage: LiveStage) -> None:
    stage.listen()
    stage.until(lambda: stage.desk.monitor.capture.state.frames > RATE_HZ)
    finished: list[list[Path]] = []
    stage.desk.recording.finished.connect(finished.append)
    key(stage, Qt.Key.Key_R)
    stage.until(lambda: stage.desk.recording.state.frames > RATE_HZ)
    bar = stage.panel.record_bar
    stage.until(lambda: "free" in bar.words.whole)
    assert "Recording" in bar.words.whole
    assert ".flac" in bar.words.whole
    assert bar.light.isVisible()
    assert not bar.format.isVisible()
    assert not stage.panel.capture_bar.device.isEnabled()
    key(stage, Qt.Key.Key_R)
    stage.until(lambda: bool(finished))
    (path,) = finished[0]
    assert soundfile.info(path).frames > RATE_HZ
    assert not bar.light.isVisible()
    assert bar.format.isVisible()


def test_escape_in_a_look_back_never_ends_the_recording(stage: LiveStage) -> None:
    stage.listen()
    key(stage, Qt.Key.Key_R)
    stage.until(lambda: stage.desk.recording.state.frames > RATE_HZ)
    key(stage, Qt.Key.Key_Space)
    stage.until(lambda: stage.panel.sound.looking_back)
    key(stage, Qt.Key.Key_Escape)
    assert stage.panel.sound.live
    assert stage.desk.recording.running
    key(stage, Qt.Key.Key_Escape)
    stage.until(lambda: not stage.desk.recording.running)


def test_without_any_microphone_the_page_says_what_to_do(stage: LiveStage) -> None:
    stage.desk.monitor.devices_listed.emit([])
    assert stage.panel.sound.teaching._text.text() == NO_MICROPHONE


def test_escape_on_the_way_to_a_look_back_stays_with_now_and_never_ends_the_recording(stage: LiveStage) -> None:
    stage.listen()
    key(stage, Qt.Key.Key_R)
    stage.until(lambda: stage.desk.recording.state.frames > 0)
    key(stage, Qt.Key.Key_Space)
    key(stage, Qt.Key.Key_Escape)
    assert stage.desk.recording.running and stage.panel.sound.live
    stage.until(lambda: all(job.newest != "live glance" for job in stage.desk.looking_back._runner.active))
    stage.qtbot.wait(50)
    assert stage.panel.sound.live
    key(stage, Qt.Key.Key_Escape)
    stage.until(lambda: not stage.desk.recording.running)


def test_r_without_listening_begins_to_listen_and_escape_ends_the_recording_alone(stage: LiveStage) -> None:
    key(stage, Qt.Key.Key_R)
    stage.until(lambda: stage.desk.recording.state.frames > 0)
    assert stage.desk.monitor.running
    key(stage, Qt.Key.Key_Escape)
    stage.until(lambda: not stage.desk.recording.running)
    assert stage.desk.monitor.running


def test_stop_listening_completes_the_recording(stage: LiveStage) -> None:
    stage.listen()
    finished: list[list[Path]] = []
    stage.desk.recording.finished.connect(finished.append)
    stage.click(stage.panel.record_bar.button)
    stage.until(lambda: stage.desk.recording.state.frames > 0)
    stage.click(stage.panel.capture_bar.start)
    stage.until(lambda: bool(finished))
    assert soundfile.info(finished[0][-1]).frames > 0


def test_a_microphone_that_refuses_is_a_sentence_on_the_page(stage: LiveStage) -> None:
    stage.microphone.refusal = "The microphone “Fake” is busy: close the program that uses it."
    stage.click(stage.panel.capture_bar.start)
    stage.until(lambda: not stage.desk.monitor.running)
    assert stage.panel.sound.notice.isVisible()
    assert stage.panel.sound.notice.text() == stage.microphone.refusal
    assert not stage.panel.sound.live
    stage.microphone.refusal = ""
    stage.listen()
    stage.until(lambda: not stage.panel.sound.notice.isVisible())


def test_a_microphone_that_goes_away_is_told_and_goes_on_by_itself(stage: LiveStage) -> None:
    stage.listen()
    stage.until(lambda: stage.desk.monitor.capture.state.frames > 0 and bool(stage.panel.side.bars.shown))
    stage.microphone.input.active = False
    stage.until(lambda: "is gone: plug it in again" in stage.panel.sound.notice.text())
    assert stage.panel.side.load.text() == "", "what judging cost is told though nothing is judged"
    assert {score for _, score in stage.panel.side.bars.shown} == {0}
    stage.until(lambda: not stage.panel.sound.notice.isVisible())
    assert len(stage.desk.monitor.capture.state.gaps) == 1
    stage.until(lambda: "s of sound missing" in stage.panel.side.missing.text())


def test_silence_of_nothing_but_zeros_is_pointed_out(stage: LiveStage) -> None:
    stage.microphone.sound = np.zeros(RATE_HZ, np.float32)
    stage.microphone.speed = 2
    stage.listen()
    stage.until(lambda: stage.panel.sound.notice.text() == SILENT)
    stage.microphone.sound = np.full(RATE_HZ, 0.01, np.float32)
    stage.until(lambda: not stage.panel.sound.notice.isVisible())


def test_a_slower_rule_on_the_sliders_holds_at_once(stage: LiveStage) -> None:
    stage.listen()
    slider = stage.panel.side.rule.threshold.slider
    stage.panel.side.tabs.setCurrentIndex(1)
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert stage.settings.values.live.thresholds["tones"][""] == pytest.approx(0.99)
    assert stage.desk.monitor.rule.threshold == pytest.approx(0.99)


def test_the_rule_of_the_chosen_model_can_be_set_before_it_judges(stage: LiveStage) -> None:
    rule = stage.panel.side.rule
    rule.scope.setCurrentIndex(rule.scope.findData("high"))
    rule.threshold.slider.setValue(rule.threshold.slider.maximum())
    stage.listen()
    stage.until(lambda: "high" in stage.panel.side.classes)
    assert stage.desk.monitor.rule.threshold_of("high") == pytest.approx(0.99)
    assert stage.desk.monitor.rule.threshold_of("low") == pytest.approx(0.65)


def test_clips_of_events_are_kept_as_predictions_that_nobody_reviewed(stage: LiveStage) -> None:
    stage.click(stage.panel.side.clips.keep, QPoint(8, stage.panel.side.clips.keep.height() // 2))
    stage.listen()
    stage.hear()
    manifest = clips_folder(stage.settings.values.live) / "predictions.csv"
    stage.until(manifest.is_file)
    with manifest.open(encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    assert (row["label"], row["status"]) == ("high", "unreviewed")
    assert (manifest.parent / row["clip"]).is_file()


def test_the_model_that_is_gone_is_told_and_sound_comes_all_the_same(stage: LiveStage) -> None:
    stage.settings.change(model="away")
    stage.listen()
    assert any("“away” is not here" in text for text in stage.messages)


def test_a_model_that_could_not_be_used_is_tried_again_at_the_next_start(stage: LiveStage, models: Path) -> None:
    path = models / "tones.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    stage.listen()
    stage.until(lambda: len(stage.messages) == 1)
    assert "tones.safetensors" in stage.messages[0]
    path.write_bytes(whole)
    stage.click(stage.panel.capture_bar.start)
    stage.listen()
    stage.hear()


def test_a_model_that_is_trained_anew_under_its_name_judges_at_once(
    stage: LiveStage, models: Path, tone_model: LoadedModel
) -> None:
    stage.listen()
    stage.until(lambda: "high" in stage.panel.side.classes)
    card = replace(tone_model.card, classes=("_silence_", "owl", "wren"))
    save_checkpoint(models / "tones.safetensors", tone_model.network, card)
    stage.shelf.refresh()
    stage.until(lambda: "owl" in stage.panel.side.classes)


def test_another_microphone_is_listened_to_at_once_and_remembered(stage: LiveStage) -> None:
    from desktop_app.audio.devices import Device

    bar = stage.panel.capture_bar
    bar.show_devices([Device("Built in", 2, 48_000, True, "ALSA"), Device("Bat", 1, 256_000, False, "ALSA")])
    stage.listen()
    bar.device.setCurrentIndex(2)
    bar.device.activated.emit(2)
    stage.until(lambda: len(stage.microphone.inputs) == 2)
    assert stage.microphone.input.request.device == "Bat (ALSA)"
    assert stage.settings.values.live.device == "Bat (ALSA)"
    assert "256 kHz" in bar.rate.itemText(0)


def test_keys_of_the_page_are_told_in_tooltips(stage: LiveStage, actions: Actions) -> None:
    assert "(R)" in stage.panel.record_bar.button.toolTip()
    assert "(Space)" in stage.panel.sound.pause.toolTip()
    assert "(Esc)" in stage.panel.look_back.now.toolTip()


def test_every_control_has_a_name_for_those_who_do_not_see_it(stage: LiveStage, settings: Settings) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar

    for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox):
        for control in stage.panel.findChildren(kind):
            if isinstance(control, QScrollBar) or control.objectName().startswith("qt_") or not control.isVisible():
                continue
            assert control.accessibleName() or getattr(control, "text", lambda: "")(), control
