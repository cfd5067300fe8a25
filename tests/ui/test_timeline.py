"""The timeline under a real mouse: what a drag, a click and the wheel do, and what they must not."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.services.jobs import JobRunner
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings
from desktop_app.ui.timeline import Timeline
from tests.ui.timeline_helpers import RATE, Stage, stage, tone, turn_wheel

__all__ = ["stage"]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def ten_seconds(stage: Stage) -> Stage:
    stage.show(stage.record(tone(2000, 10)))
    return stage


@pytest.mark.parametrize(
    ("duration_s", "rate", "channels"), [(0.05, 48_000, 1), (3, 8_000, 2), (2, 192_000, 1), (0.5, 44_100, 8)]
)
def test_a_recording_of_any_kind_is_painted_and_all_of_it_is_visible(
    stage: Stage, duration_s: float, rate: int, channels: int
) -> None:
    stage.show(stage.record(np.repeat(tone(1000, duration_s, rate=rate), channels, axis=1), rate))
    assert stage.timeline.view_range == (0.0, duration_s)
    assert stage.timeline.lanes.channels == channels
    assert stage.painted == [True]


def test_each_recording_is_painted_once_and_replaces_the_one_before(stage: Stage) -> None:
    first, second = stage.record(tone(500, 2), name="a.wav"), stage.record(tone(500, 5), name="b.wav")
    stage.show(first)
    stage.timeline.zoom_in()
    stage.settle()
    assert stage.painted == [True]
    stage.show(second)
    assert stage.timeline.view_range == (0.0, 5.0)


def test_a_drag_on_the_waveform_selects_time(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.drag(stage.at(stage.waveform, 2.0), stage.at(stage.waveform, 5.0, 0.9))
    selection = stage.session.selection
    assert selection is not None and selection.low_hz is None
    assert selection.onset_s == pytest.approx(2.0, abs=0.02) and selection.offset_s == pytest.approx(5.0, abs=0.02)


def test_a_drag_backwards_selects_the_same(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.drag(stage.at(stage.waveform, 5.0), stage.at(stage.waveform, 2.0))
    assert stage.session.selection is not None
    assert stage.session.selection.onset_s == pytest.approx(2.0, abs=0.02)


def test_a_box_on_the_spectrogram_selects_a_band_too(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.drag(stage.at(stage.spectrogram, 3.0, 0.75), stage.at(stage.spectrogram, 6.0, 0.25))
    selection = stage.session.selection
    assert selection is not None and selection.low_hz is not None and selection.high_hz is not None
    assert selection.low_hz == pytest.approx(2000, abs=60) and selection.high_hz == pytest.approx(6000, abs=60)
    assert selection.onset_s == pytest.approx(3.0, abs=0.02)


def test_a_level_drag_on_the_spectrogram_selects_time_alone(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.drag(stage.at(stage.spectrogram, 3.0, 0.5), stage.at(stage.spectrogram, 6.0, 0.51))
    assert stage.session.selection is not None and stage.session.selection.low_hz is None


def test_a_drag_beyond_the_edge_selects_as_far_as_there_is_sound(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.drag(stage.at(stage.waveform, 8.0), stage.at(stage.waveform, 10.0) + QPoint(300, 0))
    assert stage.session.selection is not None and stage.session.selection.offset_s == 10.0


@pytest.mark.parametrize("lane", ["waveform", "spectrogram"])
def test_an_edge_can_be_dragged_and_the_others_stay(ten_seconds: Stage, lane: str) -> None:
    stage = ten_seconds
    stage.session.selection = Selection(2.0, 6.0)
    box = getattr(stage, lane)
    stage.drag(stage.at(box, 6.0) + QPoint(2, 0), stage.at(box, 8.0))
    assert stage.session.selection is not None
    assert stage.session.selection.onset_s == 2.0
    assert stage.session.selection.offset_s == pytest.approx(8.0, abs=0.02)


def test_an_edge_dragged_past_the_other_changes_places_with_it(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.session.selection = Selection(4.0, 6.0)
    stage.drag(stage.at(stage.waveform, 6.0), stage.at(stage.waveform, 1.0))
    assert stage.session.selection is not None and stage.session.selection.offset_s == 4.0
    assert stage.session.selection.onset_s == pytest.approx(1.0, abs=0.02)


def test_the_edges_of_a_box_move_one_by_one_and_its_corners_both_ways(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.session.selection = Selection(2.0, 6.0, 2000.0, 6000.0)
    stage.drag(stage.at(stage.spectrogram, 4.0, 0.75), stage.at(stage.spectrogram, 4.5, 0.875))
    selection = stage.session.selection
    assert selection is not None and (selection.onset_s, selection.offset_s, selection.low_hz) == (2.0, 6.0, 2000.0)
    assert selection.high_hz == pytest.approx(7000, abs=60)
    stage.drag(stage.at(stage.spectrogram, 2.0, 0.25), stage.at(stage.spectrogram, 1.0, 0.125))
    selection = stage.session.selection
    assert selection.low_hz == pytest.approx(1000, abs=60) and selection.onset_s == pytest.approx(1.0, abs=0.02)
    assert selection.offset_s == 6.0


def test_the_band_survives_when_its_time_is_changed_on_the_waveform(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.session.selection = Selection(2.0, 6.0, 2000.0, 6000.0)
    stage.drag(stage.at(stage.waveform, 2.0), stage.at(stage.waveform, 3.0))
    assert stage.session.selection is not None
    assert (stage.session.selection.low_hz, stage.session.selection.high_hz) == (2000.0, 6000.0)


def test_the_pointer_shows_what_a_drag_would_move(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.session.selection = Selection(2.0, 6.0)
    QTest.mouseMove(stage.screen, stage.at(stage.waveform, 6.0))
    QApplication.processEvents()
    assert stage.screen.cursor().shape() == Qt.CursorShape.SizeHorCursor
    QTest.mouseMove(stage.screen, stage.at(stage.waveform, 4.0))
    QApplication.processEvents()
    assert stage.screen.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_click_sets_the_play_head_and_clears_the_selection(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.session.selection = Selection(2.0, 6.0)
    stage.click(stage.at(stage.spectrogram, 7.0))
    assert stage.session.selection is None
    assert stage.session.play_head_s == pytest.approx(7.0, abs=0.02)


def test_shift_and_click_extend_the_selection(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.click(stage.at(stage.waveform, 2.0))
    stage.click(stage.at(stage.waveform, 4.0), SHIFT)
    stage.click(stage.at(stage.waveform, 7.0), SHIFT)
    assert stage.session.selection is not None
    assert stage.session.selection.onset_s == pytest.approx(2.0, abs=0.02)
    assert stage.session.selection.offset_s == pytest.approx(7.0, abs=0.02)


def test_a_double_click_in_the_selection_plays_and_keeps_it(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.session.selection = Selection(2.0, 6.0)
    stage.double_click(stage.at(stage.waveform, 4.0))
    assert stage.plays == [(2.0, 6.0)]
    assert stage.session.selection == Selection(2.0, 6.0)


def test_a_double_click_elsewhere_plays_from_there(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.double_click(stage.at(stage.waveform, 4.0))
    assert stage.plays == [(pytest.approx(4.0, abs=0.02), None)]


def test_ctrl_and_wheel_zoom_at_the_pointer(ten_seconds: Stage) -> None:
    stage = ten_seconds
    place = stage.at(stage.spectrogram, 3.0)
    stage.wheel(place, 4, CTRL)
    start, stop = stage.timeline.view_range
    assert stop - start == pytest.approx(10 / 1.25**4)
    assert stage.at(stage.spectrogram, 3.0).x() == pytest.approx(place.x(), abs=1)
    stage.wheel(place, -40, CTRL)
    assert stage.timeline.view_range == (0.0, 10.0)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, SHIFT])
def test_the_wheel_moves_in_time_as_far_as_there_is_sound(ten_seconds: Stage, modifier: Qt.KeyboardModifier) -> None:
    stage = ten_seconds
    stage.timeline.show_range(4.0, 6.0)
    stage.wheel(stage.at(stage.waveform, 5.0), -1, modifier)
    assert stage.timeline.view_range == (pytest.approx(4.2), pytest.approx(6.2))
    stage.wheel(stage.at(stage.waveform, 5.0), -100, modifier)
    assert stage.timeline.view_range == (8.0, 10.0)


def test_the_middle_button_drags_the_picture(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.timeline.show_range(4.0, 6.0)
    stage.drag(stage.at(stage.waveform, 5.0), stage.at(stage.waveform, 4.5), Qt.MouseButton.MiddleButton)
    assert stage.timeline.view_range[0] == pytest.approx(4.5, abs=0.05)
    assert stage.session.selection is None


def test_the_wheel_on_the_frequency_axis_zooms_in_frequency_and_fit_undoes_it(ten_seconds: Stage) -> None:
    stage = ten_seconds
    place = stage.at(stage.spectrogram, 0.0, 0.25) - QPoint(30, 0)
    stage.wheel(place, 3)
    axis = stage.timeline.view.axis
    assert axis.high_hz - axis.low_hz == pytest.approx(8000 / 1.25**3)
    assert axis.frequency(0.25) == pytest.approx(2000, abs=30)
    assert stage.settings.values.spectrogram.high_hz == pytest.approx(axis.high_hz)
    stage.timeline.zoom_fit()
    assert (stage.timeline.view.axis.low_hz, stage.timeline.view.axis.high_hz) == (0, 8000)
    assert stage.settings.values.spectrogram.high_hz is None


def test_the_wheel_on_the_amplitude_axis_stretches_a_quiet_waveform(ten_seconds: Stage) -> None:
    stage = ten_seconds
    before = stage.timeline.lanes.waveforms[0].gain
    stage.wheel(stage.at(stage.waveform, 0.0) - QPoint(30, 0), 5)
    assert stage.timeline.lanes.waveforms[0].gain == pytest.approx(before * 1.25**5)
    stage.wheel(stage.at(stage.waveform, 0.0) - QPoint(30, 0), -50)
    assert stage.timeline.lanes.waveforms[0].gain == 1.0


def test_the_frequency_axis_can_be_dragged_and_a_double_click_shows_all_of_it(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.wheel(stage.at(stage.spectrogram, 0.0, 0.5) - QPoint(30, 0), 4)
    before = stage.timeline.view.axis
    begin, end = (stage.at(stage.spectrogram, 0.0, height) - QPoint(30, 0) for height in (0.7, 0.4))
    stage.drag(begin, end)
    after = stage.timeline.view.axis
    assert after.frequency(0.4) == pytest.approx(before.frequency(0.7), abs=60)
    assert after.high_hz - after.low_hz == pytest.approx(before.high_hz - before.low_hz)
    assert stage.session.selection is None
    QTest.mouseDClick(stage.screen, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
    assert (stage.timeline.view.axis.low_hz, stage.timeline.view.axis.high_hz) == (0, 8000)


def test_keys_zoom_page_and_fit_through_the_timelines_methods(ten_seconds: Stage) -> None:
    timeline = ten_seconds.timeline
    timeline.show_range(4.0, 6.0)
    timeline.scroll_page(1)
    assert timeline.view_range == (pytest.approx(5.8), pytest.approx(7.8))  # a tenth stays
    timeline.scroll_page(-1)
    timeline.pan(0.25)
    assert timeline.view_range == (pytest.approx(4.5), pytest.approx(6.5))
    timeline.zoom_in()
    assert timeline.view_range == (pytest.approx(5.5 - 1 / 1.5), pytest.approx(5.5 + 1 / 1.5))
    timeline.zoom_out()
    timeline.zoom_fit()
    assert timeline.view_range == (0.0, 10.0)
    ten_seconds.session.selection = Selection(2.0, 4.0)
    timeline.zoom_to_selection()
    assert timeline.view_range == (pytest.approx(1.9), pytest.approx(4.1))
    timeline.clear_selection()
    assert ten_seconds.session.selection is None


def test_a_selection_is_made_and_changed_without_the_mouse(ten_seconds: Stage) -> None:
    timeline, session = ten_seconds.timeline, ten_seconds.session
    session.play_head_s = 3.0
    timeline.extend_selection(0.1)
    timeline.extend_selection(0.1)
    assert session.selection == Selection(3.0, 5.0)
    timeline.extend_selection(-0.5)
    assert session.selection == Selection(3.0, 3.0)
    timeline.extend_selection(5.0)
    assert session.selection == Selection(3.0, 10.0)
    timeline.select_all()
    assert session.selection == Selection(0.0, 10.0)
    timeline.clear()
    session.selection = None
    timeline.extend_selection(0.1)
    timeline.select_all()
    assert session.selection is None


def test_the_play_head_moves_in_steps_as_far_as_there_is_sound_and_stays_in_view(ten_seconds: Stage) -> None:
    timeline, session = ten_seconds.timeline, ten_seconds.session
    timeline.show_range(0.0, 2.0)
    timeline.move_head(-0.1)
    assert session.play_head_s == 0.0
    for _ in range(12):
        timeline.move_head(0.1)
    assert session.play_head_s == pytest.approx(2.4)
    assert timeline.view.shows(2.4) and timeline.view.start_s > 0
    session.play_head_s = 9.95
    timeline.move_head(0.1)
    assert session.play_head_s == 10.0


def test_zooming_by_key_keeps_a_visible_play_head_where_it_is(ten_seconds: Stage) -> None:
    ten_seconds.session.play_head_s = 2.0
    ten_seconds.timeline.zoom_in()
    start, stop = ten_seconds.timeline.view_range
    assert (2.0 - start) / (stop - start) == pytest.approx(0.2)


def test_zoom_ends_at_a_few_samples(ten_seconds: Stage) -> None:
    stage = ten_seconds
    for _ in range(60):
        stage.timeline.zoom_in()
    start, stop = stage.timeline.view_range
    assert stop - start == pytest.approx(16 / RATE)
    stage.settle()


def test_the_page_turns_with_the_play_head_but_not_away_from_someone_who_looks_elsewhere(ten_seconds: Stage) -> None:
    timeline = ten_seconds.timeline
    timeline.show_range(0.0, 2.0)
    timeline.follow_play_head = True
    timeline.set_play_head(1.99)
    assert timeline.view_range == (0.0, 2.0)
    timeline.set_play_head(2.01)
    assert timeline.view_range[0] == pytest.approx(1.91)
    timeline.show_range(7.0, 9.0)
    timeline.set_play_head(2.1)
    assert timeline.view_range == (7.0, 9.0)
    timeline.follow_play_head = False


def test_a_stretch_out_of_sight_is_brought_into_the_middle_and_one_in_sight_moves_nothing(ten_seconds: Stage) -> None:
    view = ten_seconds.timeline.view
    view.show(4.0, 6.0)
    view.reveal_stretch(4.5, 5.0)
    assert (view.start_s, view.stop_s) == (4.0, 6.0)
    view.reveal_stretch(1.0, 1.5)
    assert (view.start_s, view.stop_s) == (pytest.approx(0.25), pytest.approx(2.25))
    view.reveal_stretch(5.0, 9.0)
    assert view.start_s < 5.0 < view.stop_s


@pytest.mark.parametrize(("onset_s", "offset_s"), [(5.0, 5.01), (9.999, 10.0)])
def test_a_stretch_too_narrow_to_be_seen_is_shown_from_nearer(
    ten_seconds: Stage, onset_s: float, offset_s: float
) -> None:
    view = ten_seconds.timeline.view
    ten_seconds.timeline.show_clearly(Selection(onset_s, offset_s))
    assert view.start_s <= onset_s <= offset_s <= view.stop_s
    assert view.span_s == pytest.approx(10 * (offset_s - onset_s))


def test_a_stretch_may_be_asked_for_before_its_recording_is_open(ten_seconds: Stage) -> None:
    stage = ten_seconds
    other = stage.record(tone(500, 20), name="other.wav")
    stage.session.recording = other
    stage.painted.clear()
    stage.timeline.show_recording(other)
    stage.timeline.show_clearly(Selection(15.0, 15.05))
    stage.qtbot.waitUntil(lambda: bool(stage.painted), timeout=10_000)
    assert stage.timeline.view_range == (pytest.approx(14.775), pytest.approx(15.275))


def test_a_band_chosen_by_hand_stays_for_recordings_of_such_a_rate_and_says_nothing_of_others(
    ten_seconds: Stage,
) -> None:
    stage = ten_seconds
    stage.wheel(stage.at(stage.spectrogram, 0.0, 0.25) - QPoint(30, 0), 3)
    band = stage.timeline.view.axis
    assert band.high_hz < 8000
    stage.show(stage.record(tone(500, 1), 22_050, "alike.wav"))
    assert stage.timeline.view.axis == band
    stage.show(stage.record(tone(500, 1), 192_000, "bats.wav"))
    assert (stage.timeline.view.axis.low_hz, stage.timeline.view.axis.high_hz) == (0, 96_000)
    stage.show(stage.record(tone(500, 1), name="again.wav"))
    assert stage.timeline.view.axis == band


def test_a_box_outside_of_the_frequencies_in_sight_is_brought_into_view(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.wheel(stage.at(stage.spectrogram, 0.0, 0.25) - QPoint(30, 0), 5)
    band = stage.timeline.view.axis
    inside = Selection(1.0, 2.0, band.low_hz, band.high_hz)
    stage.timeline.reveal(inside)
    assert stage.timeline.view.axis == band
    stage.timeline.reveal(Selection(1.0, 2.0, 5000.0, 6000.0))
    assert (stage.timeline.view.axis.low_hz, stage.timeline.view.axis.high_hz) == (0, 8000)
    assert stage.settings.values.spectrogram.high_hz == pytest.approx(band.high_hz), "for the next recording"


def test_the_pointer_reads_time_frequency_and_level(ten_seconds: Stage) -> None:
    stage = ten_seconds
    QTest.mouseMove(stage.screen, stage.at(stage.spectrogram, 5.0, 0.25))
    QApplication.processEvents()
    at_s, hz, db = stage.cursor[-1]
    assert at_s == pytest.approx(5.0, abs=0.02)
    assert hz == pytest.approx(2000, abs=40)
    assert db == pytest.approx(-6.0, abs=2)
    QTest.mouseMove(stage.screen, stage.at(stage.waveform, 5.0, 0.9))
    QApplication.processEvents()
    at_s, hz, db = stage.cursor[-1]
    assert hz is None and db == pytest.approx(-6.0, abs=0.2)


def test_the_overview_moves_what_is_shown(ten_seconds: Stage) -> None:
    stage = ten_seconds
    stage.timeline.show_range(0.0, 1.0)
    overview = stage.timeline.overview
    QTest.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(round(64 + 836 * 0.7), 20))
    assert sum(stage.timeline.view_range) / 2 == pytest.approx(7.0, abs=0.05)
    QTest.mousePress(overview, Qt.MouseButton.LeftButton, pos=QPoint(round(64 + 836 * 0.7), 20))
    QTest.mouseMove(overview, QPoint(round(64 + 836 * 0.3), 20))
    assert sum(stage.timeline.view_range) / 2 == pytest.approx(3.0, abs=0.05)
    turn_wheel(overview, QPoint(400, 20), -1)
    assert stage.timeline.view.span_s == pytest.approx(1.5)


def test_a_recording_that_cannot_be_read_is_told_and_the_next_one_is_shown(stage: Stage) -> None:
    told: list[str] = []
    stage.timeline.failed.connect(told.append)
    bad = stage.folder / "text.wav"
    bad.write_text("this is no sound")
    stage.timeline.show_recording(bad)
    stage.qtbot.waitUntil(lambda: bool(told))
    assert "text.wav" in told[0] and len(told) == 1
    stage.show(stage.record(tone(1000, 1)))
    assert len(told) == 1


def test_a_recording_without_a_single_sample_is_told(stage: Stage) -> None:
    told: list[str] = []
    stage.timeline.failed.connect(told.append)
    stage.timeline.show_recording(stage.record(np.zeros((0, 1), np.float32)))
    stage.qtbot.waitUntil(lambda: bool(told))
    assert "take.wav" in told[0]


def test_with_nothing_shown_the_mouse_does_nothing(stage: Stage) -> None:
    stage.show(stage.record(tone(1000, 1)))
    stage.timeline.clear()
    place = QPoint(400, 200)
    stage.drag(place, place + QPoint(100, 50))
    stage.click(place)
    stage.wheel(place, 3, CTRL)
    stage.double_click(place)
    for act in (stage.timeline.zoom_in, stage.timeline.zoom_fit, stage.timeline.zoom_to_selection):
        act()
    assert stage.session.selection is None and stage.plays == []
    assert stage.timeline.view.frames == 0


def test_sound_may_play_before_the_recording_is_on_the_screen(stage: Stage) -> None:
    stage.session.recording = stage.record(tone(2000, 10))
    stage.session.play_head_s = 0.5
    stage.show(stage.session.recording)
    assert stage.session.play_head_s == 0.5


def test_stepping_quickly_through_recordings_ends_with_the_last(stage: Stage) -> None:
    paths = [stage.record(tone(1000, 1 + number), name=f"{number}.wav") for number in range(6)]
    for path in paths[:-1]:
        stage.timeline.show_recording(path)
        QApplication.processEvents()
    stage.show(paths[-1])
    assert stage.timeline.view_range == (0.0, 6.0)
    stage.qtbot.wait(50)
    assert stage.painted == [True]


def test_a_timeline_that_is_thrown_away_gives_its_file_back(qtbot: QtBot, settings: Settings, tmp_path: Path) -> None:
    sf.write(tmp_path / "take.wav", tone(1000, 1), RATE)
    runner = JobRunner()
    timeline = Timeline(Session(), runner, settings)
    with qtbot.waitSignal(timeline.engine.opened):
        timeline.show_recording(tmp_path / "take.wav")
    engine = timeline.engine
    assert engine._source is not None
    timeline.deleteLater()
    qtbot.waitUntil(lambda: engine._source is None)
    assert runner.close()
