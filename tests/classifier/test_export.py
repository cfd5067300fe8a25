"""Exports judge as the model in Earmark does, carry its card, and are not written where they would not."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from desktop_app.classifier.card import card_to_json, read_card
from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.classifier.engines import compiling, export
from desktop_app.classifier.engines.check_sounds import check_sounds
from desktop_app.classifier.engines.compiling import compile_model
from desktop_app.classifier.engines.engine import compiled_path, open_engine
from desktop_app.classifier.engines.export import EXPORT_KINDS, export_model
from desktop_app.classifier.engines.foreign import import_onnx
from desktop_app.classifier.engines.onnx_engine import OnnxEngine
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.classifier.frontend import SpectrogramConfig, WaveformConfig, describe_front_end, output_shape
from desktop_app.classifier.networks import NETWORKS, build_network
from desktop_app.errors import UserError
from tests.classifier.conftest import CLASSES, tiny_card, tiny_front_end


@pytest.fixture
def weights(tmp_path: Path, tone_model: LoadedModel) -> Path:
    """Return the file of the model of tones."""
    path = tmp_path / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    return path


def reference_scores(path: Path, count: int) -> np.ndarray:
    """Return eager torch's scores of the first test sounds."""
    return TorchEngine.load(path).judge(check_sounds(read_card(path))[:count])


def test_onnx_runs_in_a_plain_runtime_at_any_batch_size(weights: Path) -> None:
    target = weights.with_name("exported.onnx")
    report = export_model(weights, target, "onnx")
    assert report.largest_difference <= 1e-4
    assert report.size_bytes == target.stat().st_size
    assert sorted(path.name for path in target.parent.iterdir()) == ["exported.onnx", "tones.safetensors"]
    session = onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])
    for count in (1, 2, 16):
        (scores,) = session.run(["scores"], {"waveforms": check_sounds(read_card(weights))[:count]})
        np.testing.assert_allclose(scores, reference_scores(weights, count), atol=1e-4)
    said = session.get_modelmeta().custom_metadata_map
    assert said["earmark_card"] == card_to_json(read_card(weights))
    import_onnx(target, read_card(target), weights.with_name("again.onnx"))  # it is a model for Earmark, too
    sounds = check_sounds(read_card(weights))
    for path in (target, weights.with_name("again.onnx")):
        engine = open_engine(path)
        assert isinstance(engine, OnnxEngine)
        np.testing.assert_allclose(engine.judge(engine.prepare(sounds)), reference_scores(weights, 16), atol=1e-4)


def test_torchscript_and_torch_export_are_read_back_with_their_card(weights: Path) -> None:
    sounds = torch.from_numpy(check_sounds(read_card(weights)))
    card = json.loads(card_to_json(read_card(weights)))
    with export.quiet_exporters(), torch.inference_mode():
        extra = {"card.json": ""}
        export_model(weights, weights.with_name("script.pt"), "torchscript")
        script = torch.jit.load(weights.with_name("script.pt"), _extra_files=extra)
        assert json.loads(extra["card.json"]) == card
        extra = {"card.json": ""}
        export_model(weights, weights.with_name("program.pt2"), "torch-export")
        program = torch.export.load(weights.with_name("program.pt2"), extra_files=extra).module()
        assert json.loads(extra["card.json"]) == card
        for count in (1, 5):
            for module in (script, program):
                scores = module(sounds[:count]).numpy()
                np.testing.assert_allclose(scores, reference_scores(weights, count), atol=1e-4)


SPECTROGRAM = SpectrogramConfig(n_fft=256, window_frames=240, hop_frames=40)
OTHERS = {"complex_convnet": SPECTROGRAM, "m5": WaveformConfig(), "resnet2d": replace(SPECTROGRAM, power=1.0)}


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_networks_and_front_ends_are_exported_and_compiled_too(tmp_path: Path, name: str) -> None:
    front_end, network = describe_front_end(OTHERS[name]), NETWORKS[name]
    card = replace(tiny_card(tiny_front_end()), window_s=1.0, front_end=front_end, network=network)
    shape = output_shape(front_end, card.window_frames)
    torch.manual_seed(1)
    path = tmp_path / "other.safetensors"
    save_checkpoint(path, build_network(network, shape, len(CLASSES)), card)
    assert export_model(path, tmp_path / "exported.onnx", "onnx").largest_difference <= 1e-4
    if name == "m5":
        assert compile_model(path).largest_difference <= 1e-4
        assert isinstance(open_engine(path), OnnxEngine)


@pytest.mark.parametrize("kind", EXPORT_KINDS)
def test_what_judges_differently_is_not_written(weights: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    difference = float("nan") if kind == "onnx" else 2e-4
    monkeypatch.setattr(export, "largest_difference", lambda *_: difference)
    with pytest.raises(UserError, match="judges differently"):
        export_model(weights, weights.with_name("exported"), kind)
    assert not weights.with_name("exported").exists()


def test_a_compiled_model_that_judges_differently_is_not_written(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "largest_difference", lambda *_: 0.5)
    with pytest.raises(UserError, match="judges differently"):
        compile_model(weights)
    assert not compiled_path(weights).exists()


def test_unknown_kinds_missing_packages_and_wrong_names_are_said(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="onnx, torchscript, torch-export"):
        export_model(weights, weights.with_name("x"), "tflite")
    with pytest.raises(UserError, match="folder does not exist"):
        export_model(weights, weights.parent / "nowhere" / "x.pt", "torchscript")
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"needs onnx and onnxscript.*earmark\[export\]"):
        export_model(weights, weights.with_name("x.onnx"), "onnx")
    with pytest.raises(UserError, match=r"saved as \.onnx"):
        import_onnx(weights, read_card(weights), weights.with_name("x.bin"))
