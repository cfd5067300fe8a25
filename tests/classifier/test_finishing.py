"""The end of a training: the model is compiled, in int8 where nothing is lost by it, and is itself never lost."""

import copy
import json
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import soundfile as sf
import torch

from desktop_app.classifier import onnx_file
from desktop_app.classifier.engines import compiling
from desktop_app.classifier.engines.compiling import HeldBack, QuantizedWorseError
from desktop_app.classifier.engines.engine import open_engine
from desktop_app.classifier.engines.onnx_engine import OnnxEngine
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.classifier.runs import running
from desktop_app.classifier.runs.outcome_files import write_outcome
from desktop_app.classifier.runs.preparing import prepare
from desktop_app.classifier.runs.run_config import DataConfig, RunConfig, SoundConfig
from desktop_app.classifier.runs.run_folder import RunFolder
from desktop_app.classifier.runs.running import Run
from desktop_app.classifier.training import TrainingSettings
from desktop_app.errors import UserError
from tests.classifier.conftest import FRAMES, RATE_HZ, TINY, tiny_card, tiny_front_end, tone


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a training of two tones that has come to its last round."""
    folder = tmp_path_factory.mktemp("tones")
    for label in ("high", "low"):
        (folder / "data" / label).mkdir(parents=True)
        for number in range(20):
            sf.write(folder / "data" / label / f"{number}.wav", tone(label, FRAMES, number), RATE_HZ)
    settings = TrainingSettings(epochs=3, clips_per_epoch=96, batch_size=16, max_rate=1e-2, augmentation=None)
    config = RunConfig(
        name="pitches",
        sound=SoundConfig(RATE_HZ, FRAMES / RATE_HZ),
        data=DataConfig(source=str(folder / "data")),
        network=TINY,
        training=settings,
    )
    place = RunFolder(folder / "run")
    place.create(config)
    run = Run(place, config, prepare(config))
    for _ in run.rounds():
        pass
    return run


def test_a_trained_model_is_compiled_and_judges_without_torch(trained: Run) -> None:
    outcome = trained.finish()
    assert outcome.compiled is not None and outcome.notes == ()
    assert outcome.compiled.path == outcome.model_path.with_suffix(".onnx")
    assert onnx_file.read_metadata(outcome.compiled.path)[onnx_file.PRECISION_KEY] == "int8"
    engine = open_engine(outcome.model_path)
    assert isinstance(engine, OnnxEngine)
    sounds = np.stack([tone(label, FRAMES, seed) for seed in range(50, 60) for label in ("high", "low")])
    by_torch = TorchEngine.load(outcome.model_path).judge(sounds)
    np.testing.assert_allclose(engine.judge(engine.prepare(sounds)), by_torch, atol=0.05)


def test_long_windows_are_few_at_the_end_of_a_training(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(trained._strange()) == 9 * running.STRANGE_DOZENS
    monkeypatch.setattr(running, "MOST_SAMPLES", 24 * FRAMES)
    assert len(trained._strange()) == 18
    held_back = running._held_back(trained.prepared.data.train)
    assert held_back is not None and len(held_back.targets) == 24


def test_clips_to_measure_on_of_which_none_can_be_read_cost_no_outcome(trained: Run) -> None:
    corpus = trained.prepared.corpus
    clips = [replace(clip, path=clip.path / "gone") if clip.split == "test" else clip for clip in corpus.divided.clips]
    divided = replace(corpus.divided, clips=tuple(clips))
    unmeasured = copy.copy(trained)
    unmeasured.prepared = replace(trained.prepared, test=None, corpus=replace(corpus, divided=divided))
    said = write_outcome(unmeasured, trained.keep(), stopped=False)
    assert said["report"] is None
    assert json.loads(trained.folder.outcome.read_text()) == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (UserError("Writing ONNX needs onnx: install it."), "Writing ONNX needs onnx: install it."),
        (AssertionError(), "the exporter cannot take this network"),
        (torch.onnx.errors.OnnxExporterError("no such operator"), "the exporter cannot take this network"),
    ],
)
def test_what_cannot_be_compiled_is_a_note_and_the_model_stays(
    trained: Run, monkeypatch: pytest.MonkeyPatch, reason: Exception, said: str
) -> None:
    def refuse(*_arguments: object) -> None:
        raise reason

    monkeypatch.setattr(running, "compile_best", refuse)
    outcome = trained.finish()
    assert outcome.compiled is None
    assert len(outcome.notes) == 1 and said in outcome.notes[0]
    assert not outcome.model_path.with_suffix(".onnx").exists()
    assert isinstance(open_engine(outcome.model_path), TorchEngine)


class Rowwise:
    """Says the class that stands in the first sample of a window, right or wrong."""

    name = "rowwise"

    def __init__(self, wrong: int = 0) -> None:
        self.card = replace(tiny_card(tiny_front_end()), classes=("a", "b"))
        self._wrong = wrong

    def prepare(self, waveforms: np.ndarray) -> np.ndarray:
        return waveforms

    def judge(self, prepared: np.ndarray) -> np.ndarray:
        places, numbers = prepared.astype(int).T
        return np.eye(2, dtype=np.float32)[np.where(numbers < self._wrong, 1 - places, places)]


@pytest.mark.parametrize(
    ("wrong", "difference", "taken"), [(0, 0.0, True), (3, 0.03, True), (4, 0.0, False), (0, 0.04, False)]
)
def test_int8_is_taken_if_it_loses_at_most_three_clips_in_a_thousand(
    wrong: int, difference: float, taken: bool
) -> None:
    targets = np.arange(1_000) % 2
    clips = HeldBack(np.stack([targets, np.arange(1_000)], axis=1).astype(np.float32), targets)
    with nullcontext() if taken else pytest.raises(QuantizedWorseError, match="int8"):
        compiling._demand_as_good(difference, Rowwise(), Rowwise(wrong), clips)  # type: ignore[arg-type]
    compiling._demand_as_good(0.0, Rowwise(), Rowwise(wrong), None)  # type: ignore[arg-type]


def test_where_int8_loses_the_model_is_compiled_to_float32(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise QuantizedWorseError("worse")

    monkeypatch.setattr(compiling, "_demand_as_good", refuse)
    outcome = trained.finish()
    assert outcome.compiled is not None and outcome.notes == ()
    assert onnx_file.read_metadata(outcome.compiled.path)[onnx_file.PRECISION_KEY] == "float32"
