"""Which model judges: the shipped one until another is chosen, and a sentence where the chosen one is gone."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.errors import UserError
from desktop_app.services.messages import Message, Messages
from desktop_app.services.models import ModelShelf
from desktop_app.services.settings import Settings


@pytest.fixture
def settings(qtbot: QtBot) -> Settings:
    return Settings()


def test_the_shipped_model_judges_until_another_is_chosen(settings: Settings) -> None:
    shelf = ModelShelf(settings, Messages(), assets.models_dir())
    assert assets.DEFAULT_MODEL in shelf.names
    assert shelf.chosen.card.name == shelf.chosen_name == assets.DEFAULT_MODEL
    assert shelf.chosen.path.is_file()


def test_a_chosen_model_that_is_gone_is_one_sentence(settings: Settings) -> None:
    settings.change(model="robins")
    with pytest.raises(UserError, match="robins"):
        _ = ModelShelf(settings, Messages(), assets.models_dir()).chosen


def test_a_file_that_is_no_model_is_told_and_left_out(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "fake.safetensors").write_bytes(b"\x80\x04not a model")
    told: list[Message] = []
    messages = Messages()
    messages.posted.connect(told.append)
    assert ModelShelf(settings, messages, tmp_path).names == []
    assert "fake.safetensors" in told[0].text
