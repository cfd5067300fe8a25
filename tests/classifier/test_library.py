"""One's own models: whatever is done to them, weights stay as they are and the compiled model goes along."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from desktop_app.assets import models_dir
from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import read_card
from desktop_app.classifier.data.clips import Stretch
from desktop_app.classifier.engines.engine import compiled_path, open_engine
from desktop_app.classifier.library import Library, with_card
from desktop_app.classifier.measuring.comparison import compare_tables
from desktop_app.classifier.measuring.predictions import PredictionTable
from desktop_app.errors import UserError

SHIPPED = models_dir() / "commands12.safetensors"


@pytest.fixture
def models(tmp_path: Path) -> Library:
    return Library(tmp_path / "shipped", tmp_path / "own")


def test_another_card_leaves_the_weights_byte_for_byte(tmp_path: Path) -> None:
    for name in ("x", "a name that is much longer than the one before, so that every offset moves", "鶯"):
        path = tmp_path / "m.safetensors"
        path.write_bytes(with_card(SHIPPED, replace(read_card(SHIPPED), name=name)))
        assert read_card(path).name == name
        before, after = safetensors.torch.load_file(SHIPPED), safetensors.torch.load_file(path)
        assert before.keys() == after.keys()
        assert all(torch.equal(before[key], after[key]) for key in before)


def test_the_compiled_model_goes_along_and_stays_in_use(models: Library) -> None:
    if not compiled_path(SHIPPED).is_file():
        pytest.skip("commands12 is not compiled here")
    added = models.add(SHIPPED, "mine")
    renamed = models.rename(added, "mine too")
    assert not added.path.exists()
    assert not compiled_path(added.path).exists()
    sound = np.random.default_rng(1).normal(0, 0.1, (2, 16_000)).astype(np.float32)
    engines = [open_engine(path) for path in (SHIPPED, renamed.path)]
    assert engines[0].name.replace(SHIPPED.stem, "") == engines[1].name.replace("mine too", "")
    scores = [engine.judge(engine.prepare(sound)) for engine in engines]
    assert np.array_equal(*scores)
    said = [onnx_file.read_metadata(compiled_path(path)) for path in (SHIPPED, renamed.path)]
    assert said[0].keys() == said[1].keys()


def test_deleting_throws_away_all_of_a_model(models: Library) -> None:
    added = models.add(SHIPPED, "mine")
    thrown: list[Path] = []
    models.delete(added, thrown.append)
    assert thrown[-1] == added.path
    assert set(thrown) == set(models.own.iterdir())


def test_a_compiled_model_of_other_weights_is_left_behind(models: Library, tmp_path: Path) -> None:
    if not compiled_path(SHIPPED).is_file():
        pytest.skip("commands12 is not compiled here")
    path = tmp_path / "m.safetensors"
    path.write_bytes(with_card(SHIPPED, replace(read_card(SHIPPED), title="Changed")))
    shutil.copy(compiled_path(SHIPPED), compiled_path(path))
    assert not compiled_path(models.add(path, "mine").path).exists()


def test_a_model_elsewhere_is_neither_renamed_nor_deleted(models: Library, tmp_path: Path) -> None:
    shutil.copy(SHIPPED, tmp_path / "m.safetensors")
    entry = models.find(str(tmp_path / "m.safetensors"))
    for act in (lambda: models.rename(entry, "new"), lambda: models.delete(entry, Path.unlink)):
        with pytest.raises(UserError, match="not among your models"):
            act()
    assert entry.path.exists()


def table(rights: str, paths: str, classes: tuple[str, ...] = ("a", "b")) -> PredictionTable:
    """Return a table of clips of the class `a`, of which the letters say whether they were judged right."""
    scores = np.array([[0.9, 0.1] if right == "r" else [0.1, 0.9] for right in rights])
    places = tuple(Path(path) for path in paths)
    return PredictionTable(classes, places, tuple(paths), np.zeros(len(rights), np.int64), scores)


def test_models_are_compared_on_the_clips_that_both_judged() -> None:
    found = compare_tables(("one", "two"), table("rrwr", "abcd"), table("wrw", "cbx"))
    assert [measures.clips for measures in found.measures] == [2, 2]
    assert (found.comparison.both_right, found.comparison.both_wrong) == (1, 1)


def test_parts_of_one_recording_are_compared_part_by_part() -> None:
    parts = tuple(Stretch(float(second), second + 1.0) for second in range(4))
    one, other = (replace(table(rights, "aaaa"), stretches=parts) for rights in ("rrrw", "wrrr"))
    found = compare_tables(("one", "two"), one, other.subset([3, 2, 1, 0])).comparison
    assert (found.both_right, found.only_first, found.only_second, found.both_wrong) == (2, 1, 1, 0)


def test_one_speaker_does_not_make_a_comparison_exact() -> None:
    one, other = (replace(table(rights, "abcdefgh"), groups=("ada",) * 8) for rights in ("w" * 8, "rrrrrrrw"))
    found = compare_tables(("one", "two"), one, other)
    assert found.certain  # seven of eight are enough for McNemar
    assert found.comparison.interval.low < 0.6 and found.comparison.interval.high > 0.9
    slight = compare_tables(("one", "two"), replace(table("wwwwrrrr", "abcdefgh"), groups=("ada",) * 8), other)
    assert slight.comparison.interval.low < slight.comparison.difference < slight.comparison.interval.high
    assert not slight.certain


def test_few_clips_are_said_to_be_too_few() -> None:
    found = compare_tables(("one", "two"), table("rrrw", "abcd"), table("rrwr", "abcd"))
    assert not found.certain
    assert "do not tell which model is better" in found.sentence()


def test_models_without_a_clip_in_common_cannot_be_compared() -> None:
    with pytest.raises(UserError, match="no clips whose classes both"):
        compare_tables(("one", "two"), table("r", "a"), table("r", "b"))
