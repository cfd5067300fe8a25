"""Model files: safetensors with the card in their metadata. Nothing is ever unpickled."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from desktop_app.audio.atomic import replacing
from desktop_app.audio.sources import shown_name
from desktop_app.classifier.card import METADATA_KEY, ModelCard, card_to_json, read_card
from desktop_app.classifier.frontend import FrontEnd, build_front_end, output_shape
from desktop_app.classifier.networks import Network, build_network
from desktop_app.errors import UserError


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to judge."""

    card: ModelCard
    """What it is."""
    front_end: FrontEnd
    """From waveforms to the network's input."""
    network: Network
    """From there to logits; in evaluation mode."""


def save_checkpoint(path: Path, network: Network, card: ModelCard) -> None:
    """Write weights and card, whole or not at all; UserError where the disk refuses or the card does not fit."""
    weights = {name: tensor.detach().contiguous() for name, tensor in network.state_dict().items()}
    _compare(weights, card, shown_name(path))
    content = save(weights, metadata={METADATA_KEY: card_to_json(card)})
    with replacing(path) as file:
        file.write(content)


def load_checkpoint(path: Path) -> LoadedModel:
    """Return the model in a file; UserError where it is damaged, newer, or its weights are not what its card says."""
    card = read_card(path)
    try:
        weights = load_file(path)
    except (SafetensorError, OSError, ValueError) as reason:
        raise UserError(f"“{shown_name(path)}” is damaged or cut short; get the model again.") from reason
    network = _compare(weights, card, shown_name(path))
    network.load_state_dict(weights, assign=True)
    return LoadedModel(card, build_front_end(card.front_end), network.eval())


def _compare(weights: dict[str, torch.Tensor], card: ModelCard, file_name: str) -> Network:
    """Return the card's network without memory behind it, or UserError where names, shapes or numbers differ."""
    shape = output_shape(card.front_end, card.window_frames)
    with torch.device("meta"):  # a card that lies about its sizes costs no memory
        network = build_network(card.network, shape, len(card.classes))
    expected = {name: (tensor.shape, tensor.dtype) for name, tensor in network.state_dict().items()}
    found = {name: (tensor.shape, tensor.dtype) for name, tensor in weights.items()}
    if expected != found:
        raise UserError(f"The weights in “{file_name}” are not those of the network on its card; get the model again.")
    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values()):
        raise UserError(f"The weights in “{file_name}” are not all numbers; get the model again or train it anew.")
    return network
