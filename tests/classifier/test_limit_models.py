"""The tool that limits a shipped model: its weights, its compiled network and its scores stay what they are."""

import shutil
from pathlib import Path

import numpy as np

from desktop_app.assets import models_dir
from desktop_app.classifier.card import read_card
from desktop_app.classifier.engines.onnx_engine import OnnxEngine
from desktop_app.classifier.inference import Classifier
from desktop_app.classifier.rejection import Rejection
from tools.limit_models import set_rejection


def test_a_limited_model_is_still_judged_by_its_compiled_network(tmp_path: Path) -> None:
    for suffix in (".safetensors", ".onnx"):
        shutil.copyfile(models_dir() / f"commands12{suffix}", tmp_path / f"m{suffix}")
    weights = tmp_path / "m.safetensors"
    sounds = np.random.default_rng(1).normal(0, 0.1, (4, 16_000)).astype(np.float32)
    before = Classifier.load(weights).scores(sounds)
    rejection = Rejection(0.625, "Measured here.")
    card = set_rejection(weights, rejection)
    assert read_card(weights) == card and card.rejection == rejection
    after = Classifier.load(weights)
    assert isinstance(after.engine, OnnxEngine) and after.engine.card == card
    np.testing.assert_array_equal(after.scores(sounds), before)
    assert read_card(weights.with_suffix(".onnx")) == card
