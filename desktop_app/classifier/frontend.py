"""From waveforms to the input of a network: log-mel, and the complex spectrogram of the seed recipe."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torchaudio.transforms import MelSpectrogram, Spectrogram

from desktop_app.classifier.frontend_config import (
    FrontEndConfig,
    InputShape,
    LogMelConfig,
    SpectrogramConfig,
    WaveformConfig,
    describe_front_end,
    front_end_config,
    output_shape,
)
from desktop_app.errors import UserError

__all__ = [
    "FrontEnd",
    "FrontEndConfig",
    "InputShape",
    "LinearSpectrogram",
    "LogMel",
    "LogMelConfig",
    "SpectrogramConfig",
    "WaveformConfig",
    "Waveforms",
    "build_front_end",
    "describe_front_end",
    "features_of",
    "fitted_to",
    "output_shape",
]

TOGETHER = 16  # windows: what fits the cache, 210 us a clip instead of 283 for 64 at once, and what fits any memory


class LogMel(nn.Module):
    """Waveforms -> normalised log-mel, in two steps so that training can change the power in between."""

    def __init__(self, config: LogMelConfig) -> None:
        super().__init__()
        self.config = config
        self.transform = MelSpectrogram(
            sample_rate=config.sample_rate_hz,
            n_fft=config.n_fft,
            win_length=config.window_frames,
            hop_length=config.hop_frames,
            n_mels=config.mel_bands,
            f_min=config.low_hz,
            f_max=config.high_hz,
        )

    def power(self, waveforms: Tensor) -> Tensor:
        """Return the power in each band, shape (batch, 1, bands, columns), of waveforms of shape (batch, frames)."""
        steady = waveforms.mean(dim=1, keepdim=True)  # an offset of cheap converters would fill the lowest band
        return self.transform(waveforms - steady).unsqueeze(1)  # type: ignore[no-any-return]

    def compress(self, power: Tensor) -> Tensor:
        """Return the logarithm, shifted and scaled; the shape stays."""
        return (torch.log(power + self.config.floor) - self.config.mean) / self.config.deviation

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return the input of the network, shape (batch, 1, bands, columns); columns = 1 + frames // hop."""
        return self.compress(self.power(waveforms))


class LinearSpectrogram(nn.Module):
    """Waveforms -> spectrogram by `torchaudio.transforms.Spectrogram`, as Keydana's seed recipe feeds its net."""

    def __init__(self, config: SpectrogramConfig) -> None:
        super().__init__()
        self.config = config
        self.transform = Spectrogram(
            n_fft=config.n_fft,
            win_length=config.window_frames,
            hop_length=config.hop_frames,
            power=None if config.power is None else float(config.power),
            normalized=config.normalized,
        )

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return shape (batch, channels, n_fft // 2 + 1, columns): real and imaginary part, or one power."""
        spectrum = self.transform(waveforms)  # (batch, bins, columns), complex where power is None
        if self.config.power is not None:
            return spectrum.unsqueeze(1)  # type: ignore[no-any-return]
        return torch.view_as_real(spectrum).permute(0, 3, 1, 2).contiguous()


class Waveforms(nn.Module):
    """The waveform as it is, in the shape that all networks take."""

    def __init__(self, config: WaveformConfig) -> None:
        super().__init__()
        self.config = config

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return shape (batch, 1, 1, frames) for waveforms of shape (batch, frames)."""
        return waveforms[:, None, None, :]


FrontEnd = LogMel | LinearSpectrogram | Waveforms


def build_front_end(description: Mapping[str, Any]) -> FrontEnd:
    """Return the front-end that a card describes; UserError where this version cannot build it."""
    config = front_end_config(description)
    if isinstance(config, WaveformConfig):
        return Waveforms(config)
    return LogMel(config) if isinstance(config, LogMelConfig) else LinearSpectrogram(config)


def features_of(front_end: FrontEnd, waveforms: Tensor) -> Tensor:
    """Return the input of the network for waveforms of shape (batch, frames), some at a time."""
    return torch.cat([front_end(part) for part in torch.split(waveforms, TOGETHER)])


@torch.inference_mode()
def fitted_to(config: LogMelConfig, waveforms: Tensor, floor_share: float) -> LogMelConfig:
    """Return the configuration with floor, mean and deviation taken from waveforms of shape (clips, frames).

    The floor is `floor_share` of the mean power in a band. UserError where the waveforms are digital silence.
    """
    front_end = LogMel(config)
    power = torch.cat([front_end.power(part) for part in torch.split(waveforms, TOGETHER)])
    floor = float(f"{float(power.mean()) * floor_share:.4g}")
    if not floor:
        raise UserError("The clips hold nothing but digital silence, of which nothing can be learnt; choose others.")
    logarithm = torch.log(power + floor)
    mean, deviation = round(float(logarithm.mean()), 4), round(float(logarithm.std()), 4)
    return replace(config, floor=floor, mean=mean, deviation=deviation)
