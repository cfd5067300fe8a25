"""Compile a model for the fast engine: the network alone as ONNX, in int8 where sounds to calibrate it are at hand.

Front-ends stay outside, as scipy's transform is twice as fast as one in the graph (`classifier.features`).
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from desktop_app.audio.atomic import replacing
from desktop_app.classifier import onnx_file
from desktop_app.classifier.checkpoint import load_checkpoint
from desktop_app.classifier.engines.check_sounds import check_sounds, scores_to_text
from desktop_app.classifier.engines.engine import compiled_path
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
from desktop_app.classifier.engines.onnx_engine import OnnxEngine
from desktop_app.classifier.engines.torch_engine import TorchEngine

Array = npt.NDArray[np.float32]

INT8_TOLERANCE = 0.03
"""Most that a score may move on average over the calibration sounds; the shipped models move by 0.003."""
_INPUT, _OUTPUT = "features", "logits"


def compile_model(source: Path, calibration: Array | None = None) -> ExportReport:
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
        demand_equal(difference, INT8_TOLERANCE, source.name)
    kept = engine.judge(engine.prepare(check_sounds(model.card)))
    content = onnx_file.with_metadata(content, said | {onnx_file.CHECK_KEY: scores_to_text(kept)})
    with replacing(compiled_path(source)) as file:
        file.write(content)
    return ExportReport(compiled_path(source), "compiled", len(content), difference)


def _mean_difference(reference: TorchEngine, engine: OnnxEngine, waveforms: Array) -> float:
    """Return the largest difference of a score of each window, averaged over the windows."""
    judged = engine.judge(engine.prepare(waveforms))
    return float(np.abs(judged - reference.judge(waveforms)).max(axis=1).mean())
