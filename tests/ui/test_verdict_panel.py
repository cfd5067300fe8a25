"""The verdict panel: what the model found, one row a find, a click away from its place."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.ui.theme import Theme
from desktop_app.ui.verdict_panel import NOT_JUDGED, VerdictPanel

CLIP = Path("garden.flac")


def heard(*windows: tuple[float, str, float]) -> FileVerdict:
    predictions = (Prediction(CLIP, onset_s, onset_s + 1, label, score, "model") for onset_s, label, score in windows)
    return FileVerdict(CLIP, tuple(predictions), None)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> VerdictPanel:
    """Return the panel on screen."""
    panel = VerdictPanel()
    qtbot.addWidget(panel)
    panel.show()
    return panel


def test_before_the_first_verdict_it_says_how_to_get_one(panel: VerdictPanel) -> None:
    assert panel.words == NOT_JUDGED
    assert not panel.table.isVisible()


def test_a_click_on_a_find_says_where_it_is(qtbot: QtBot, panel: VerdictPanel) -> None:
    panel.show_verdict(heard((8.5, "yes", 0.99), (9.5, "_silence_", 0.99), (23.5, "no", 0.8)))
    assert panel.words == "yes 0.99 by model, 2 finds"
    place = panel.table.visualRect(panel.table.model().index(1, 0)).center()
    with qtbot.waitSignal(panel.find_chosen) as chosen:
        qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [23.5, 24.5]


def test_a_file_without_finds_or_with_an_error_shows_no_empty_table(panel: VerdictPanel) -> None:
    panel.show_verdict(heard((0, "_silence_", 0.99)))
    assert panel.words == "_silence_ 0.99 by model"
    assert not panel.table.isVisible()
    panel.show_verdict(FileVerdict(CLIP, (), "“garden.flac” is empty."))
    assert panel.words == "“garden.flac” is empty."


def test_the_same_verdict_again_keeps_the_chosen_row(panel: VerdictPanel) -> None:
    verdict = heard((8.5, "yes", 0.99), (23.5, "no", 0.8))
    panel.show_verdict(verdict)
    panel.table.selectRow(1)
    panel.show_verdict(verdict)
    assert panel.table.currentIndex().row() == 1


def test_what_the_model_was_not_sure_enough_of_is_told(panel: VerdictPanel) -> None:
    refused = Prediction(CLIP, 0, 1, "unknown", 0.6, "model", refused="owl")
    panel.show_verdict(FileVerdict(CLIP, (refused,), None))
    assert panel.words.startswith("unknown 0.60 (not sure enough of owl) by model")
