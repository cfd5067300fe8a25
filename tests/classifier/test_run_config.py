"""What a run is told: recipes, settings on the command line, and what is written into its folder."""

import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.classifier.augmentation import Augmentation
from desktop_app.classifier.runs.preparing import plain_settings
from desktop_app.classifier.runs.run_config import (
    DataConfig,
    RunConfig,
    config_of,
    read_recipe,
    recipe_names,
    toml_of,
    with_settings,
)
from desktop_app.classifier.training_settings import TrainingSettings
from desktop_app.errors import UserError


@pytest.mark.parametrize("name", ["default", "few", "fast", "seed", "sounds"])
def test_the_recipes_that_ship_are_complete_and_come_back_unchanged(name: str) -> None:
    assert name in recipe_names()
    config = config_of(read_recipe(name))
    assert config_of(tomllib.loads(toml_of(config))) == config


def test_the_seed_recipe_is_the_one_of_the_book() -> None:
    config = config_of(read_recipe("seed"))
    training = config.training
    assert (training.optimiser, training.max_rate, training.patience, training.batch_size) == ("adam", 1e-2, 3, 128)
    assert training.augmentation is None and training.mix_up == 0 and training.sampling == "once"
    assert config.front_end["power"] == "complex" and config.network == {"name": "complex_convnet"}
    assert (config.data.split, config.data.validation_share, config.data.test_share) == ("random", 0.2, 0.2)


@given(st.text(max_size=30), st.floats(0.001, 1), st.booleans(), st.dictionaries(st.text(max_size=8), st.floats(0, 9)))
def test_every_configuration_survives_toml(title: str, rate: float, still: bool, shares: dict[str, float]) -> None:
    training = TrainingSettings(
        max_rate=rate, augmentation=None if still else Augmentation(speed=rate), class_shares=shares
    )
    config = replace(RunConfig(title=title), training=training)
    assert config_of(tomllib.loads(toml_of(config))) == config


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("training.epoch=3", "“epoch” in \\[training\\] is no setting.*epochs"),
        ("epochs=3", "“epochs” is no setting; did you mean training.epochs"),
        ("speed=0.1", "did you mean training.augmentation.speed"),
        ("traning.epochs=3", "“traning” is no setting.*training"),
        ("training.augmentation.spead=3", "“spead” in \\[training.augmentation\\] is no setting"),
        ("training.epochs=many", "'many' of “training.epochs”"),
        ("training.epochs=true", "True of “training.epochs”"),
        ("training.epochs=0", "“training.epochs” is 0 and must be between"),
        ("training.seed=-1", "“training.seed” is -1 and must be between 0 and"),
        ("training.seed=99999999999999", "“training.seed” is"),
        ("training.word_share=nan", "“training.word_share” is nan"),
        ("training.class_shares={owl=-1}", "“training.class_shares” is -1"),
        ("training.augmentation.snr_db=[0, inf]", "“training.augmentation.snr_db” is inf"),
        ("training.augmentation.band_mask_width=-3", "“training.augmentation.band_mask_width” is -3"),
        ("data.split=fair", "“data.split” is “fair” and must be one of auto"),
        ("training.augmentation.snr_db=[1]", "“training.augmentation.snr_db”"),
        ("training.class_shares={owl='often'}", "'often' of “training.class_shares.owl”"),
        ("training=3", "“training” is a table"),
        ("epochs", "sets nothing"),
        ("name=../x", "cannot be a model’s name"),
    ],
)
def test_a_setting_that_cannot_be_is_named_in_one_sentence(setting: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        config_of(with_settings(read_recipe("default"), [setting]))


def test_settings_change_a_recipe_without_quotes_around_text() -> None:
    settings = ["training.epochs=3", "data.split=group", "training.augmentation=false", "network.widths=[8, 16]"]
    config = config_of(with_settings(read_recipe("default"), settings))
    assert (config.training.epochs, config.data.split, config.training.augmentation) == (3, "group", None)
    assert config.network == {"name": "tc_resnet_14_2.5", "widths": [8, 16]}
    assert config_of(with_settings(read_recipe("seed"), ["training.augmentation.speed=0.2"])).training.augmentation


def test_a_recipe_that_is_not_there_or_no_toml_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("epochs = = 3")
    for name, sentence in (("best", "no recipe “best”; choose default"), (str(broken), "no TOML")):
        with pytest.raises(UserError, match=sentence):
            read_recipe(name)
    with pytest.raises(UserError, match="cannot be read"):
        read_recipe(str(tmp_path / "none.toml"))


def test_a_path_that_is_no_unicode_comes_back_and_does_not_spoil_the_card() -> None:
    source = os.fsdecode(b"/sounds/for\xeat\xff")
    config = RunConfig(data=DataConfig(source=source))
    assert config_of(tomllib.loads(toml_of(config))) == config
    assert plain_settings(config)["data"]["source"].encode() == b"for\\xeat\\xff"
