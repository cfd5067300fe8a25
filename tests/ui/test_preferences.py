"""Preferences by mouse and keys: every choice acts at once, and what is chosen elsewhere is shown."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.app import Earmark
from desktop_app.services.settings import LivePreferences, Settings
from desktop_app.ui.key_presets import PRESETS
from desktop_app.ui.preferences_dialog import PreferencesDialog
from tools import write_key_docs

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(qtbot: QtBot, settings: Settings, theme: object) -> Iterator[PreferencesDialog]:
    """Return the dialog on screen, without an output device."""
    made = PreferencesDialog(settings)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    yield made


def choose(qtbot: QtBot, box: QComboBox, value: str) -> None:
    """Choose an entry by keys, as a person does who has come there by Tab."""
    box.setFocus()
    steps = box.findData(value) - box.currentIndex()
    for _ in range(abs(steps)):
        qtbot.keyClick(box, Key.Key_Down if steps > 0 else Key.Key_Up)


def test_what_is_chosen_is_in_the_settings_at_once(qtbot: QtBot, dialog: PreferencesDialog, settings: Settings) -> None:
    for box, value, field in (
        (dialog.keys, "raven", "key_preset"),
        (dialog.wheel, "zoom", "wheel"),
        (dialog.snap, "100 ms", "snap"),
        (dialog.theme, "dark", "theme"),
    ):
        choose(qtbot, box, value)
        assert getattr(settings.values, field) == value
    choose(qtbot, dialog.format, "WAV 24 bit")
    assert (settings.values.live.format, settings.values.live.bits_per_sample) == ("WAV", 24)
    qtbot.keyClick(dialog.autoplay, Key.Key_Space)
    assert settings.values.autoplay


def test_a_name_counts_when_the_dialog_is_closed_over_it(
    qtbot: QtBot, dialog: PreferencesDialog, settings: Settings
) -> None:
    dialog.reviewer.setFocus()
    qtbot.keyClicks(dialog.reviewer, " Ada ")
    qtbot.keyClick(dialog.reviewer, Key.Key_Escape)
    assert settings.values.reviewer == "Ada"
    assert not dialog.isVisible()


def test_a_pattern_of_names_shows_what_it_makes_and_only_one_that_makes_names_is_kept(
    qtbot: QtBot, dialog: PreferencesDialog, settings: Settings
) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d[+-]\d{4}\.flac", dialog._example.text())
    dialog.pattern.setFocus()
    dialog.pattern.selectAll()
    qtbot.keyClicks(dialog.pattern, "garden/{device}-{part}")
    assert dialog._example.text() == "garden/Microphone-1.flac"
    assert settings.values.live.pattern == "garden/{device}-{part}"
    qtbot.keyClicks(dialog.pattern, "{onset_s}")
    assert "not understood" in dialog._example.text() and "{zone}" in dialog._example.text()
    assert settings.values.live.pattern == "garden/{device}-{part}"
    dialog.pattern.clear()
    assert settings.values.live.pattern == LivePreferences.pattern
    choose(qtbot, dialog.format, "WAV 16 bit")
    assert dialog._example.text().endswith(".wav")


def test_a_pattern_in_the_settings_that_makes_no_names_is_shown_with_what_is_wrong(
    dialog: PreferencesDialog, settings: Settings
) -> None:
    settings.change(live=replace(settings.values.live, pattern="{never}"))
    assert dialog.pattern.text() == "{never}"
    assert "not understood" in dialog._example.text()


def test_what_changes_elsewhere_is_shown(dialog: PreferencesDialog, settings: Settings, tmp_path: Path) -> None:
    settings.change(theme="light", autoplay=True, key_preset="audacity", reviewer="Bo")
    assert dialog.theme.currentText() == "Light"
    assert dialog.autoplay.isChecked()
    assert dialog.keys.currentText() == "Audacity"
    assert dialog.reviewer.text() == "Bo"


def test_a_device_that_is_not_there_stays_chosen_and_is_said_to_be_missing(
    dialog: PreferencesDialog, settings: Settings
) -> None:
    settings.change(output_device="Headphones")
    dialog.show_devices([])
    assert dialog.device.currentText() == "Headphones (not connected)"
    assert settings.values.output_device == "Headphones"


def test_in_the_window_a_preset_and_the_wheel_change_at_once_and_edges_come_to_rest_on_a_grid(
    qtbot: QtBot, earmark: Earmark
) -> None:
    with qtbot.waitActive(earmark.window):
        earmark.window.show()
    qtbot.keyClick(earmark.window, Key.Key_Comma, CTRL)
    (dialog,) = earmark.window.findChildren(PreferencesDialog)
    choose(qtbot, dialog.keys, "audacity")
    choose(qtbot, dialog.wheel, "zoom")
    choose(qtbot, dialog.snap, "10 ms")
    assert earmark.core.actions["zoom_in"].toolTip().endswith("(Ctrl+1)")
    timeline = earmark.listen.timeline
    assert (timeline.gestures.wheel_zooms, timeline.snapping.mode) == (True, "10 ms")
    dialog.close()


@pytest.mark.parametrize("key", [Key.Key_Comma, Key.Key_F1])
def test_ctrl_q_in_a_dialog_closes_it_and_the_window_and_keeps_what_was_typed(
    qtbot: QtBot, earmark: Earmark, key: Qt.Key
) -> None:
    with qtbot.waitActive(earmark.window):
        earmark.window.show()
    qtbot.keyClick(earmark.window, key, CTRL if key == Key.Key_Comma else Qt.KeyboardModifier.NoModifier)
    (dialog,) = earmark.window.findChildren(QDialog)
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    if isinstance(dialog, PreferencesDialog):
        qtbot.keyClicks(dialog.reviewer, "Ada")
    with qtbot.waitSignal(earmark.window.closing):
        qtbot.keyClick(dialog, Key.Key_Q, CTRL)
    assert not earmark.window.isVisible() and earmark.core.settings.path.exists()
    assert ("Ada" in earmark.core.settings.path.read_text()) == (key == Key.Key_Comma)


def test_the_page_of_keys_is_up_to_date() -> None:
    """`python -m tools.write_key_docs` writes it."""
    assert write_key_docs.PAGE.read_text(encoding="utf-8") == write_key_docs.page()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_page_of_keys_has_a_column_for_every_preset(preset: str) -> None:
    heads = next(line for line in write_key_docs.page().splitlines() if line.startswith("| |"))
    assert f" {PRESETS[preset].title} |" in heads


def test_the_button_below_shows_the_keys_of_the_choices_and_the_dialog_stays(
    qtbot: QtBot, dialog: PreferencesDialog, settings: Settings
) -> None:
    button = next(each for each in dialog.findChildren(QPushButton) if each.text().startswith("All keys"))
    with qtbot.waitSignal(dialog.keys_wanted):
        qtbot.keyClick(button, Key.Key_Space)
    assert dialog.isVisible()
    close = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Close")
    assert close.isDefault()
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_on_a_low_screen_the_choices_scroll_and_the_buttons_stay(dialog: PreferencesDialog) -> None:
    assert dialog.minimumSizeHint().height() < 480
