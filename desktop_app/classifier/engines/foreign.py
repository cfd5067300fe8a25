"""Take in an ONNX classifier that somebody else made: look it through, try it, and give it a card. No torch."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from desktop_app.audio.atomic import replacing
from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import ModelCard, card_from_json, card_to_json
from desktop_app.classifier.engines.onnx_engine import OnnxEngine
from desktop_app.errors import UserError


@dataclass(frozen=True)
class ForeignModel:
    """What must be known of a foreign model, as its file does not say it."""

    name: str
    """Short name, as given to `--model`."""
    classes: tuple[str, ...]
    """Labels, in the order of the outputs."""
    sample_rate_hz: int
    """Rate of the waveforms that it hears."""
    window_s: float
    """Length of the waveforms that it hears."""
    title: str = ""
    """One line for lists."""
    licence: str = "unknown"
    """Of the weights."""

    def card(self) -> ModelCard:
        """Return the model card; UserError where a value cannot be true."""
        card = ModelCard(
            name=self.name,
            title=self.title or self.name,
            classes=tuple(self.classes),
            sample_rate_hz=self.sample_rate_hz,
            window_s=self.window_s,
            front_end={"kind": "onnx"},
            network={"kind": "onnx"},
            temperature=1.0,
            parameters=0,
            macs=0,
            created=date.today().isoformat(),
            licence=self.licence or "unknown",
            intended_use="As its author says.",
            limits="Imported: Earmark has not measured it.",
        )
        return card_from_json(card_to_json(card), self.name)


def import_onnx(path: Path, card: ModelCard, target: Path) -> ModelCard:
    """Write a foreign ONNX classifier with a card inside, as one file, and return the card.

    The graph takes waveforms in [-1, 1] as float32, shape (batch, frames), (batch, 1, frames) or (frames,), and returns
    a number a class: scores where they lie between 0 and 1 for every sound tried, else logits. UserError where it is
    damaged, keeps weights in other files, or does not fit the card. Any thread.
    """
    if target.suffix.lower() != onnx_file.SUFFIX:
        raise UserError(f"The imported model must be saved as {onnx_file.SUFFIX}; choose another name.")
    plain = onnx_file.read_onnx(path)
    said = {
        onnx_file.CARD_KEY: card_to_json(card),
        onnx_file.INPUT_KEY: "waveforms",
        onnx_file.OUTPUT_KEY: "scores",  # as they are, to look at them
        onnx_file.PRECISION_KEY: "imported",
    }
    as_it_is = OnnxEngine(onnx_file.with_metadata(plain, said), card, path.name)
    outputs = as_it_is.judge(_sounds(card))
    said[onnx_file.OUTPUT_KEY] = "scores" if outputs.min() >= 0 and outputs.max() <= 1 else "logits"
    with replacing(target) as file:
        file.write(onnx_file.with_metadata(plain, said))
    return card


def _sounds(card: ModelCard) -> "np.typing.NDArray[np.float32]":
    """Return noises from faint to loud, shape (8, frames)."""
    levels = np.logspace(-3, -0.5, 8)[:, None]
    noises = np.random.default_rng(3).normal(0, 1, (8, card.window_frames)) * levels
    return np.clip(noises, -1, 1).astype(np.float32)
