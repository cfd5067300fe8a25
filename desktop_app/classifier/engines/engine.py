"""The engines that run a network, behind one interface, and the rule by which one is chosen. No torch is imported.

ONNX Runtime judges a compiled model (`classifier.compiling`) at several times the speed of eager torch and is there in
a tenth of a second; torch judges everything and is the reference (docs/decisions.md has the numbers).
"""

import hashlib
import logging
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import ModelCard, read_card
from desktop_app.classifier.engines.check_sounds import are_same, check_sounds
from desktop_app.errors import UserError

Array = npt.NDArray[np.float32]

_log = logging.getLogger(__name__)


@runtime_checkable
class Engine(Protocol):
    """A model that judges in two steps, so that the first can run ahead where recordings are decoded."""

    card: ModelCard
    """What it is."""
    name: str
    """What runs it, for people."""

    def prepare(self, waveforms: Array) -> Array:
        """Return what `judge` takes, a row a window, for waveforms of shape (batch, frames). Any threads at once."""

    def judge(self, prepared: Array) -> Array:
        """Return scores, shape (batch, classes). One thread at a time; UserError where the model fails."""


def open_engine(path: Path) -> Engine:
    """Return the fastest engine for the model in a file; UserError where it cannot be used.

    An ONNX file is run as it is. Weights (safetensors) are run by the compiled model beside them if that was made of
    exactly these weights and works, else by torch.
    """
    if path.suffix.lower() == onnx_file.SUFFIX:
        return open_onnx(path)
    compiled = compiled_path(path)
    if compiled.is_file() and find_spec("onnxruntime"):
        try:
            return _compiled_engine(path, compiled)
        except UserError as reason:
            _log.info("%s is not used, torch judges: %s", compiled, reason)
    from desktop_app.classifier.engines.torch_engine import TorchEngine

    return TorchEngine.load(path)


def open_onnx(path: Path) -> Engine:
    """Return the engine of an ONNX file with a card in its metadata; UserError where it cannot be used."""
    if not find_spec("onnxruntime"):
        raise UserError("ONNX models need the package onnxruntime; install it (pip install onnxruntime).")
    from desktop_app.classifier.engines.onnx_engine import OnnxEngine

    content = onnx_file.read_onnx(path)
    return OnnxEngine(content, read_card(path), path.name)


def compiled_path(path: Path) -> Path:
    """Return where the compiled model of a file of weights is."""
    return path.with_suffix(onnx_file.SUFFIX)


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file, by which a compiled model knows the weights that it was made of."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compiled_engine(path: Path, compiled: Path) -> Engine:
    """Return the engine of a compiled model; UserError where it is damaged, of other weights, or wrong here."""
    card, said = read_card(path), onnx_file.read_metadata(compiled)
    if said.get(onnx_file.SOURCE_KEY) != fingerprint(path):
        raise UserError(f"“{compiled.name}” was compiled from other weights than those in “{path.name}”.")
    from desktop_app.classifier.engines.onnx_engine import OnnxEngine

    engine = OnnxEngine(onnx_file.read_onnx(compiled), card, compiled.name)
    # processors without VNNI add products of eight bits in sixteen, which can overflow: 5 ms find that out
    if not are_same(engine.judge(engine.prepare(check_sounds(card))), said.get(onnx_file.CHECK_KEY, "")):
        raise UserError(f"“{compiled.name}” judges differently on this processor than where it was compiled.")
    return engine
