"""Labelled recordings of tones, one folder a class, and models that judge them."""

import copy
from dataclasses import replace
from pathlib import Path

import soundfile
import torch
from torch import nn

from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from tests.classifier.conftest import FRAMES, RATE_HZ, tone

SPEAKERS = ("aaaaaaaa", "bbbbbbbb", "cccccccc")


def write_classes(folder: Path, clips: int = 4) -> Path:
    """Write clips of high and low tones and of silence; one that is no sound, and one class that no model knows."""
    for label in ("high", "low", "Silence", "bed"):
        (folder / label).mkdir(parents=True)
        for place in range(clips):
            sound = tone("_silence_" if label in {"Silence", "bed"} else label, FRAMES, 100 + place)
            name = f"{SPEAKERS[place % len(SPEAKERS)]}_nohash_{place}.wav"
            soundfile.write(folder / label / name, sound, RATE_HZ)
    soundfile.write(folder / "high" / "mislabelled.wav", tone("low", FRAMES, 5), RATE_HZ)
    (folder / "low" / "broken.wav").write_text("no sound at all")
    return folder


def save(model: LoadedModel, path: Path, **changed: object) -> Path:
    """Save the model with some of its card changed."""
    card = replace(model.card, **changed)  # type: ignore[arg-type]
    save_checkpoint(path, model.network, card)
    return path


def save_worse(model: LoadedModel, path: Path) -> Path:
    """Save a model whose outputs for high and low are exchanged, so that it takes one for the other."""
    network = copy.deepcopy(model.network)
    last = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]
    exchanged = torch.tensor([0, 2, 1])
    last.weight.data, last.bias.data = last.weight.data[exchanged], last.bias.data[exchanged]
    save_checkpoint(path, network, replace(model.card, name="worse"))
    return path
