"""What front-ends are made of, as plain values that model cards keep. No torch: ONNX Runtime judges without it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

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
class WaveformConfig:
    """The waveform itself, for networks that learn their own filters; no constants."""


@dataclass(frozen=True)
class InputShape:
    """What a front-end hands to a network for one window."""

    channels: int
    """1, or 2 for real and imaginary part."""
    bands: int
    """Mel bands or Fourier bins; 1 for waveforms."""
    columns: int
    """Points in time; every sample for waveforms."""


SpectralConfig = LogMelConfig | SpectrogramConfig
FrontEndConfig = SpectralConfig | WaveformConfig

_CONFIGS: dict[str, type[LogMelConfig] | type[SpectrogramConfig] | type[WaveformConfig]] = {
    "log_mel": LogMelConfig,
    "spectrogram": SpectrogramConfig,
    "waveform": WaveformConfig,
}


def describe_front_end(config: FrontEndConfig) -> dict[str, Any]:
    """Return the configuration as plain values for a model card; `front_end_config` takes it back."""
    kind = next(name for name, config_type in _CONFIGS.items() if isinstance(config, config_type))
    return {"kind": kind, **asdict(config)}


def front_end_config(description: Mapping[str, Any]) -> FrontEndConfig:
    """Return the configuration that a card describes; UserError where this version cannot build it."""
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
        raise UserError(
            f"The front-end is described wrongly ({reason}); correct its settings, or get the model again."
        ) from reason
    return config


def front_end_words(description: Mapping[str, Any], sample_rate_hz: int) -> str:
    """Return in some words what a network hears through the described front-end; UserError as `front_end_config`."""
    config = front_end_config(description)
    if isinstance(config, WaveformConfig):
        return "the waveform itself"
    steps = f"a column every {1000 * config.hop_frames / sample_rate_hz:g} ms"
    if isinstance(config, LogMelConfig):
        return f"log-mel, {config.mel_bands} bands from {config.low_hz:,g} to {config.high_hz:,g} Hz, {steps}"
    kind = "complex" if config.power is None else f"magnitude to the power of {config.power:g}"
    return f"linear spectrogram, {config.n_fft // 2 + 1} bins, {kind}, {steps}"


def output_shape(description: Mapping[str, Any], frames: int) -> InputShape:
    """Return what the described front-end makes of a window; UserError where that cannot be."""
    config = front_end_config(description)
    if isinstance(config, WaveformConfig):
        return InputShape(1, 1, frames)
    if config.n_fft // 2 >= frames:
        raise UserError("The window is shorter than the Fourier transform reaches; choose a longer window.")
    columns = 1 + (frames - config.n_fft % 2) // config.hop_frames  # torch centres windows, an odd one short of the end
    if isinstance(config, LogMelConfig):
        return InputShape(1, config.mel_bands, columns)
    return InputShape(2 if config.power is None else 1, config.n_fft // 2 + 1, columns)


def _check(config: FrontEndConfig) -> None:
    """Raise ValueError or TypeError where a transform of these sizes makes no sense or eats the memory."""
    if isinstance(config, WaveformConfig):
        return
    if not (1 <= config.hop_frames <= config.window_frames <= config.n_fft <= MOST_FFT and config.window_frames > 1):
        raise ValueError("hop, window and transform do not fit together")
    if isinstance(config, LogMelConfig):
        if not 2 <= config.mel_bands <= config.n_fft // 2:
            raise ValueError("the number of mel bands")
        if not 0 <= config.low_hz < config.high_hz <= config.sample_rate_hz / 2:
            raise ValueError("the limits of the mel bands")
        if not (config.floor > 0 and config.deviation > 0 and math.isfinite(config.mean)):
            raise ValueError("floor, mean or deviation")
