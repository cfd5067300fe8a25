"""Sizes of the networks against what their papers and the seed recipe say."""

from typing import Any

import pytest
import torch

from desktop_app.classifier.frontend import InputShape
from desktop_app.classifier.networks import NETWORKS, build_network, count_macs, count_parameters
from desktop_app.errors import UserError

MEL = InputShape(1, 64, 101)
SEED = InputShape(2, 257, 101)


def test_the_seed_net_has_the_five_convolutions_and_the_size_of_the_recipe() -> None:
    network = build_network(NETWORKS["complex_convnet"], SEED, 30)
    convolutions = [layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert [layer.out_channels for layer in convolutions] == [32, 64, 128, 256, 512]
    assert count_parameters(network) == 1_849_342
    assert round(count_macs(network, SEED) / 1e6) == 310
    assert network.eval()(torch.zeros(2, 2, 257, 101)).shape == (2, 30)


@pytest.mark.parametrize(
    ("name", "thousands", "million_macs"),
    [("tc_resnet_8", 66, 1.7), ("tc_resnet_14_1.5", 305, 7.0), ("tc_resnet_14_2.5", 839, 19.0)],
)
def test_the_temporal_nets_have_their_published_sizes(name: str, thousands: int, million_macs: float) -> None:
    network = build_network(NETWORKS[name], MEL, 12)
    assert round(count_parameters(network) / 1e3) == thousands
    assert round(count_macs(network, MEL) / 1e6, 1) == million_macs
    assert network.embed(torch.zeros(3, 1, 64, 101)).shape == (3, network.width)


def test_counting_leaves_the_network_as_it_was() -> None:
    network = build_network(NETWORKS["tc_resnet_8"], MEL, 12).train()
    count_macs(network, MEL)
    assert network.training
    assert not any(layer._forward_hooks for layer in network.modules())


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"kind": "transformer"},
        {"kind": "tc_resnet"},
        {**NETWORKS["tc_resnet_8"], "widths": "many"},
        {**NETWORKS["tc_resnet_8"], "widths": []},
        {**NETWORKS["tc_resnet_8"], "widths": [8, -3]},
        {**NETWORKS["tc_resnet_8"], "dropout": 7},
        {**NETWORKS["tc_resnet_8"], "blocks": 10**12},
        {**NETWORKS["tc_resnet_8"], "kernel": 8},
        {**NETWORKS["tc_resnet_8"], "kernel": None},
    ],
)
def test_a_network_that_cannot_be_is_one_sentence(description: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"[.]$"):
        build_network(description, MEL, 12)


def test_m5_hears_the_waveform_and_has_the_size_of_the_tutorial() -> None:
    shape = InputShape(1, 1, 8_000)
    network = build_network(NETWORKS["m5"], shape, 35)
    # 26,915 in the tutorial, whose convolutions have biases before batch norm
    assert count_parameters(network) == 26_723
    assert network.eval()(torch.zeros(2, 1, 1, 8_000)).shape == (2, 35)


def test_the_two_dimensional_net_is_small_and_grows_by_its_description() -> None:
    network = build_network(NETWORKS["resnet2d"], MEL, 30)
    assert round(count_parameters(network) / 1e3) == 311
    assert round(count_macs(network, MEL) / 1e6) == 26
    assert network.eval()(torch.zeros(2, 1, 64, 101)).shape == (2, 30)
    wider = build_network({**NETWORKS["resnet2d"], "widths": [32, 64, 128, 256], "blocks": 2}, SEED, 30)
    assert count_parameters(wider) > 2_000_000
    assert wider.eval()(torch.zeros(2, 2, 257, 101)).shape == (2, 30)


@pytest.mark.parametrize("frames", [80, 1_000])
def test_a_window_too_short_for_m5_is_one_sentence(frames: int) -> None:
    with pytest.raises(UserError, match="too short"):
        build_network(NETWORKS["m5"], InputShape(1, 1, frames), 3)
