"""A drawing in the window: sharp, in the colours of the theme, and every shape answers to pointer and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop_app.classifier.reports.confusion_plots import alluvial_plot, confusion_plot
from desktop_app.classifier.reports.svg import Drawing
from desktop_app.colours import DARK, LIGHT
from desktop_app.ui.drawing_view import DrawingView
from desktop_app.ui.theme import Theme

CLASSES = ("down", "<b>up</b>", "yes")
CONFUSION = np.array([[40, 2, 0], [0, 30, 5], [1, 0, 22]])
Left = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)  # of tool tips


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> DrawingView:
    made = DrawingView(theme)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show_drawing(confusion_plot(CLASSES, CONFUSION))
    made.show()
    return made


def place_of(view: DrawingView, key: tuple[int, ...]) -> QPoint:
    assert view.drawing is not None
    return view.place_of(next(spot for spot in view.drawing.spots if spot.tip.key == key)).toPoint()


def colour_beside(view: DrawingView, key: tuple[int, ...]) -> QColor:
    """Return the colour of a shape, off the number in its middle."""
    return view.grab().toImage().pixelColor(place_of(view, key) + QPoint(-12, -12))


@pytest.mark.parametrize("size", [(700, 600), (1300, 1000), (420, 380)])
@pytest.mark.parametrize("key", [(0, 0), (0, 1), (1, 2), (2, 0)])
def test_a_click_on_a_cell_tells_which_one_at_any_size(
    view: DrawingView, qtbot: QtBot, key: tuple[int, int], size: tuple[int, int]
) -> None:
    view.resize(*size)
    with qtbot.waitSignal(view.chosen) as chosen:
        qtbot.mouseClick(view, Left, pos=place_of(view, key))
    assert chosen.args == [key]


def test_a_thin_flow_can_be_clicked(view: DrawingView, qtbot: QtBot) -> None:
    view.show_drawing(alluvial_plot(CLASSES, CONFUSION))
    for key in ((1, 2), (0, 1)):
        with qtbot.waitSignal(view.chosen) as chosen:
            qtbot.mouseClick(view, Left, pos=place_of(view, key))
        assert chosen.args == [key]


def test_a_click_beside_everything_tells_nothing(view: DrawingView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.chosen):
        qtbot.mouseClick(view, Left, pos=QPoint(3, 3))
        qtbot.mouseClick(view, Qt.MouseButton.RightButton, pos=place_of(view, (0, 0)))


def test_the_pointer_is_told_what_it_is_on(view: DrawingView, qtbot: QtBot) -> None:
    qtbot.mouseMove(view, place_of(view, (0, 1)))
    assert view.accessibleDescription() == "down taken for <b>up</b>: 2 of 42 (4.8%)"
    assert view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(view, QPoint(2, 2))
    assert view.accessibleDescription() == ""


def test_everything_is_reached_by_keys(view: DrawingView, qtbot: QtBot) -> None:
    view.setFocus()
    heard: list[tuple[int, ...]] = []
    view.chosen.connect(heard.append)
    walk = (
        Qt.Key.Key_Down,
        Qt.Key.Key_Return,
        Qt.Key.Key_Right,
        Qt.Key.Key_Return,
        Qt.Key.Key_Down,
        Qt.Key.Key_Down,
        Qt.Key.Key_Return,
    )
    for key in (*walk, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(view, key)
    assert heard == [(0, 0), (0, 1), (2, 0), (2, 2), (1, 2)]


def test_the_colours_follow_the_theme_at_once(view: DrawingView, theme: Theme) -> None:
    before = colour_beside(view, (0, 0))
    assert abs(before.blueF() - QColor(LIGHT.accent).blueF()) < 0.15
    theme.set_mode("dark")
    after = colour_beside(view, (0, 0))
    assert abs(after.blueF() - QColor(DARK.accent).blueF()) < 0.15
    assert after != before


def test_nothing_and_a_drawing_without_keys_take_no_focus(view: DrawingView) -> None:
    view.show_drawing(Drawing(100, 50, "plain"))
    assert view.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert view.accessibleName() == "plain"
    view.show_drawing(None)
    assert view.grab().width() == view.width()
