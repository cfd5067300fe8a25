"""The docks round the timeline: put back in order, never too narrow for their tabs, without losing the keyboard."""

import pytest
from PySide6.QtWidgets import QDockWidget, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.actions import Actions
from desktop_app.ui.desk import LEAST_RIGHT_WIDTH, Desk, DockSpec


@pytest.fixture
def desk(qtbot: QtBot, actions: Actions) -> Desk:
    """Return a desk with a list on the left and a tabbed pair on the right, on the screen."""
    specs = (
        DockSpec("List", QLineEdit()),
        DockSpec("Labels", QWidget(), 400),
        DockSpec("More", QWidget(), behind=True),
    )
    desk = Desk(actions, QWidget(), specs)
    qtbot.addWidget(desk)
    desk.resize(1200, 700)
    desk.show()
    qtbot.waitExposed(desk)
    desk.arrange()
    return desk


def test_restoring_the_panels_leaves_the_keyboard_where_it_is(desk: Desk) -> None:
    field = desk.findChild(QLineEdit)
    field.setFocus()
    desk.arrange()
    assert desk.window().focusWidget() is field


def test_what_was_arranged_in_a_small_window_leaves_room_for_the_tabs_in_a_large_one(desk: Desk) -> None:
    desk.resize(700, 500)
    small = desk.state()
    desk.resize(1400, 900)
    desk.restore(small)
    docks = {dock.windowTitle(): dock for dock in desk.findChildren(QDockWidget)}
    assert docks["Labels"].width() >= LEAST_RIGHT_WIDTH
