"""A tiny trained model, and recordings of tones, for the tests of the classifier."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import torch

from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.data.dataset import FULL_SCALE, ClipSet
from desktop_app.classifier.frontend import LogMel, LogMelConfig, describe_front_end, fitted_to, output_shape
from desktop_app.classifier.inference import Classifier
from desktop_app.classifier.networks import Network, build_network
from desktop_app.classifier.training import TrainingData, TrainingSettings, train

RATE_HZ = 8_000
FRAMES = 4_000
CLASSES = ("_silence_", "high", "low")
PITCHES_HZ = {"high": 1_900.0, "low": 420.0}
TINY = {"kind": "tc_resnet", "widths": [8, 16, 16], "blocks": 1, "kernel": 9, "dropout": 0.1}


def tone(label: str, frames: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return noise at -60 dB, with a tone of the label's pitch in it unless the label is silence."""
    random = np.random.default_rng(seed)
    sound = random.normal(0, 0.001, frames)
    if label in PITCHES_HZ:
        pitch_hz = PITCHES_HZ[label] * random.uniform(0.97, 1.03)
        sound += random.uniform(0.1, 0.4) * np.sin(2 * np.pi * pitch_hz * np.arange(frames) / RATE_HZ + seed)
    return sound.astype(np.float32)


def tones(count: int, first_seed: int = 0) -> ClipSet:
    """Return `count` clips of each class; every clip is a group of its own."""
    clips = [(CLASSES.index(c), tone(c, FRAMES, first_seed + i)) for i in range(count) for c in CLASSES]
    targets = torch.tensor([target for target, _ in clips])
    integers = [np.round(clip * (FULL_SCALE - 1)).astype(np.int16) for _, clip in clips]
    waveforms = torch.from_numpy(np.stack(integers))
    groups = tuple(str(first_seed + i) for i in range(len(clips)))
    return ClipSet(waveforms, targets, targets, torch.ones(len(clips)), groups, CLASSES, CLASSES)


def tiny_front_end() -> LogMel:
    """Return a log-mel front-end for the tones."""
    clips = tones(4)
    config = LogMelConfig(RATE_HZ, n_fft=256, window_frames=240, hop_frames=80, mel_bands=24, high_hz=4_000)
    return LogMel(fitted_to(config, clips.floats(torch.arange(len(clips))), 1e-3))


def tiny_network(front_end: LogMel, seed: int = 3) -> Network:
    """Return an untrained network for the tones."""
    torch.manual_seed(seed)
    return build_network(TINY, output_shape(describe_front_end(front_end.config), FRAMES), len(CLASSES))


def tiny_card(front_end: LogMel) -> ModelCard:
    """Return the card of the network for the tones."""
    return ModelCard(
        name="tones",
        title="High and low tones",
        classes=CLASSES,
        sample_rate_hz=RATE_HZ,
        window_s=FRAMES / RATE_HZ,
        front_end=describe_front_end(front_end.config),
        network=TINY,
        temperature=0.8,
        parameters=1,
        macs=1,
        created="2026-11-21",
        licence="MIT",
        intended_use="Tests.",
        limits="Tones only.",
    )


@pytest.fixture(scope="session", autouse=True)
def exported_once() -> Iterator[None]:
    """Let each network be exported to ONNX once: that takes seconds, and comes out the same every time."""
    export, known = torch.onnx.export, dict[tuple[object, ...], object]()

    def remembered(module: torch.nn.Module, arguments: tuple[torch.Tensor], **how: object) -> object:
        tensors = [*module.state_dict().values(), *module.buffers(), *arguments]
        values = tuple((tuple(tensor.shape), tensor.numpy().tobytes()) for tensor in tensors)
        key = (repr(module), values, repr(how))
        if key not in known:
            known[key] = export(module, arguments, **how)  # type: ignore[arg-type]
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.onnx, "export", remembered)
        yield


@pytest.fixture(scope="session")
def tone_model() -> LoadedModel:
    """Return a model that tells the tones apart."""
    front_end = tiny_front_end()
    network = tiny_network(front_end)
    settings = TrainingSettings(
        epochs=4, clips_per_epoch=192, batch_size=16, max_rate=1e-2, average=0.9, augmentation=None
    )
    for _ in train(network, front_end, TrainingData(tones(12)), settings):
        pass
    return LoadedModel(tiny_card(front_end), front_end, network)


@pytest.fixture
def tone_classifier(tone_model: LoadedModel) -> Classifier:
    """Return a classifier of tones."""
    return Classifier(tone_model)


@pytest.fixture
def write_tone(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a WAV of one tone after another: `write(name, (label, seconds), ...)`."""

    def write(name: str, *parts: tuple[str, float], rate_hz: int = RATE_HZ, channels: int = 1) -> Path:
        sounds = [tone(label, round(seconds * RATE_HZ), seed) for seed, (label, seconds) in enumerate(parts)]
        path = tmp_path / name
        frames = np.repeat(np.concatenate(sounds)[:, None], channels, axis=1)
        soundfile.write(path, frames, rate_hz)
        return path

    return write
