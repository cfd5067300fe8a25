"""From waveforms to the input of a network: log-mel, and the complex spectrogram of the seed recipe."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torchaudio.transforms import MelSpectrogram, Spectrogram

from desktop_app.errors import UserError

MOST_FFT = 65_536


@dataclass(frozen=True)
class LogMelConfig:
    """Log of the power in mel bands of the sound without its offset, shifted and scaled by constants of the model."""

    sample_rate_hz: int = 16_000
    """Rate of the waveforms."""
    n_fft: int = 512
    """Length of the Fourier transform in samples."""
    window_frames: int = 480
    """Length of the Hann window in samples."""
    hop_frames: int = 160
    """Samples from one column to the next."""
    mel_bands: int = 64
    """Number of bands, equally spaced on the HTK mel scale."""
    low_hz: float = 20.0
    """Lower edge of the lowest band."""
    high_hz: float = 8_000.0
    """Upper edge of the highest band, at most half the rate."""
    floor: float = 1e-3
    """Power added before the logarithm: it hides the noise of microphones, and makes padding look like quiet."""
    mean: float = 0.0
    """Mean of the logarithm over the training data."""
    deviation: float = 1.0
    """Standard deviation of the logarithm over the training data."""


@dataclass(frozen=True)
class SpectrogramConfig:
    """Linear spectrogram as in the seed recipe: two channels (real, imaginary) or one of a power."""

    n_fft: int = 512
    """Length of the Fourier transform in samples."""
    window_frames: int = 480
    """Length of the Hann window in samples."""
    hop_frames: int = 160
    """Samples from one column to the next."""
    power: float | None = None
    """None keeps the complex numbers as two channels; else the exponent of the magnitude (0.5, 1 or 2)."""
    normalized: bool = True
    """Divide by the energy of the window."""


@dataclass(frozen=True)
class InputShape:
    """What a front-end hands to a network for one window."""

    channels: int
    """1, or 2 for real and imaginary part."""
    bands: int
    """Mel bands or Fourier bins."""
    columns: int
    """Points in time."""


FrontEndConfig = LogMelConfig | SpectrogramConfig


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


FrontEnd = LogMel | LinearSpectrogram

_CONFIGS: dict[str, type[LogMelConfig] | type[SpectrogramConfig]] = {
    "log_mel": LogMelConfig,
    "spectrogram": SpectrogramConfig,
}


def describe_front_end(config: FrontEndConfig) -> dict[str, Any]:
    """Return the configuration as plain values for a model card; `build_front_end` takes it back."""
    kind = next(name for name, config_type in _CONFIGS.items() if isinstance(config, config_type))
    return {"kind": kind, **asdict(config)}


def build_front_end(description: Mapping[str, Any]) -> FrontEnd:
    """Return the front-end that a card describes; UserError where this version cannot build it."""
    config = _config_of(description)
    return LogMel(config) if isinstance(config, LogMelConfig) else LinearSpectrogram(config)


def output_shape(description: Mapping[str, Any], frames: int) -> InputShape:
    """Return what the described front-end makes of a window; UserError where this version cannot build it."""
    config = _config_of(description)
    columns = 1 + frames // config.hop_frames
    if isinstance(config, LogMelConfig):
        return InputShape(1, config.mel_bands, columns)
    return InputShape(2 if config.power is None else 1, config.n_fft // 2 + 1, columns)


def _config_of(description: Mapping[str, Any]) -> FrontEndConfig:
    values = dict(description)
    kind = str(values.pop("kind", None))
    if kind not in _CONFIGS:
        raise UserError(
            f"The model uses the front-end “{kind}”, which this version of Earmark does not know; update Earmark."
        )
    try:
        config = _CONFIGS[kind](**values)
        _check(config)
    except (TypeError, ValueError) as reason:
        raise UserError(f"The model's front-end is described wrongly ({reason}); get the model again.") from reason
    return config


def _check(config: FrontEndConfig) -> None:
    """Raise ValueError or TypeError where a transform of these sizes makes no sense or eats the memory."""
    if not 1 <= config.hop_frames <= config.window_frames <= config.n_fft <= MOST_FFT:
        raise ValueError("hop, window and transform do not fit together")
    if isinstance(config, LogMelConfig):
        if not 1 <= config.mel_bands <= config.n_fft // 2:
            raise ValueError("the number of mel bands")
        if not 0 <= config.low_hz < config.high_hz <= config.sample_rate_hz / 2:
            raise ValueError("the limits of the mel bands")
        if not (config.floor > 0 and config.deviation > 0 and math.isfinite(config.mean)):
            raise ValueError("floor, mean or deviation")


@torch.inference_mode()
def fitted_to(config: LogMelConfig, waveforms: Tensor, floor_share: float) -> LogMelConfig:
    """Return the configuration with floor, mean and deviation taken from waveforms of shape (clips, frames).

    The floor is `floor_share` of the mean power in a band.
    """
    power = LogMel(config).power(waveforms)
    floor = float(f"{float(power.mean()) * floor_share:.4g}")
    logarithm = torch.log(power + floor)
    mean, deviation = round(float(logarithm.mean()), 4), round(float(logarithm.std()), 4)
    return replace(config, floor=floor, mean=mean, deviation=deviation)
