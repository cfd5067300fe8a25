"""An embedding made of a classifier: what all stages of its network found, as one vector, by torch and as ONNX."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from desktop_app.audio.atomic import replacing
from desktop_app.classifier import onnx_file
from desktop_app.classifier.architectures import TemporalResNet
from desktop_app.classifier.checkpoint import LoadedModel, load_checkpoint
from desktop_app.classifier.embedding import WIDTH_KEY, Embedding, vector_engine
from desktop_app.classifier.engines.check_sounds import check_sounds
from desktop_app.classifier.engines.engine import compiled_path
from desktop_app.classifier.engines.export import TOLERANCE, demand_equal, metadata_of, onnx_bytes, quiet_exporters
from desktop_app.classifier.frontend import features_of, output_shape
from desktop_app.errors import UserError

Array = npt.NDArray[np.float32]

ROWS_AT_ONCE = 64


class StageVectors(nn.Module):
    """Features -> vectors of length 1: mean and maximum over time of what every stage of a temporal net found.

    The last stage alone knows the classes that it was trained on; what comes before it knows sounds in general
    (docs/decisions.md has the numbers).
    """

    def __init__(self, network: TemporalResNet, blocks: int) -> None:
        """Take the layers of a network with so many blocks to a stage."""
        super().__init__()
        self.layers = network.body
        self.last_of_stage = frozenset(range(0, len(network.body), blocks))

    def forward(self, features: Tensor) -> Tensor:
        """Return shape (batch, width) for the output of a front-end, (batch, channels, bands, columns)."""
        found = features.flatten(1, 2)
        parts = []
        for place, layer in enumerate(self.layers):
            found = layer(found)
            if place in self.last_of_stage:
                parts += [normalize(found.mean(dim=2)), normalize(found.amax(dim=2))]
        return normalize(torch.cat(parts, dim=1))


def stage_vectors(model: LoadedModel) -> StageVectors:
    """Return the vectors of a model; UserError where its network is not a temporal one."""
    if not isinstance(model.network, TemporalResNet):
        raise UserError(f"“{model.card.name}” is no temporal network (tc_resnet); embeddings are made of those.")
    return StageVectors(model.network, int(model.card.network["blocks"])).eval()


@torch.inference_mode()
def vectors_by_torch(model: LoadedModel, waveforms: Array) -> Array:
    """Return vectors, shape (batch, width), of waveforms of shape (batch, frames): the reference."""
    vectors = stage_vectors(model)
    parts = torch.split(torch.from_numpy(waveforms), ROWS_AT_ONCE)
    found: Array = torch.cat([vectors(features_of(model.front_end, part)) for part in parts]).numpy()
    return found


def compile_embedding(source: Path) -> Path:
    """Write the vectors of a model's network as ONNX beside its weights, and return the file.

    UserError where they differ from torch's by more than 1e-4; then nothing is written.
    """
    model = load_checkpoint(source)
    card, target = model.card, compiled_path(source)
    shape = output_shape(card.front_end, card.window_frames)
    sounds = check_sounds(card)
    reference = vectors_by_torch(model, sounds)
    said = {
        onnx_file.INPUT_KEY: "features",
        onnx_file.OUTPUT_KEY: "scores",
        onnx_file.PRECISION_KEY: "float32",
        WIDTH_KEY: str(reference.shape[1]),
    }
    with quiet_exporters():
        example = torch.zeros(2, shape.channels, shape.bands, shape.columns)
        content = onnx_bytes(stage_vectors(model), example, ("features", "vectors"))
    content = onnx_file.with_metadata(content, metadata_of(card, source) | said)
    embedding = Embedding(vector_engine(content, card, reference.shape[1], target.name), card)
    demand_equal(float(np.abs(embedding.embed(sounds) - reference).max()), TOLERANCE, source.name)
    with replacing(target) as file:
        file.write(content)
    return target
