"""Models by eager torch: the reference that every other engine is compared with, and what runs every network."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.checkpoint import LoadedModel, load_checkpoint
from desktop_app.classifier.frontend import features_of

Array = npt.NDArray[np.float32]


class TorchEngine:
    """A network and its front-end in torch."""

    name = "torch"

    def __init__(self, model: LoadedModel) -> None:
        self.card: ModelCard = model.card
        self._front_end = model.front_end.eval()
        self._network = model.network.eval()

    @classmethod
    def load(cls, path: Path) -> "TorchEngine":
        """Return the model in a file; UserError where it cannot be used.

        Leaves one core to the rest of the program: torch gets all cores but one, at least one.
        """
        torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
        return cls(load_checkpoint(path))

    def prepare(self, waveforms: Array) -> Array:
        """Return the waveforms: torch's front-end runs with its network, in one thread."""
        return waveforms

    @torch.inference_mode()
    def judge(self, prepared: Array) -> Array:
        """Return scores, shape (batch, classes), each row adding up to 1, of waveforms of shape (batch, frames)."""
        if not len(prepared):
            return np.zeros((0, len(self.card.classes)), np.float32)
        whole = torch.from_numpy(np.ascontiguousarray(prepared, np.float32))
        logits = self._network(features_of(self._front_end, whole))
        scores: Array = (logits / self.card.temperature).softmax(dim=1).numpy()
        return scores
