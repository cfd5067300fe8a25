"""The pages of the window: made at their first show, changed by rail and keys, actions of other pages off."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from desktop_app.ui.actions import Actions
from desktop_app.ui.workspaces import Workspaces


@pytest.fixture
def workspaces(qtbot: QtBot, actions: Actions) -> Iterator[Workspaces]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.addActions(actions.all())
    workspaces = Workspaces(actions)
    window.setCentralWidget(workspaces)
    workspaces.add("listen", lambda: QLabel("listen"))
    workspaces.add("train", lambda: QLabel("train"))
    workspaces.show_page("listen")
    window.show()
    qtbot.waitExposed(window)
    yield workspaces
    window.close()


def test_a_page_is_made_when_it_is_first_shown_and_kept(workspaces: Workspaces) -> None:
    assert not workspaces.made("train")
    first = workspaces.show_page("train")
    workspaces.show_page("listen")
    assert workspaces.show_page("train") is first
    assert first.isVisible()


def test_keys_change_the_page(qtbot: QtBot, workspaces: Workspaces) -> None:
    with qtbot.waitSignal(workspaces.shown) as shown:
        QTest.keyClick(workspaces.window(), Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert shown.args == ["train"]
    assert workspaces.current == "train"


def test_actions_of_another_page_are_off_and_come_back(workspaces: Workspaces, actions: Actions) -> None:
    workspaces.show_page("train")
    assert not actions["zoom_in"].isEnabled()
    assert actions["play"].isEnabled()
    assert actions["show_train"].isChecked()
    workspaces.show_page("listen")
    assert actions["zoom_in"].isEnabled()
    assert not actions["show_train"].isChecked()


def test_choosing_the_page_that_is_shown_changes_nothing(workspaces: Workspaces, actions: Actions) -> None:
    actions["show_listen"].trigger()
    assert workspaces.current == "listen"
    assert actions["show_listen"].isChecked()
