"""Which engine runs a model: ONNX Runtime where it judges the same, torch where there is any doubt."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from desktop_app.assets import models_dir
from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import list_models, read_card
from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.classifier.engines import engine as engines
from desktop_app.classifier.engines.check_sounds import check_sounds
from desktop_app.classifier.engines.compiling import compile_model
from desktop_app.classifier.engines.engine import Engine, compiled_path, fingerprint, open_engine
from desktop_app.classifier.engines.onnx_engine import OnnxEngine
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.classifier.inference import Classifier, classify_files
from tests.classifier.conftest import FRAMES, tone, tones

SHIPPED = sorted(models_dir().glob("*.safetensors"))
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory, tone_model: LoadedModel) -> Path:
    """Return the weights of the model of tones, with their compiled model in float32 beside them."""
    path = tmp_path_factory.mktemp("compiled") / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    compile_model(path)
    return path


@pytest.fixture
def pair(tmp_path: Path, compiled: Path) -> Path:
    """Return a copy of both files that a test may spoil."""
    for path in (compiled, compiled_path(compiled)):
        shutil.copy(path, tmp_path)
    return tmp_path / compiled.name


def scores(engine: Engine) -> np.ndarray:
    """Return what an engine says of some tones."""
    waveforms = np.stack([tone(label, FRAMES, seed) for seed in range(5) for label in ("high", "low", "_silence_")])
    return engine.judge(engine.prepare(waveforms))


def test_both_engines_judge_the_same(compiled: Path) -> None:
    fast, reference = open_engine(compiled), TorchEngine.load(compiled)
    assert isinstance(fast, OnnxEngine)
    assert fast.name == "ONNX Runtime, float32"
    np.testing.assert_allclose(scores(fast), scores(reference), atol=1e-4)
    assert fast.card == reference.card
    nothing = np.zeros((0, FRAMES), np.float32)
    assert fast.judge(fast.prepare(nothing)).shape == reference.judge(reference.prepare(nothing)).shape == (0, 3)


def test_many_rows_are_judged_in_parts(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = open_engine(compiled)
    usual = scores(fast)
    monkeypatch.setattr("desktop_app.classifier.engines.onnx_engine.MOST_ROWS", 4)
    np.testing.assert_allclose(scores(fast), usual, atol=1e-6)


def test_weights_trained_anew_are_not_judged_by_what_was_compiled_before(pair: Path, tone_model: LoadedModel) -> None:
    before = scores(open_engine(pair))
    network = tone_model.network
    save_checkpoint(pair, network, replace(tone_model.card, temperature=2.0))
    stale = open_engine(pair)
    assert isinstance(stale, TorchEngine)
    assert stale.card.temperature == 2.0
    assert np.abs(scores(stale) - before).max() > 1e-3


@pytest.mark.parametrize("spoil", [lambda data: data[:-500], lambda data: b"", lambda data: b"\0" * len(data)])
def test_a_damaged_compiled_model_costs_speed_and_nothing_else(pair: Path, spoil: Callable[[bytes], bytes]) -> None:
    whole = compiled_path(pair)
    data = whole.read_bytes()
    whole.write_bytes(spoil(data))
    assert isinstance(open_engine(pair), TorchEngine)


def test_a_processor_that_calculates_eight_bits_otherwise_is_noticed(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = OnnxEngine.judge
    monkeypatch.setattr(OnnxEngine, "judge", lambda self, prepared: np.roll(exact(self, prepared), 1, axis=1))
    assert isinstance(open_engine(pair), TorchEngine)


def test_torch_judges_without_onnxruntime(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    assert isinstance(open_engine(pair), TorchEngine)


def test_a_compiled_model_is_no_model_of_its_own_in_the_list(pair: Path) -> None:
    assert [entry.path for entry in list_models(pair.parent)] == [pair]
    pair.unlink()
    (left,) = list_models(pair.parent)
    assert left.path == compiled_path(pair)
    assert Classifier.load(left.path).card == left.card


def test_int8_is_calibrated_and_judges_alike(tmp_path: Path, tone_model: LoadedModel) -> None:
    path = tmp_path / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    report = compile_model(path, tones(16).floats(torch.arange(48)).numpy())
    eight_bits = open_engine(path)
    assert eight_bits.name == "ONNX Runtime, int8"
    assert 0 < report.largest_difference < 0.03
    reference = TorchEngine.load(path)
    np.testing.assert_array_equal(scores(eight_bits).argmax(axis=1), scores(reference).argmax(axis=1))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_compiled_model_is_of_the_shipped_weights(path: Path) -> None:
    todo = f"compile it: python -m tools.compile_models {path} FOLDER"
    assert compiled_path(path).is_file(), todo
    assert onnx_file.read_metadata(compiled_path(path))[onnx_file.SOURCE_KEY] == fingerprint(path), todo
    fast, reference = open_engine(path), TorchEngine.load(path)
    assert isinstance(fast, OnnxEngine)
    waveforms = check_sounds(read_card(path))
    exact = reference.judge(reference.prepare(waveforms))
    difference = np.abs(fast.judge(fast.prepare(waveforms)) - exact).max(axis=1)
    assert difference.mean() < 0.03
    assert difference.max() < 0.25  # at a tie between two labels; the top one is the same wherever it is clear
    clear = exact.max(axis=1) > 0.8
    np.testing.assert_array_equal(
        fast.judge(fast.prepare(waveforms))[clear].argmax(axis=1), exact[clear].argmax(axis=1)
    )


def test_the_shipped_model_finds_the_same_in_the_samples() -> None:
    files = sorted((models_dir().parent / "samples").rglob("*.wav"))
    assert files
    for path in SHIPPED:
        ways = (Classifier.load(path), Classifier(TorchEngine.load(path)))
        fast, reference = (list(classify_files(way, files)) for way in ways)
        pairs = [
            (mine, theirs)
            for one, other in zip(fast, reference, strict=True)
            for mine, theirs in zip(one.predictions, other.predictions, strict=True)
        ]
        assert max(abs(mine.score - theirs.score) for mine, theirs in pairs if mine.label == theirs.label) < 0.2
        assert sum(mine.label == theirs.label for mine, theirs in pairs) >= 0.98 * len(pairs)


def test_judging_by_onnx_runtime_imports_no_torch(compiled: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from desktop_app.classifier.inference import Classifier, classify_files\n"
        "classifier = Classifier.load(Path(sys.argv[1]))\n"
        f"assert classifier.scores(np.zeros((2, {FRAMES}), np.float32)).shape == (2, 3)\n"
        "print(classifier.engine.name, *({'torch', 'torchaudio', 'onnx'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code, str(compiled)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "ONNX Runtime, float32"
