"""The pages Train and Models in the real window: Undo brings back what was deleted there; closing asks first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.app import Earmark
from desktop_app.app.learning_pages import HELD
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.library import Library
from desktop_app.services.training_runs import runs_dir
from tests.audio.fake_output import FakeDevice
from tests.classifier.conftest import tone_model
from tests.cli.labelled_tones import save

__all__ = ["tone_model"]  # fixture

LIMIT_MS = 20_000
SHIPPED = assets.models_dir() / f"{assets.DEFAULT_MODEL}.safetensors"


@pytest.fixture
def earmark(qapp: QApplication, qtbot: QtBot) -> Iterator[Earmark]:
    """Return the real application."""
    made = Earmark(qapp, FakeDevice())
    qtbot.addWidget(made.window)
    made.show(None)
    qtbot.waitActive(made.window)
    yield made
    made.end()


def undo(earmark: Earmark) -> None:
    QTest.keyClick(earmark.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_undo_on_the_page_of_models_brings_a_deleted_one_back(earmark: Earmark) -> None:
    Library(*assets.model_dirs()).add(SHIPPED, "mine")
    earmark.core.models.refresh()
    earmark.window.workspaces.show_page("models")
    mine = earmark.core.models.find("mine")
    assert mine is not None
    earmark.learning.changes.delete(mine)
    assert earmark.core.models.find("mine") is None
    assert earmark.core.actions["undo"].text() == "Undo: Delete the model “mine”"
    undo(earmark)
    assert earmark.core.models.find("mine") is not None
    assert earmark.message_bar.text == "The model “mine” is back."
    assert not earmark.core.actions["undo"].isEnabled()


def test_the_menu_beside_classify_has_a_model_that_a_terminal_added(earmark: Earmark) -> None:
    Library(*assets.model_dirs()).add(SHIPPED, "mine")
    menu = earmark.window.desk.model_menu
    menu.aboutToShow.emit()
    assert "mine" in [action.text() for action in menu.actions()]


def test_undo_means_the_page_that_is_shown(earmark: Earmark) -> None:
    run = runs_dir() / "owls"
    run.mkdir(parents=True)
    (run / "config.toml").write_text('name = "owls"')
    earmark.window.workspaces.show_page("train")
    earmark.learning._training.delete_wanted.emit(run)
    assert not run.exists() and earmark.core.actions["undo"].text() == "Undo: Delete the run “owls”"
    earmark.window.workspaces.show_page("models")
    assert not earmark.core.actions["undo"].isEnabled()
    earmark.window.workspaces.show_page("train")
    undo(earmark)
    assert (run / "config.toml").is_file()


def test_a_finished_model_is_taken_in_once_however_often_it_is_wanted(
    earmark: Earmark, tone_model: LoadedModel, qtbot: QtBot
) -> None:
    (runs_dir() / "run").mkdir(parents=True)
    model = save(tone_model, runs_dir() / "run" / "owls.safetensors", name="owls")
    for _ in range(2):
        job = earmark.learning.changes.use_file(model)
        with qtbot.waitSignal(job.finished, timeout=LIMIT_MS):
            pass
        assert earmark.core.models.chosen_name == "owls"
    assert [name for name in earmark.core.models.names if name.startswith("owls")] == ["owls"]
    assert earmark.message_bar.text.startswith("“owls” is among your models and judges from now on")


def test_closing_the_window_while_a_network_learns_asks_once(
    earmark: Earmark, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earmark.window.workspaces.show_page("train")
    monkeypatch.setattr(type(earmark.learning._desk), "busy", property(lambda desk: True))
    earmark.window.close()
    assert earmark.window.isVisible() and earmark.message_bar.text.startswith(HELD)
    earmark.window.close()
    assert not earmark.window.isVisible()
