"""Compile a model for the fast engine: the network alone as ONNX, in int8 where sounds to calibrate it are at hand.

Front-ends stay outside, as scipy's transform is twice as fast as one in the graph (`engines.features`).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from desktop_app.audio.atomic import replacing
from desktop_app.classifier import onnx_file
from desktop_app.classifier.checkpoint import load_checkpoint
from desktop_app.classifier.engines.check_sounds import check_sounds, scores_to_text
from desktop_app.classifier.engines.engine import Engine, compiled_path
from desktop_app.classifier.engines.export import (
    TOLERANCE,
    ExportReport,
    demand_equal,
    largest_difference,
    metadata_of,
    onnx_bytes,
    quiet_exporters,
)
from desktop_app.classifier.engines.features import build_features
from desktop_app.classifier.engines.onnx_engine import RUNTIME_FAILURES, OnnxEngine
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.errors import UserError

Array = npt.NDArray[np.float32]

INT8_TOLERANCE = 0.03
"""Most that a score may move on average over the calibration sounds; the shipped models move by 0.003."""
MOST_LOST = 0.003
"""Most of the clips held back that may be judged wrong in int8 and right in float32, as a share of all."""
BATCH = 64
_INPUT, _OUTPUT = "features", "logits"


COMPILE_FAILURES: tuple[type[Exception], ...] = (
    *RUNTIME_FAILURES,
    UserError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
)
"""What exporters and quantisers raise for networks that they cannot take."""


class QuantizedWorseError(UserError):
    """In int8 a network is not as good as it was."""


@dataclass(frozen=True)
class HeldBack:
    """Clips that the network has not learnt from."""

    waveforms: Array
    """A window each, shape (windows, frames), at the card's rate."""
    targets: npt.NDArray[np.int64]
    """What each is: a place among the card's classes."""


def compile_best(source: Path, calibration: Array, held_back: HeldBack | None) -> ExportReport:
    """Write the compiled model in int8 where that costs nothing that can be seen, else in float32.

    int8 is taken if its scores keep to `compile_model`'s tolerance and, of the clips held back, at most `MOST_LOST`
    fewer are judged right than by torch. UserError where neither can be made. Some seconds; any thread but the
    window's.
    """
    try:
        return compile_model(source, calibration, held_back)
    except QuantizedWorseError:
        return compile_model(source)


def compile_model(source: Path, calibration: Array | None = None, held_back: HeldBack | None = None) -> ExportReport:
    """Write the compiled model beside a file of weights, where `open_engine` finds it, and return what was written.

    `calibration` holds typical windows, some hundred, shape (windows, frames) at the card's rate: with them the network
    is compiled to int8, else to float32. Nothing is written that judges differently; UserError says so. Some seconds;
    any thread but the window's.
    """
    model = load_checkpoint(source)
    features = build_features(model.card.front_end, model.card.window_frames)
    shape = features.shape
    example = torch.zeros(2, shape.channels, shape.bands, shape.columns)
    said = metadata_of(model.card, source) | {onnx_file.INPUT_KEY: _INPUT, onnx_file.OUTPUT_KEY: _OUTPUT}
    with quiet_exporters():
        content = onnx_bytes(model.network, example, (_INPUT, _OUTPUT))
        if calibration is not None:
            from desktop_app.classifier.engines.quantize import quantized

            content = quantized(content, _INPUT, features(calibration))
    said[onnx_file.PRECISION_KEY] = "float32" if calibration is None else "int8"
    content = onnx_file.with_metadata(content, said)
    engine = OnnxEngine(content, model.card, compiled_path(source).name)
    if calibration is None:
        difference = largest_difference(model, lambda waveforms: engine.judge(engine.prepare(waveforms)))
        demand_equal(difference, TOLERANCE, source.name)
    else:
        difference = _mean_difference(TorchEngine(model), engine, calibration)
        _demand_as_good(difference, TorchEngine(model), engine, held_back)
    kept = engine.judge(engine.prepare(check_sounds(model.card)))
    content = onnx_file.with_metadata(content, said | {onnx_file.CHECK_KEY: scores_to_text(kept)})
    with replacing(compiled_path(source)) as file:
        file.write(content)
    return ExportReport(compiled_path(source), "compiled", len(content), difference)


def _demand_as_good(difference: float, reference: Engine, engine: Engine, held_back: HeldBack | None) -> None:
    """Raise QuantizedWorseError where scores have moved too far, or fewer of the clips held back are judged right."""
    lost, most = 0, 0.0
    if held_back is not None:
        lost = _count_right(reference, held_back) - _count_right(engine, held_back)
        most = MOST_LOST * len(held_back.targets)
    if not (difference <= INT8_TOLERANCE and lost <= most):
        raise QuantizedWorseError(
            f"In int8 “{reference.card.name}” judges differently (scores move by {difference:.2g}, {lost} more of the "
            "clips held back are judged wrong) and was not written; compile it without calibration."
        )


def _count_right(engine: Engine, held_back: HeldBack) -> int:
    rows = range(0, len(held_back.targets), BATCH)
    parts = [engine.judge(engine.prepare(held_back.waveforms[row : row + BATCH])).argmax(axis=1) for row in rows]
    return int((np.concatenate(parts) == held_back.targets).sum())


def _mean_difference(reference: TorchEngine, engine: OnnxEngine, waveforms: Array) -> float:
    """Return the largest difference of a score of each window, averaged over the windows."""
    judged = engine.judge(engine.prepare(waveforms))
    return float(np.abs(judged - reference.judge(waveforms)).max(axis=1).mean())
