"""The networks, by name: each turns the output of a front-end into one logit a class."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.classifier.architectures import M5, ComplexConvnet, Network, ResNet2d, TemporalResNet
from desktop_app.classifier.frontend import InputShape
from desktop_app.errors import UserError

__all__ = ["NETWORKS", "Network", "build_network", "count_macs", "count_parameters"]

MOST_BLOCKS = 64


def _tc_resnet(shape: InputShape, classes: int, config: Mapping[str, Any]) -> Network:
    widths = tuple(int(width) for width in config["widths"])
    blocks, kernel, dropout = int(config["blocks"]), int(config["kernel"]), float(config["dropout"])
    if not 1 <= blocks <= MOST_BLOCKS or not 2 <= len(widths) <= MOST_BLOCKS or not kernel % 2:
        raise ValueError("its depth or its kernel")  # a card that lies must not keep us building for ever
    return TemporalResNet(shape.channels * shape.bands, classes, widths, blocks, kernel, dropout)


def _complex_convnet(shape: InputShape, classes: int, config: Mapping[str, Any]) -> Network:
    return ComplexConvnet(shape.channels, classes)


def _m5(shape: InputShape, classes: int, config: Mapping[str, Any]) -> Network:
    widths = tuple(int(width) for width in config["widths"])
    kernel, stride, dropout = int(config["kernel"]), int(config["stride"]), float(config.get("dropout", 0.0))
    if not 1 <= len(widths) <= MOST_BLOCKS or shape.bands != 1 or shape.channels != 1:
        raise ValueError("it hears the waveform itself, or its depth is wrong")
    left = shape.columns
    for index in range(len(widths)):
        left = ((left - kernel) // stride + 1 if index == 0 else left - 2) // M5.POOL
    if left < 1:
        raise ValueError("the window is too short for its depth")
    return M5(classes, widths, kernel, stride, dropout)


def _resnet2d(shape: InputShape, classes: int, config: Mapping[str, Any]) -> Network:
    widths = tuple(int(width) for width in config["widths"])
    blocks, dropout = int(config["blocks"]), float(config["dropout"])
    if not 1 <= blocks <= MOST_BLOCKS or not 1 <= len(widths) <= MOST_BLOCKS:
        raise ValueError("its depth")
    return ResNet2d(shape.channels, classes, widths, blocks, dropout)


_BUILDERS: dict[str, Callable[[InputShape, int, Mapping[str, Any]], Network]] = {
    "tc_resnet": _tc_resnet,
    "complex_convnet": _complex_convnet,
    "m5": _m5,
    "resnet2d": _resnet2d,
}


def _tc_config(widths: list[int], blocks: int) -> dict[str, Any]:
    return {"kind": "tc_resnet", "widths": widths, "blocks": blocks, "kernel": 9, "dropout": 0.5}


NETWORKS: dict[str, dict[str, Any]] = {
    "tc_resnet_8": _tc_config([16, 24, 32, 48], 1),
    "tc_resnet_14_1.5": _tc_config([24, 36, 48, 72], 2),
    "tc_resnet_14_2.5": _tc_config([40, 60, 80, 120], 2),
    "complex_convnet": {"kind": "complex_convnet"},
    "m5": {"kind": "m5", "widths": [32, 32, 64, 64], "kernel": 80, "stride": 16, "dropout": 0.0},
    "resnet2d": {"kind": "resnet2d", "widths": [16, 32, 64, 128], "blocks": 1, "dropout": 0.3},
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
        raise UserError(
            f"The network is described wrongly ({reason}); correct its settings, or get the model again."
        ) from reason


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
