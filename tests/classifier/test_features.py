"""The front-ends without torch, and those inside exported graphs, equal the torch front-ends."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from desktop_app.classifier.engines.features import SpectralFeatures, build_features, mel_bands
from desktop_app.classifier.engines.graph_frontend import GraphFrontEnd
from desktop_app.classifier.frontend import LogMel, LogMelConfig, build_front_end
from desktop_app.errors import UserError

DESCRIPTIONS: list[tuple[dict[str, Any], int]] = [
    ({"kind": "log_mel", "floor": 0.0047, "mean": -3.8, "deviation": 2.48}, 16_000),
    ({"kind": "log_mel", "sample_rate_hz": 8_000, "n_fft": 300, "window_frames": 201, "hop_frames": 77}, 4_000),
    ({"kind": "log_mel", "sample_rate_hz": 192_000, "low_hz": 15_000.0, "high_hz": 96_000.0, "n_fft": 1_024}, 19_200),
    ({"kind": "spectrogram"}, 16_000),
    ({"kind": "spectrogram", "power": 1.0}, 8_001),
    ({"kind": "spectrogram", "power": 0.5, "normalized": False}, 5_000),
    ({"kind": "spectrogram", "power": 2, "n_fft": 301, "window_frames": 301, "hop_frames": 301}, 5_000),
    ({"kind": "spectrogram", "n_fft": 301, "window_frames": 300, "hop_frames": 40}, 5_000),
]


def full(description: dict[str, Any]) -> dict[str, Any]:
    """Return the description with bands that fit its rate."""
    if description["kind"] == "log_mel":
        return {"mel_bands": 24, "high_hz": description.get("sample_rate_hz", 16_000) / 2} | description
    return description


def sounds(frames: int) -> np.ndarray:
    """Return an offset, a click, and noises from loud to faint."""
    random = np.random.default_rng(4)
    made = random.normal(0, 1, (6, frames)) * np.array([[0], [0], [0.5], [0.1], [1e-2], [1e-4]])
    made[0] = 0.3
    made[1, 7] = 1
    return made.astype(np.float32)


@pytest.mark.parametrize(("description", "frames"), DESCRIPTIONS)
def test_both_ways_equal_the_torch_front_end(description: dict[str, Any], frames: int) -> None:
    description = full(description)
    waveforms = sounds(frames)
    expected = build_front_end(description)(torch.from_numpy(waveforms)).numpy()
    features = build_features(description, frames)
    near = 2e-3 if description.get("power") == 0.5 else 1e-4  # the fourth root of 1e-14, a rounding error, is 3e-4
    np.testing.assert_allclose(features(waveforms), expected, atol=near)
    assert isinstance(features, SpectralFeatures)
    in_graph = GraphFrontEnd(features.config, frames)(torch.from_numpy(waveforms)).numpy()
    np.testing.assert_allclose(in_graph, expected, atol=near)
    assert features(waveforms[:0]).shape == (0, *expected.shape[1:])


def test_a_waveform_is_handed_over_as_it_is() -> None:
    waveforms = sounds(500)
    expected = build_front_end({"kind": "waveform"})(torch.from_numpy(waveforms)).numpy()
    np.testing.assert_array_equal(build_features({"kind": "waveform"}, 500)(waveforms), expected)


def test_the_mel_bands_are_torchaudios() -> None:
    config = LogMelConfig(sample_rate_hz=22_050, n_fft=1_024, window_frames=1_024, low_hz=300, high_hz=11_025)
    np.testing.assert_allclose(mel_bands(config), LogMel(config).transform.mel_scale.fb.numpy(), atol=1e-5)


def test_several_threads_compute_at_once_without_mixing_clips() -> None:
    features = build_features({"kind": "log_mel"}, 16_000)
    clips = [np.random.default_rng(seed).normal(0, 0.1, (1, 16_000)).astype(np.float32) for seed in range(24)]
    expected = [features(clip) for clip in clips]
    with ThreadPoolExecutor(4) as pool:
        for alone, found in zip(expected, pool.map(features, clips), strict=True):
            np.testing.assert_array_equal(alone, found)


@pytest.mark.parametrize(
    "lie",
    [{"hop_frames": 0}, {"n_fft": 10**9}, {"window_frames": 1}, {"mel_bands": 10**6}, {"high_hz": 1e9}, {"kind": "x"}],
)
def test_a_front_end_that_lies_is_one_sentence(lie: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="front-end"):
        build_features({"kind": "log_mel"} | lie, 16_000)
    with pytest.raises(UserError, match="window"):
        build_features({"kind": "log_mel"}, 256)
