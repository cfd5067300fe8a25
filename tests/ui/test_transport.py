"""The transport bar and the running job in it."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.services.job_context import JobContext
from desktop_app.services.jobs import JobRunner, Progress
from desktop_app.ui.actions import Actions
from desktop_app.ui.job_strip import JobStrip, progress_words, waiting_words
from desktop_app.ui.theme import Theme
from desktop_app.ui.transport import Transport
from desktop_app.ui.wording import clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00.000"), (12.48, "00:12.480"), (59.9996, "01:00.000"), (3600, "1:00:00.000"), (-1, "00:00.000")],
)
def test_the_clock_reads_as_people_write_time(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (34, "34 s"), (200, "3 min"), (4800, "1 h 20 min"), (7230, "2 h 00 min")]
)
def test_time_left_reads_as_people_say_it(seconds: float, text: str) -> None:
    assert waiting_words(seconds) == text


def test_progress_without_words_of_its_own_counts() -> None:
    assert progress_words(Progress(412, 1200, seconds_left=34)) == "412 of 1,200 · 34 s left"
    assert progress_words(Progress(0, 0)) == ""


def test_a_chosen_device_that_is_missing_stays_in_the_menu(qtbot: QtBot, actions: Actions, theme: Theme) -> None:
    transport = Transport(actions, theme)
    qtbot.addWidget(transport)
    transport.show_devices(["Speakers"], "Bang & Olufsen")
    shown = [(action.text(), action.isChecked()) for action in transport._device_menu.actions()]
    assert shown == [("System default", False), ("Speakers", False), ("Bang && Olufsen (not connected)", True)]


def test_the_play_button_triggers_the_action_and_shows_stop_while_playing(
    qtbot: QtBot, actions: Actions, theme: Theme
) -> None:
    transport = Transport(actions, theme)
    qtbot.addWidget(transport)
    button = next(b for b in transport.findChildren(QToolButton) if b.defaultAction() is actions["play"])
    idle = button.icon().pixmap(20, 20).toImage()
    with qtbot.waitSignal(actions["play"].triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    transport.show_playing(True)
    assert button.icon().pixmap(20, 20).toImage() != idle


def test_moving_the_volume_says_so_but_showing_it_does_not(qtbot: QtBot, actions: Actions, theme: Theme) -> None:
    transport = Transport(actions, theme)
    qtbot.addWidget(transport)
    heard: list[float] = []
    transport.volume_changed.connect(heard.append)
    transport.show_volume(0.3)
    slider = transport.findChild(QSlider)
    assert (slider.value(), heard) == (30, [])
    slider.setValue(31)
    assert heard == [0.31]


def test_the_strip_shows_pauses_and_cancels_the_running_job(qtbot: QtBot, theme: Theme) -> None:
    runner = JobRunner()
    strip = JobStrip(runner, theme)
    qtbot.addWidget(strip)
    strip.show()
    assert strip.current is None
    reached = threading.Event()

    def work(context: JobContext) -> None:
        done = 0
        while True:
            context.checkpoint()
            done += 1
            context.report(done, 1000, f"{done} files")
            reached.set()
            threading.Event().wait(0.005)

    job = runner.start(work, title="Classifying")
    qtbot.waitUntil(lambda: "files" in strip._text.text())
    assert strip._text.text().startswith("Classifying: ")
    pause = next(b for b in strip.findChildren(QToolButton) if b.accessibleName() == "Pause job")
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    assert job.is_paused
    assert "paused" in strip._text.text()
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    assert not job.is_paused
    with qtbot.waitSignal(job.cancelled):
        strip.cancel_current()
    qtbot.waitUntil(lambda: strip.current is None)
    assert runner.close()
