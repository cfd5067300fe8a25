"""The front-ends against an independent calculation, and descriptions that cannot be true."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.signal import get_window

from desktop_app.classifier.frontend import (
    InputShape,
    LinearSpectrogram,
    LogMel,
    LogMelConfig,
    SpectrogramConfig,
    build_front_end,
    describe_front_end,
    features_of,
    fitted_to,
    output_shape,
)
from desktop_app.errors import UserError


def reference_columns(
    waveform: npt.NDArray[np.float64], n_fft: int, window: int, hop: int
) -> npt.NDArray[np.complex128]:
    """Short-time Fourier transform as textbooks have it: reflected edges, periodic Hann centred in the transform."""
    taper = np.zeros(n_fft)
    taper[(n_fft - window) // 2 : (n_fft - window) // 2 + window] = get_window("hann", window, fftbins=True)
    padded = np.pad(waveform, n_fft // 2, mode="reflect")
    columns = [np.fft.rfft(padded[start : start + n_fft] * taper) for start in range(0, len(waveform) + 1, hop)]
    return np.stack(columns, axis=1)


def reference_mel(bands: int, n_fft: int, rate_hz: int, low_hz: float, high_hz: float) -> npt.NDArray[np.float64]:
    """Triangles between equally spaced points of the HTK mel scale, shape (bands, bins)."""
    mel = np.linspace(2595 * np.log10(1 + low_hz / 700), 2595 * np.log10(1 + high_hz / 700), bands + 2)
    edges_hz = 700 * (10 ** (mel / 2595) - 1)
    bins_hz = np.linspace(0, rate_hz / 2, n_fft // 2 + 1)
    rising = (bins_hz - edges_hz[:-2, None]) / (edges_hz[1:-1] - edges_hz[:-2])[:, None]
    falling = (edges_hz[2:, None] - bins_hz) / (edges_hz[2:] - edges_hz[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling))


def test_log_mel_equals_an_independent_calculation() -> None:
    waveform = np.random.default_rng(3).normal(0, 0.2, 16_000)
    config = LogMelConfig(floor=0.01, mean=-1.5, deviation=2.5)
    power = np.abs(reference_columns(waveform - waveform.mean(), 512, 480, 160)) ** 2
    expected = (np.log(reference_mel(64, 512, 16_000, 20, 8_000) @ power + 0.01) + 1.5) / 2.5
    found = LogMel(config)(torch.from_numpy(waveform.astype(np.float32) + np.float32(0.1))[None])  # offset is removed
    assert found.shape == (1, 1, 64, 101)
    np.testing.assert_allclose(found[0, 0].numpy(), expected, atol=1e-5)


def test_the_seed_front_end_has_real_and_imaginary_part_as_two_channels() -> None:
    waveform = np.random.default_rng(4).normal(0, 0.2, 16_000)
    found = LinearSpectrogram(SpectrogramConfig())(torch.from_numpy(waveform.astype(np.float32)).repeat(3, 1))
    assert found.shape == (3, 2, 257, 101)
    energy = np.sqrt(np.sum(get_window("hann", 480) ** 2))
    expected = reference_columns(waveform, 512, 480, 160) / energy
    np.testing.assert_allclose(found[1, 0].numpy(), expected.real, atol=1e-5)
    np.testing.assert_allclose(found[1, 1].numpy(), expected.imag, atol=1e-5)


@pytest.mark.parametrize("power", [2.0, 1.0, 0.5])
def test_a_power_is_one_channel(power: float) -> None:
    waveforms = torch.randn(2, 16_000, generator=torch.Generator().manual_seed(1))
    complex_parts = LinearSpectrogram(SpectrogramConfig())(waveforms)
    found = LinearSpectrogram(SpectrogramConfig(power=power))(waveforms)
    magnitude = complex_parts.square().sum(dim=1, keepdim=True).sqrt()
    torch.testing.assert_close(found, magnitude**power, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("config", [LogMelConfig(), SpectrogramConfig(), SpectrogramConfig(power=1.0)])
def test_a_front_end_comes_back_from_its_description_and_its_shape_is_known_beforehand(
    config: LogMelConfig | SpectrogramConfig,
) -> None:
    description = describe_front_end(config)
    front_end = build_front_end(description)
    shape = output_shape(description, 12_345)
    assert front_end.config == config
    assert front_end(torch.zeros(1, 12_345)).shape == (1, shape.channels, shape.bands, shape.columns)


def test_long_windows_are_transformed_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    together = []
    power = LogMel.power

    def watched(front_end: LogMel, waveforms: torch.Tensor) -> torch.Tensor:
        together.append(len(waveforms))
        return power(front_end, waveforms)

    waveforms = torch.randn(100, 1_600)
    once = LogMel(LogMelConfig())(waveforms)
    monkeypatch.setattr(LogMel, "power", watched)
    fitted_to(LogMelConfig(), waveforms, 1e-3)
    assert torch.allclose(features_of(LogMel(LogMelConfig()), waveforms), once, atol=1e-5)
    assert max(together) <= 16 and sum(together) == 200


def test_of_digital_silence_nothing_is_learnt() -> None:
    with pytest.raises(UserError, match="digital silence"):
        fitted_to(LogMelConfig(), torch.zeros(3, 1_600), 1e-3)


def test_fitted_constants_normalise_what_they_were_fitted_to() -> None:
    waveforms = 0.1 * torch.randn(8, 16_000, generator=torch.Generator().manual_seed(2))
    features = LogMel(fitted_to(LogMelConfig(), waveforms, 1e-3))(waveforms)
    assert abs(float(features.mean())) < 0.01
    assert abs(float(features.std()) - 1) < 0.01


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "wavelets"},
        {"n_fft": 2**40},
        {"n_fft": "512"},
        {"hop_frames": 0},
        {"mel_bands": 10**9},
        {"high_hz": 9_000.0},
        {"floor": 0.0},
        {"deviation": float("nan")},
        {"colour": "red"},
    ],
)
def test_a_front_end_that_cannot_be_is_one_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"[.]$"):
        build_front_end({**describe_front_end(LogMelConfig()), **change})


def test_the_waveform_itself_is_a_front_end() -> None:
    front_end = build_front_end({"kind": "waveform"})
    waveforms = torch.randn(3, 800)
    assert torch.equal(front_end(waveforms)[:, 0, 0], waveforms)
    assert output_shape({"kind": "waveform"}, 800) == InputShape(1, 1, 800)
