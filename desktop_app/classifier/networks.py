"""The networks, by name: each turns the output of a front-end into one logit a class."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.classifier.frontend import InputShape
from desktop_app.errors import UserError

MOST_BLOCKS = 64


class ResidualBlock(nn.Module):
    """Two temporal convolutions with a shortcut (Choi et al. 2019, TC-ResNet, figure 2)."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int) -> None:
        super().__init__()
        same = kernel // 2
        self.body = nn.Sequential(
            nn.Conv1d(channels_in, channels_out, kernel, stride, same, bias=False),
            nn.BatchNorm1d(channels_out),
            nn.ReLU(),
            nn.Conv1d(channels_out, channels_out, kernel, 1, same, bias=False),
            nn.BatchNorm1d(channels_out),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(
                nn.Conv1d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm1d(channels_out), nn.ReLU()
            )

    def forward(self, x: Tensor) -> Tensor:
        """Return shape (batch, channels_out, columns / stride) for (batch, channels_in, columns)."""
        return torch.relu(self.body(x) + self.shortcut(x))


class Network(nn.Module):
    """What all networks have in common: `embed` makes one vector of each window, `head` makes logits of it."""

    head: nn.Module
    width: int
    """Length of the vectors that `embed` returns."""

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, width), for the output of a front-end."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Return logits, shape (batch, classes), for the output of a front-end, (batch, channels, bands, columns)."""
        logits: Tensor = self.head(self.embed(x))
        return logits


class TemporalResNet(Network):
    """TC-ResNet: the bands are channels, all convolutions run along time (Choi et al. 2019, arXiv 1904.03814)."""

    def __init__(
        self, bands: int, classes: int, widths: tuple[int, ...], blocks: int, kernel: int, dropout: float
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv1d(bands, widths[0], 3, padding=1, bias=False)]
        width = widths[0]
        for wider in widths[1:]:
            for index in range(blocks):
                layers.append(ResidualBlock(width, wider, kernel, stride=2 if index == 0 else 1))
                width = wider
        self.body = nn.Sequential(*layers)
        self.width = width
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, classes))

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, widths[-1]), for (batch, channels, bands, columns)."""
        features: Tensor = self.body(x.flatten(1, 2))  # (batch, widths[-1], columns / 8)
        return features.mean(dim=2)


class ComplexConvnet(Network):
    """The net of the seed recipe (Keydana 2023, "Deep Learning and Scientific Computing with R torch", chapter 26)."""

    WIDTHS = (32, 64, 128, 256, 512)

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = channels
        for index, wider in enumerate(self.WIDTHS):
            layers += [nn.Conv2d(width, wider, 3), nn.BatchNorm2d(wider), nn.ReLU()]
            layers += [nn.MaxPool2d(2), nn.Dropout2d(0.2)] if index < len(self.WIDTHS) - 1 else []
            width = wider
        self.body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Dropout2d(0.2), nn.Flatten())
        self.width = width
        self.head = nn.Sequential(
            nn.Linear(width, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, classes)
        )

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, 512), for (batch, channels, bins, columns)."""
        features: Tensor = self.body(x)
        return features


def _tc_resnet(shape: InputShape, classes: int, config: Mapping[str, Any]) -> Network:
    widths = tuple(int(width) for width in config["widths"])
    blocks, kernel, dropout = int(config["blocks"]), int(config["kernel"]), float(config["dropout"])
    if not 1 <= blocks <= MOST_BLOCKS or not 2 <= len(widths) <= MOST_BLOCKS or not kernel % 2:
        raise ValueError("its depth or its kernel")  # a card that lies must not keep us building for ever
    return TemporalResNet(shape.channels * shape.bands, classes, widths, blocks, kernel, dropout)


def _complex_convnet(shape: InputShape, classes: int, config: Mapping[str, Any]) -> Network:
    return ComplexConvnet(shape.channels, classes)


_BUILDERS: dict[str, Callable[[InputShape, int, Mapping[str, Any]], Network]] = {
    "tc_resnet": _tc_resnet,
    "complex_convnet": _complex_convnet,
}


def _tc_config(widths: list[int], blocks: int) -> dict[str, Any]:
    return {"kind": "tc_resnet", "widths": widths, "blocks": blocks, "kernel": 9, "dropout": 0.5}


NETWORKS: dict[str, dict[str, Any]] = {
    "tc_resnet_8": _tc_config([16, 24, 32, 48], 1),
    "tc_resnet_14_1.5": _tc_config([24, 36, 48, 72], 2),
    "tc_resnet_14_2.5": _tc_config([40, 60, 80, 120], 2),
    "complex_convnet": {"kind": "complex_convnet"},
}
"""Descriptions to start from, by name; `build_network` takes them, changed or not, and cards keep them."""


def build_network(description: Mapping[str, Any], shape: InputShape, classes: int) -> Network:
    """Return a network with fresh weights; UserError where the description is not one that this version can build."""
    builder = _BUILDERS.get(str(description.get("kind")))
    if builder is None:
        kind = description.get("kind")
        raise UserError(
            f"The model is a network of the kind {kind!r}, which this version of Earmark does not know; update Earmark."
        )
    try:
        return builder(shape, classes, description)
    except (LookupError, TypeError, ValueError, RuntimeError) as reason:
        raise UserError(f"The model's network is described wrongly ({reason}); get the model again.") from reason


def count_parameters(network: nn.Module) -> int:
    """Return the number of trained weights."""
    return sum(parameter.numel() for parameter in network.parameters())


def count_macs(network: Network, shape: InputShape) -> int:
    """Return the multiply-accumulate operations of convolutions and linear layers for one window."""
    counted: list[int] = []

    def count(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        weight = layer.weight
        assert isinstance(weight, Tensor)
        places = math.prod(output.shape[2:])  # 1 for a linear layer
        counted.append(weight.numel() * places)

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    was_training = network.training
    with torch.inference_mode():
        network.eval()(torch.zeros(1, shape.channels, shape.bands, shape.columns))
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    return sum(counted)
