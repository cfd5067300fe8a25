"""The Live page in the whole window: reached by its key, recordings appear in the folder, the end is in good order."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Status
from desktop_app.app import Earmark
from desktop_app.app.live_page import HELD
from desktop_app.services.settings import LivePreferences
from tests.audio.fake_input import FakeMicrophone
from tests.audio.fake_output import FakeDevice

LIMIT_MS = 20_000


@pytest.fixture
def microphone() -> FakeMicrophone:
    return FakeMicrophone(sample_rate_hz=16_000)


@pytest.fixture
def earmark(qapp: QApplication, qtbot: QtBot, microphone: FakeMicrophone, tmp_path: Path) -> Iterator[Earmark]:
    """Return the real application with a microphone in memory."""
    made = Earmark(qapp, FakeDevice(), microphone)
    made.core.settings.change(live=LivePreferences(folder=str(tmp_path / "recordings"), format="WAV"))
    qtbot.addWidget(made.window)
    made.show(None)
    qtbot.waitActive(made.window)
    yield made
    made.end()


def key(earmark: Earmark, pressed: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(earmark.window, pressed, modifier)


def test_the_page_has_a_key_and_opens_no_microphone(earmark: Earmark, microphone: FakeMicrophone) -> None:
    assert not earmark.window.workspaces.made("live")
    key(earmark, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert earmark.window.workspaces.current == "live"
    assert earmark.live.panel.isVisible()
    assert microphone.inputs == []


def test_r_on_another_page_records_in_sight_and_the_recording_is_then_selected_in_the_folder(
    earmark: Earmark, qtbot: QtBot, tmp_path: Path
) -> None:
    key(earmark, Qt.Key.Key_R)
    assert earmark.window.workspaces.current == "live"
    qtbot.waitUntil(lambda: earmark.live.desk.recording.state.frames > 16_000, timeout=LIMIT_MS)
    assert earmark.live.badge.isVisible()
    assert "Stop recording" in earmark.core.actions["record"].text()
    key(earmark, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert earmark.live.badge.isVisible(), "that it records must be seen on every page"
    with qtbot.waitSignal(earmark.listen.timeline.painted, timeout=LIMIT_MS):
        key(earmark, Qt.Key.Key_R)
    (recording,) = (tmp_path / "recordings").glob("*.wav")
    assert earmark.core.session.recording == recording
    qtbot.waitUntil(lambda: earmark.listen.folder_panel.current_path == recording, timeout=LIMIT_MS)
    assert not earmark.live.badge.isVisible()
    assert earmark.live.desk.monitor.running


def test_a_clip_that_is_cut_out_into_the_open_folder_has_its_label_there(
    earmark: Earmark, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "recordings").mkdir()
    earmark.open(tmp_path / "recordings")
    qtbot.waitUntil(lambda: earmark.core.project.store is not None, timeout=LIMIT_MS)
    key(earmark, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    earmark.live.panel.start()
    qtbot.waitUntil(lambda: earmark.live.panel.waterfall.axis is not None, timeout=LIMIT_MS)
    key(earmark, Qt.Key.Key_Space)
    look_back = earmark.live.panel.look_back
    with qtbot.waitSignal(look_back.ready, timeout=LIMIT_MS):
        pass
    look_back.timeline.select_all()
    with qtbot.waitSignal(earmark.live.desk.looking_back.cut_finished, timeout=LIMIT_MS) as cut:
        look_back.cut_out("lantern")
    (annotation,) = earmark.core.project.annotations_of(cut.args[0])
    assert (annotation.label, annotation.onset_s, annotation.status) == ("lantern", None, Status.ACCEPTED)
    assert earmark.core.project.history.undo_text == "Label the clip “lantern”"


def test_keys_of_the_timeline_mean_the_live_sound_on_its_page_and_the_recording_on_the_other(
    earmark: Earmark, qtbot: QtBot
) -> None:
    key(earmark, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    earmark.live.panel.start()
    qtbot.waitUntil(lambda: earmark.live.panel.waterfall.axis is not None, timeout=LIMIT_MS)
    before = earmark.live.panel.waterfall.axis.hop
    key(earmark, Qt.Key.Key_Minus)
    assert earmark.live.panel.waterfall.axis.hop == 2 * before
    key(earmark, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: earmark.live.panel.sound.looking_back, timeout=LIMIT_MS)
    assert not earmark.core.playback.playing
    key(earmark, Qt.Key.Key_Escape)
    assert earmark.live.panel.sound.live
    key(earmark, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    key(earmark, Qt.Key.Key_Minus)
    assert earmark.live.panel.waterfall.axis.hop == 2 * before


def test_the_clock_below_is_that_of_the_sound_on_the_page(earmark: Earmark, qtbot: QtBot) -> None:
    earmark.listen.listening.set_duration(75.0)
    assert "01:15.000" in earmark.transport._clock.text()
    key(earmark, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert "01:15.000" not in earmark.transport._clock.text()
    key(earmark, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert "01:15.000" in earmark.transport._clock.text()


def test_closing_the_window_twice_completes_the_recording_and_ends_every_thread(
    earmark: Earmark, qtbot: QtBot, tmp_path: Path
) -> None:
    import soundfile

    key(earmark, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: earmark.live.desk.recording.state.frames > 8_000, timeout=LIMIT_MS)
    earmark.window.close()
    assert earmark.window.isVisible()
    assert earmark.message_bar.text == f"{HELD} Close it once more to stop and quit."
    assert earmark.live.desk.recording.running
    earmark.window.close()
    assert not earmark.window.isVisible()
    (recording,) = (tmp_path / "recordings").glob("*.wav")
    assert soundfile.info(recording).frames >= 8_000
    ours = ("earmark", "fake input", "event-clips")
    qtbot.waitUntil(lambda: not any(thread.name.startswith(ours) for thread in threading.enumerate()))


def test_the_system_ends_a_recording_without_a_question(earmark: Earmark, qtbot: QtBot, tmp_path: Path) -> None:
    key(earmark, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: earmark.live.desk.recording.state.frames > 8_000, timeout=LIMIT_MS)
    earmark.end()
    assert not earmark.window.isVisible()
    assert len(list((tmp_path / "recordings").glob("*.wav"))) == 1
