"""A timeline on a screen of its own, and a hand that uses the mouse on it as a person does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile as sf
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.services.jobs import JobRunner
from desktop_app.services.session import Session
from desktop_app.services.settings import Settings
from desktop_app.ui.lane import LaneBox
from desktop_app.ui.timeline import Timeline

RATE = 16_000
NO_KEY = Qt.KeyboardModifier.NoModifier
Frames = npt.NDArray[np.float32]


def tone(hz: float, duration_s: float, amplitude: float = 0.5, rate: int = RATE) -> Frames:
    """Return a sine as frames of one channel."""
    t = np.arange(round(duration_s * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hz * t)).astype(np.float32)[:, None]


@dataclass
class Stage:
    """A timeline in use, with what it sits on."""

    qtbot: QtBot
    folder: Path
    session: Session
    settings: Settings
    runner: JobRunner
    timeline: Timeline
    painted: list[bool] = field(default_factory=list)
    plays: list[tuple[float, float | None]] = field(default_factory=list)
    cursor: list[tuple[float, float | None, float | None]] = field(default_factory=list)

    def record(self, frames: Frames, rate: int = RATE, name: str = "take.wav") -> Path:
        """Write a recording."""
        path = self.folder / name
        sf.write(path, frames, rate, subtype="PCM_16")
        return path

    def show(self, path: Path) -> None:
        """Show a recording and wait until it stands on the screen."""
        self.painted.clear()
        self.session.recording = path
        self.timeline.show_recording(path)
        self.qtbot.waitUntil(lambda: bool(self.painted), timeout=10_000)

    def settle(self) -> None:
        """Wait until everything visible is there, and painted."""
        self.qtbot.waitUntil(self.timeline.lanes.is_ready, timeout=10_000)
        QApplication.processEvents()

    @property
    def waveform(self) -> LaneBox:
        """The first channel's waveform lane."""
        return self.timeline.lanes.waveforms[0].box

    @property
    def spectrogram(self) -> LaneBox:
        """The first channel's spectrogram lane."""
        return self.timeline.lanes.spectrograms[0].box

    @property
    def screen(self) -> QWidget:
        """What the mouse events go to."""
        return self.timeline.lanes.viewport()

    def at(self, lane: LaneBox, at_s: float, height: float = 0.5) -> QPoint:
        """Return the place on the screen of a time and a height (0 bottom, 1 top) in a lane."""
        view, rect = self.timeline.view, lane.rect()
        x = (at_s - view.start_s) / view.span_s * rect.width()
        scene = lane.mapToScene(QPointF(x, (1 - height) * rect.height()))
        return self.timeline.lanes.mapFromScene(scene)

    def drag(self, begin: QPoint, end: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Press, move in steps as a hand does, release."""
        QTest.mouseMove(self.screen, begin)
        QTest.mousePress(self.screen, button, NO_KEY, begin)
        for step in range(1, 9):
            QTest.mouseMove(self.screen, begin + (end - begin) * (step / 8))
            QApplication.processEvents()
        QTest.mouseRelease(self.screen, button, NO_KEY, end)
        QApplication.processEvents()

    def click(self, place: QPoint, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        """Click."""
        QTest.mouseMove(self.screen, place)
        QTest.mouseClick(self.screen, Qt.MouseButton.LeftButton, modifier, place)
        QApplication.processEvents()

    def double_click(self, place: QPoint) -> None:
        """Double-click, as the system delivers it: press, release, double press, release."""
        self.click(place)
        QTest.mouseDClick(self.screen, Qt.MouseButton.LeftButton, NO_KEY, place)
        QTest.mouseRelease(self.screen, Qt.MouseButton.LeftButton, NO_KEY, place)
        QApplication.processEvents()

    def wheel(self, place: QPoint, notches: float, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        """Turn the wheel; positive: away from the person."""
        turn_wheel(self.screen, place, notches, modifier)

    def picture(self) -> QImage:
        """Return what is on the screen."""
        return self.timeline.lanes.grab().toImage()

    def pixels(self, lane: LaneBox) -> npt.NDArray[np.uint8]:
        """Return a lane's plot area as (rows, columns, blue-green-red-alpha)."""
        image = self.picture().convertToFormat(QImage.Format.Format_RGB32)
        whole = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, : image.width()]
        rect = lane.mapRectToScene(lane.rect()).toRect()
        return whole[rect.top() : rect.top() + rect.height(), rect.left() : rect.left() + rect.width()].copy()


def turn_wheel(widget: QWidget, place: QPoint, notches: float, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
    """Send the wheel event that a mouse sends."""
    event = QWheelEvent(
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path, settings: Settings, theme: object) -> Iterator[Stage]:
    """Return a timeline on screen, empty, 900 by 500 pixels."""
    session, runner = Session(), JobRunner()
    timeline = Timeline(session, runner, settings)
    qtbot.addWidget(timeline)
    timeline.resize(900, 500)
    timeline.show()
    stage = Stage(qtbot, tmp_path, session, settings, runner, timeline)
    timeline.painted.connect(lambda: stage.painted.append(True))
    timeline.play_requested.connect(lambda onset, offset: stage.plays.append((onset, offset)))
    timeline.cursor_moved.connect(lambda *where: stage.cursor.append(where))
    yield stage
    timeline.close_recording()
    assert runner.close()


Recorder = Callable[[Frames], Path]
