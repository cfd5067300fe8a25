"""The waterfall shows the newest sound at its right edge, paints as files are painted, and marks what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.audio.capture import Capture, CaptureState
from desktop_app.audio.gaps import Gap
from desktop_app.audio.ring import RingBuffer
from desktop_app.audio.spectrogram import ColumnSpan, columns
from desktop_app.classifier.streaming import Event
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.services.settings import LivePreferences, Settings
from desktop_app.ui.lane import AXIS_WIDTH
from desktop_app.ui.live.rolling_picture import ChannelPicture
from desktop_app.ui.live.waterfall import Waterfall
from desktop_app.ui.theme import Theme
from tests.audio.test_rolling import Recording
from tests.ui.timeline_helpers import turn_wheel

RATE = 8_000
Pixels = npt.NDArray[np.uint8]


class Heard(Capture):
    """A capture that is filled by hand."""

    def __init__(self, channels: int = 1) -> None:
        self._ring = RingBuffer(60 * RATE, channels)
        self._rate_hz = RATE
        self.missing: tuple[Gap, ...] = ()

    @property
    def opened(self) -> bool:
        return True

    @property
    def state(self) -> CaptureState:
        return CaptureState("running", frames=self.ring.written, gaps=self.missing)

    def clock_s(self, frame: int) -> float:
        return 1_700_000_000 + frame / RATE

    def hear(self, hz: float, seconds: float, amplitude: float = 0.5) -> None:
        """Hear a tone."""
        t = (self.ring.written + np.arange(round(seconds * RATE))) / RATE
        sound = (amplitude * np.sin(2 * np.pi * hz * t)).astype(np.float32)
        self.ring.write(np.repeat(sound[:, None], self.ring.channels, axis=1))


@dataclass
class Stage:
    """A waterfall on a screen."""

    waterfall: Waterfall
    capture: Heard
    settings: Settings

    def hear(self, hz: float, seconds: float, amplitude: float = 0.5) -> None:
        """Hear a tone in blocks, and draw after each."""
        for _ in range(round(seconds / 0.05)):
            self.capture.hear(hz, 0.05, amplitude)
            self.waterfall.advance()

    def pixels(self) -> Pixels:
        """Return what is on the screen, (rows, columns, blue-green-red-alpha)."""
        image = self.waterfall.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, : image.width()].copy()

    def loudest_row(self, x: int) -> float:
        """Return where the brightest row of the spectrogram lies in a column, 0 bottom to 1 top."""
        _, lane = self.waterfall._lanes(1)[0]
        column = self.pixels()[int(lane.top()) + 6 : int(lane.bottom()), x, 1].astype(int)
        return 1 - int(column.argmax()) / len(column)


@pytest.fixture
def stage(qtbot: QtBot, settings: Settings, theme: Theme, tmp_path: Path) -> Iterator[Stage]:
    settings.change(live=LivePreferences(span_s=4.0))
    waterfall = Waterfall(settings, theme)
    qtbot.addWidget(waterfall)
    waterfall.resize(AXIS_WIDTH + 500, 300)
    waterfall.show()
    capture = Heard()
    waterfall.show_capture(capture)
    yield Stage(waterfall, capture, settings)


def test_the_newest_sound_is_at_the_right_edge_and_moves_to_the_left(stage: Stage) -> None:
    stage.hear(1_000, 2)
    right = stage.waterfall.width() - 3
    assert stage.loudest_row(right) == pytest.approx(0.25, abs=0.03)
    stage.hear(3_000, 0.1)
    assert stage.loudest_row(right) == pytest.approx(0.75, abs=0.03)
    axis = stage.waterfall.axis
    assert axis is not None
    assert axis.newest_frame == pytest.approx(stage.capture.ring.written, abs=2 * axis.hop)
    stage.hear(3_000, 1)
    moved = round(axis.x(2 * RATE) - (stage.waterfall.axis or axis).x(2 * RATE))
    assert moved == pytest.approx(RATE / axis.hop, abs=2)
    assert stage.loudest_row(right - moved - 20) == pytest.approx(0.25, abs=0.03)


def test_columns_painted_one_by_one_are_those_painted_at_once(stage: Stage) -> None:
    for hz in (500, 2_500, 1_200):
        stage.hear(hz, 0.7)
    stage.waterfall.look.find_range([stage.waterfall._rolling.levels])
    stage.waterfall.advance()
    one_by_one = stage.pixels()
    stage.waterfall._begin_anew()
    stage.waterfall.advance()
    np.testing.assert_array_equal(stage.pixels(), one_by_one)


def test_the_levels_are_those_of_a_file(stage: Stage) -> None:
    stage.hear(1_000, 2)
    rolling = stage.waterfall._rolling
    assert rolling is not None
    sound = stage.capture.ring.read(0, 2 * RATE).frames
    expected = columns(Recording(sound), rolling.grid, ColumnSpan(rolling.level, 10, 50))
    np.testing.assert_array_equal(rolling.levels[:, :, rolling.places(range(10, 60))], expected)


def test_the_settings_of_files_hold_here_too(stage: Stage) -> None:
    stage.hear(1_000, 2)
    before = stage.pixels()
    spectrogram = stage.settings.values.spectrogram
    stage.settings.change(spectrogram=replace(spectrogram, colour_map="grey", window_frames=1024, scale="log"))
    stage.waterfall.advance()
    assert stage.waterfall._rolling.grid.window_frames == 1024
    assert stage.waterfall.view.axis.scale == "log"
    assert not np.array_equal(stage.pixels(), before)
    stage.settings.change(spectrogram=replace(spectrogram, range_db=(-60.0, 0.0)))
    assert stage.waterfall.look.range_db == (-60.0, 0.0)


def test_a_range_that_was_set_before_the_sound_came_is_told(stage: Stage) -> None:
    spectrogram = stage.settings.values.spectrogram
    stage.settings.change(spectrogram=replace(spectrogram, range_db=(-74.0, -18.0)))
    told: list[tuple[float, float]] = []
    stage.waterfall.range_found.connect(lambda *range_db: told.append(range_db))
    stage.hear(1_000, 0.2)
    assert told == [(-74.0, -18.0)]


def test_the_automatic_range_follows_sound_that_grows_louder(stage: Stage) -> None:
    stage.hear(1_000, 1, amplitude=0.001)
    quiet = stage.waterfall.look.range_db
    stage.hear(1_000, 4, amplitude=0.9)
    loud = stage.waterfall.look.range_db
    assert quiet is not None and loud is not None
    assert loud[1] > quiet[1] + 30


def test_every_channel_has_its_lanes(stage: Stage) -> None:
    stereo = Heard(channels=2)
    stage.waterfall.show_capture(stereo)
    stereo.hear(1_000, 1)
    stage.waterfall.advance()
    stage.waterfall.advance()
    assert len(stage.waterfall._pictures) == 2


def test_what_is_missing_is_a_line_with_its_length(stage: Stage, theme: Theme) -> None:
    stage.hear(1_000, 2)
    before = stage.pixels()
    stage.capture.missing = (Gap(RATE, 2_800, "lost"),)
    stage.waterfall.update()
    changed = np.argwhere((stage.pixels() != before).any(axis=(0, 2))).ravel()
    axis = stage.waterfall.axis
    assert axis is not None
    assert abs(changed - axis.x(RATE)).min() <= 1
    assert len(changed) > 20, "the length is not written"


def test_an_event_stands_over_its_sound_in_the_colour_of_its_class(stage: Stage) -> None:
    stage.hear(1_000, 3)
    before = stage.pixels()
    stage.waterfall.set_colour_of(lambda label: "#ff0000" if label == "yes" else "#00ff00")
    stage.waterfall.show_event(HeardEvent(Event("yes", 0.9, 1.0, 2.0, 2.2, "model"), 0.0, None))
    stage.waterfall.update()
    after, axis = stage.pixels(), stage.waterfall.axis
    assert axis is not None
    red = (after[..., 2] == 255) & (after[..., 1] == 0) & (after[..., 0] == 0) & (before != after).any(axis=2)
    places = np.argwhere(red.any(axis=0)).ravel()
    assert places.min() == pytest.approx(axis.x(RATE), abs=2)
    assert places.max() == pytest.approx(axis.x(2 * RATE), abs=2)


def test_zoom_doubles_or_halves_what_is_in_sight_and_is_remembered(stage: Stage) -> None:
    stage.hear(1_000, 1)
    axis = stage.waterfall.axis
    assert axis is not None
    span_s = axis.span_s
    stage.waterfall.zoom_out()
    assert stage.waterfall.axis.span_s == pytest.approx(2 * span_s)
    turn_wheel(stage.waterfall, QPoint(300, 200), 1, Qt.KeyboardModifier.ControlModifier)
    assert stage.waterfall.axis.span_s == pytest.approx(span_s)
    assert stage.settings.values.live.span_s == pytest.approx(4.0)


def test_a_click_or_a_turned_wheel_asks_to_look_back_where_it_was(stage: Stage) -> None:
    stage.hear(1_000, 4)
    asked: list[int] = []
    stage.waterfall.look_back_wanted.connect(asked.append)
    QTest.mouseClick(stage.waterfall, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(300, 100))
    turn_wheel(stage.waterfall, QPoint(300, 200), 1)
    axis = stage.waterfall.axis
    assert axis is not None
    assert asked == [axis.frame(300)] * 2


def test_frequencies_are_zoomed_on_their_scale_as_for_files(stage: Stage) -> None:
    stage.hear(1_000, 1)
    turn_wheel(stage.waterfall, QPoint(20, 250), 3)
    assert stage.settings.values.spectrogram.high_hz is not None
    QTest.mouseDClick(stage.waterfall, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 200))
    assert stage.settings.values.spectrogram.high_hz is None


def test_a_wider_window_shows_more_sound(stage: Stage, qtbot: QtBot) -> None:
    stage.hear(1_000, 2)
    before = stage.waterfall.axis
    stage.waterfall.resize(AXIS_WIDTH + 1_400, 300)
    stage.waterfall.advance()
    after = stage.waterfall.axis
    assert before is not None and after is not None
    assert len(after.columns) == 1_400
    assert stage.waterfall._rolling.width >= 1_400


def test_before_any_sound_there_is_nothing_to_look_back_at(stage: Stage) -> None:
    asked: list[int] = []
    stage.waterfall.look_back_wanted.connect(asked.append)
    stage.waterfall.advance()
    assert stage.waterfall.axis is None
    QTest.mouseClick(stage.waterfall, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(300, 100))
    assert asked == []
    stage.pixels()


def test_a_picture_as_long_as_the_memory_is_painted_while_the_sound_goes_on(
    stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint = ChannelPicture.paint_levels

    def paint_slowly(picture: ChannelPicture, *given: Any) -> None:
        paint(picture, *given)
        stage.capture.hear(1_000, 1)

    monkeypatch.setattr(ChannelPicture, "paint_levels", paint_slowly)
    settings.change(live=replace(settings.values.live, span_s=120.0))
    for _ in range(7):
        stage.capture.hear(1_000, 10)
    stage.waterfall.advance()
    assert stage.capture.ring.oldest > 0
    assert stage.waterfall.axis is not None
