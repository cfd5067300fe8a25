"""The strip under the timeline: every choice by mouse and by keyboard, remembered, and told to screen readers."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.services.settings import Settings
from desktop_app.ui.display_controls import DisplayControls
from desktop_app.ui.range_slider import HIGHEST_DB, LEAST_SPAN_DB, LOWEST_DB, MARGIN, RangeSlider
from tests.ui.timeline_helpers import turn_wheel


@pytest.fixture
def controls(qtbot: QtBot, settings: Settings, theme: object) -> Iterator[DisplayControls]:
    controls = DisplayControls(settings)
    qtbot.addWidget(controls)
    controls.resize(900, 40)
    controls.show()
    yield controls


@pytest.fixture
def slider(qtbot: QtBot, theme: object) -> RangeSlider:
    slider = RangeSlider()
    qtbot.addWidget(slider)
    slider.resize(320 + 2 * MARGIN, 24)  # two pixels a dB
    slider.set_range(-100.0, -20.0)
    slider.show()
    return slider


def place(db: float) -> QPoint:
    return QPoint(round(MARGIN + (db - LOWEST_DB) * 2), 12)


def drag(slider: RangeSlider, begin_db: float, end_db: float) -> None:
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(begin_db))
    QTest.mouseMove(slider, place(end_db))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(end_db))


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (-100, -60, (-60, -20)),
        (-20, 0, (-100, 0)),
        (-60, -50, (-90, -10)),
        (-100, 10, (-20 - LEAST_SPAN_DB, -20)),
        (-20, -139, (-100, -100 + LEAST_SPAN_DB)),
        (-60, 20, (-60, HIGHEST_DB)),
        (-120, -130, (-130, -20)),
    ],
)
def test_handles_and_the_bar_between_them_can_be_dragged_but_not_past_each_other(
    slider: RangeSlider, begin: float, end: float, expected: tuple[float, float]
) -> None:
    moved: list[tuple[float, float]] = []
    slider.moved.connect(lambda *levels: moved.append(levels))
    drag(slider, begin, end)
    assert (slider.floor_db, slider.ceiling_db) == (
        pytest.approx(expected[0], abs=1),
        pytest.approx(expected[1], abs=1),
    )
    assert moved[-1] == (slider.floor_db, slider.ceiling_db)


def test_keys_and_wheel_move_it_and_it_says_where_it_is(slider: RangeSlider) -> None:
    for key, expected in (
        (Qt.Key.Key_Right, (-102, -22)),
        (Qt.Key.Key_Left, (-100, -20)),
        (Qt.Key.Key_Up, (-98, -20)),
        (Qt.Key.Key_Down, (-100, -20)),
    ):
        QTest.keyClick(slider, key)
        assert (slider.floor_db, slider.ceiling_db) == expected
    turn_wheel(slider, QPoint(100, 12), 1)
    assert (slider.floor_db, slider.ceiling_db) == (-102, -22)
    assert slider.accessibleDescription() == "−102 dB to −22 dB"
    for _ in range(200):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.floor_db == LOWEST_DB and slider.ceiling_db == LOWEST_DB + 80


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("Window length", "window_frames", 2048),
        ("Frequency scale", "scale", "mel"),
        ("Colours", "colour_map", "grey inverted"),
        ("Window type", "window", "blackman"),
        ("Hop", "hop_frames", 128),
        ("Colour shows", "power", "root"),
    ],
)
def test_every_choice_is_remembered(
    controls: DisplayControls, settings: Settings, name: str, field: str, value: object
) -> None:
    box = next(box for box in boxes(controls) if box.accessibleName() == name)
    box.setCurrentIndex(box.findData(value))
    assert getattr(settings.values.spectrogram, field) == value
    again = DisplayControls(settings)
    shown = next(box for box in boxes(again) if box.accessibleName() == name)
    assert shown.currentData() == value
    again.deleteLater()


def boxes(controls: DisplayControls) -> list[QComboBox]:
    """Return all choices, those behind the button too."""
    inside = controls.findChildren(QComboBox)
    for button in controls.findChildren(QToolButton):
        if button.menu() is not None:
            inside += [box for box in button.menu().findChildren(QComboBox) if box not in inside]
    return inside


def test_everything_can_be_reached_by_tab_and_has_a_name_and_a_tip(controls: DisplayControls) -> None:
    reachable = [*boxes(controls), *controls.findChildren(QToolButton), *controls.findChildren(RangeSlider)]
    reachable = [widget for widget in reachable if widget.objectName() != "qt_toolbar_ext_button"]
    assert len(reachable) >= 9
    for widget in reachable:
        assert isinstance(widget, QWidget)
        assert widget.accessibleName() and widget.toolTip(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.accessibleName()
