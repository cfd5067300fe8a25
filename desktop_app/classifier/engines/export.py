"""Models for other programs: ONNX, TorchScript and torch.export, from waveforms to scores, checked against torch."""

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from desktop_app.audio.atomic import replacing
from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import ModelCard, card_to_json
from desktop_app.classifier.checkpoint import LoadedModel, load_checkpoint
from desktop_app.classifier.engines.check_sounds import check_sounds
from desktop_app.classifier.engines.engine import fingerprint
from desktop_app.classifier.engines.features import SpectralFeatures, build_features
from desktop_app.classifier.engines.graph_frontend import GraphFrontEnd
from desktop_app.classifier.engines.onnx_engine import OnnxEngine
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.classifier.frontend import build_front_end
from desktop_app.errors import UserError

Array = npt.NDArray[np.float32]

TOLERANCE = 1e-4
OPSET = 20
CARD_FILE = "card.json"
_NOISY_LOGGERS = ("torch.onnx._internal.exporter._registration", "onnxscript", "onnx_ir", "torch.export")


@dataclass(frozen=True)
class ExportReport:
    """What was written."""

    path: Path
    """Where."""
    kind: str
    """One of `EXPORT_KINDS`, or "compiled"."""
    size_bytes: int
    """Length of the file."""
    largest_difference: float
    """Between its scores and eager torch's, over test sounds."""


class WaveformModel(nn.Module):
    """Waveforms of shape (batch, frames) -> calibrated scores of shape (batch, classes), as one module."""

    def __init__(self, front_end: nn.Module, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.front_end, self.network, self.temperature = front_end, network, temperature
        self.eval()

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return scores, each row adding up to 1."""
        logits: Tensor = self.network(self.front_end(waveforms))
        return torch.softmax(logits / self.temperature, dim=1)


def export_model(source: Path, target: Path, kind: str) -> ExportReport:
    """Write a model for other programs and return what was written; UserError where it cannot be done.

    `kind` is one of `EXPORT_KINDS`. The file has the card inside: in the metadata of ONNX, as the extra file
    `card.json` in the other two. Nothing is written unless its scores equal eager torch's to 1e-4. Seconds; any thread
    but the window's.
    """
    if kind not in EXPORT_KINDS:
        raise UserError(f"There is no export of the kind “{kind}”; the kinds are: {', '.join(EXPORT_KINDS)}.")
    model = load_checkpoint(source)
    with quiet_exporters():
        content, judge = EXPORT_KINDS[kind](model, source)
        difference = largest_difference(model, judge)
    demand_equal(difference, TOLERANCE, source.name)
    with replacing(target) as file:
        file.write(content)
    return ExportReport(target, kind, len(content), difference)


Judge = Callable[[Array], Array]


def _as_onnx(model: LoadedModel, source: Path) -> tuple[bytes, Judge]:
    card = model.card
    module = WaveformModel(_graph_front_end(card), model.network, card.temperature)
    content = onnx_bytes(module, torch.zeros(2, card.window_frames), ("waveforms", "scores"))
    said = metadata_of(card, source) | {onnx_file.INPUT_KEY: "waveforms", onnx_file.OUTPUT_KEY: "scores"}
    content = onnx_file.with_metadata(content, said | {onnx_file.PRECISION_KEY: "float32"})
    engine = OnnxEngine(content, card, source.name)
    return content, lambda waveforms: engine.judge(engine.prepare(waveforms))


def _graph_front_end(card: ModelCard) -> nn.Module:
    features = build_features(card.front_end, card.window_frames)
    if isinstance(features, SpectralFeatures):
        return GraphFrontEnd(features.config, card.window_frames)
    return build_front_end(card.front_end)


def _as_torchscript(model: LoadedModel, _source: Path) -> tuple[bytes, Judge]:
    module = WaveformModel(model.front_end, model.network, model.card.temperature)
    with torch.inference_mode():
        example = torch.zeros(2, model.card.window_frames)
        traced = torch.jit.trace(module, example, check_trace=False)  # type: ignore[no-untyped-call]
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer, _extra_files={CARD_FILE: card_to_json(model.card)})
    read_back = torch.jit.load(io.BytesIO(buffer.getvalue()))  # type: ignore[no-untyped-call]
    return buffer.getvalue(), _judge_by(read_back)


def _as_torch_export(model: LoadedModel, _source: Path) -> tuple[bytes, Judge]:
    module = WaveformModel(model.front_end, model.network, model.card.temperature)
    example = torch.zeros(2, model.card.window_frames)
    program = torch.export.export(module, (example,), dynamic_shapes=({0: torch.export.Dim("batch", min=1)},))
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={CARD_FILE: card_to_json(model.card)})
    return buffer.getvalue(), _judge_by(torch.export.load(io.BytesIO(buffer.getvalue())).module())


EXPORT_KINDS: dict[str, Callable[[LoadedModel, Path], tuple[bytes, Judge]]] = {
    "onnx": _as_onnx,
    "torchscript": _as_torchscript,
    "torch-export": _as_torch_export,
}
"""Name -> what makes the content of the file, and what judges by that content."""


def onnx_bytes(module: nn.Module, example: Tensor, names: tuple[str, str]) -> bytes:
    """Return a module as ONNX, one file, any batch size; `names` are those of its input and its output.

    UserError where the packages for it are missing.
    """
    missing = [package for package in ("onnx", "onnxscript") if not find_spec(package)]
    if missing:
        raise UserError(f"Writing ONNX needs {' and '.join(missing)}: install them (pip install 'earmark[export]').")
    program = torch.onnx.export(
        module.eval(),
        (example,),
        dynamo=True,
        dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
        input_names=names[:1],
        output_names=names[1:],
        opset_version=OPSET,
        verbose=False,
    )
    assert program is not None
    content: bytes = program.model_proto.SerializeToString()
    return content


def metadata_of(card: ModelCard, source: Path) -> dict[str, str]:
    """Return what every ONNX file of ours says: the card, the weights it was made of, and when."""
    return {
        onnx_file.CARD_KEY: card_to_json(card),
        onnx_file.SOURCE_KEY: fingerprint(source),
        "earmark_made": date.today().isoformat(),
    }


def largest_difference(model: LoadedModel, judge: Judge) -> float:
    """Return how far scores lie from eager torch's, over single windows and batches of test sounds."""
    reference, sounds = TorchEngine(model), check_sounds(model.card)
    batches = [sounds[:1], sounds[1:4], sounds]
    return max(float(np.abs(judge(batch) - reference.judge(batch)).max()) for batch in batches)


def demand_equal(difference: float, tolerance: float, name: str) -> None:
    """Raise UserError where an exported model does not judge as the original does; NaN is no equality."""
    if not difference <= tolerance:
        raise UserError(
            f"The export of “{name}” judges differently (by up to {difference:.2g}) and was not written; "
            "use the model in Earmark's own format."
        )


def _judge_by(module: nn.Module) -> Judge:
    def judge(waveforms: Array) -> Array:
        with torch.inference_mode():
            scores: Array = module(torch.from_numpy(waveforms)).numpy()
            return scores

    return judge


@contextmanager
def quiet_exporters() -> Iterator[None]:
    """Keep the exporters' notes on packages that are not there and on their own future from users and logs."""
    loggers = [logging.getLogger(name) for name in _NOISY_LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
