"""The metadata panel: everything that probe knows, selectable, and nothing that a file could smuggle in."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from pytestqt.qtbot import QtBot

from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import FoundFile
from desktop_app.ui.metadata_panel import LONGEST_VALUE, MetadataPanel
from desktop_app.ui.theme import Theme

PATH = Path("/sounds/dawn/20210521_061200.WAV")
KNOWN = AudioMetadata(
    44_100,
    44_100 * 185,
    2,
    16,
    "PCM_S",
    "WAV",
    {"artist": "Ann <b>Example</b>", "recording_date": "2021"},
    32_634_044,
    ("The file breaks off.",),
)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> MetadataPanel:
    made = MetadataPanel()
    qtbot.addWidget(made)
    made.resize(300, 400)
    made.show()
    return made


def shown(panel: MetadataPanel) -> str:
    return panel._body.toPlainText()


def test_without_a_recording_it_says_what_to_do(panel: MetadataPanel) -> None:
    assert "Choose a recording" in shown(panel)
    assert not panel._copy.isVisible()


def test_everything_that_is_known_is_shown(panel: MetadataPanel) -> None:
    panel.show_recording(PATH, KNOWN, FoundFile(PATH, 32_634_044, 1e9))
    text = shown(panel)
    for value in (
        PATH.name,
        "3:05 (185.00 s)",
        "44.1 kHz (44,100 Hz)",
        "2 (stereo)",
        "PCM 16 bit",
        "8,158,500",
        "1,411 kbit/s",
        "WAV (RIFF wave)",
        "32.6 MB",
        "2001-09-0",
        "/sounds/dawn",
        "Ann <b>Example</b>",
        "Recording date",
        "The file breaks off.",
    ):
        assert value in text, value


def test_what_only_decoding_can_tell_is_called_unknown(panel: MetadataPanel) -> None:
    panel.show_recording(PATH, AudioMetadata(8000, None, 1, 0, "AMR_WB", "AMR"))
    text = shown(panel)
    assert "unknown until it is decoded" in text and "none in this encoding" in text and "AMR wide band" in text
    assert "kbit/s" not in text


def test_a_recording_that_cannot_be_read_says_why_and_what_to_do(panel: MetadataPanel) -> None:
    panel.show_recording(PATH, "“x.wav” is empty (0 bytes).")
    assert "is empty (0 bytes)" in shown(panel) and "other recordings are not affected" in shown(panel)


def test_while_it_is_read_it_says_so(panel: MetadataPanel) -> None:
    panel.show_recording(PATH, None)
    assert "Reading" in shown(panel)


def test_copy_all_copies_one_value_a_line(panel: MetadataPanel, qtbot: QtBot) -> None:
    panel.show_recording(PATH, KNOWN)
    qtbot.mouseClick(panel._copy, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == PATH.name
    assert "Sample rate: 44.1 kHz (44,100 Hz)" in lines and "Artist: Ann <b>Example</b>" in lines


def test_a_value_can_be_selected_by_keys_and_copied_as_it_is(panel: MetadataPanel, qtbot: QtBot) -> None:
    panel.show_recording(PATH, KNOWN)
    qtbot.keyClick(panel._body, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(panel._body, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert str(PATH.parent) in QGuiApplication.clipboard().text()


def test_pages_of_text_in_a_tag_are_cut(panel: MetadataPanel) -> None:
    panel.show_recording(PATH, AudioMetadata(8000, 1, 1, 16, "PCM_S", "WAV", {"comment": "x" * 1_000_000}))
    assert len(shown(panel)) < LONGEST_VALUE + 1000


def test_long_words_break_instead_of_widening_the_panel(panel: MetadataPanel) -> None:
    panel.show_recording(Path("/" + "a" * 200) / ("b" * 200), KNOWN)
    assert panel._body.horizontalScrollBar().maximum() == 0


def test_the_colours_follow_the_theme_at_once(panel: MetadataPanel, theme: Theme) -> None:
    panel.show_recording(PATH, KNOWN)
    light = panel._body.toHtml()
    theme.set_mode("dark")
    assert panel._body.toHtml() != light
    assert panel.palette().color(QPalette.ColorRole.PlaceholderText).name() in panel._body.toHtml()
