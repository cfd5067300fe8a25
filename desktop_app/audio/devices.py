"""Sound devices as values, and what is told of one that refuses; `streams` finds and opens them."""

from dataclasses import dataclass
from typing import Any

from desktop_app.errors import UserError

USUAL_RATES_HZ = (8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 250_000, 256_000, 384_000)
"""Rates that a person may want to choose from; 250 and 256 kHz are those of bat detectors."""
WRONG_RATE, WRONG_CHANNELS = -9997, -9998
"""PortAudio's numbers (portaudio.h, PaErrorCode)."""


@dataclass(frozen=True)
class Device:
    """A sound device that can play, or one that can record."""

    name: str
    channels: int
    """Most it takes or gives at once."""
    sample_rate_hz: int
    """The rate it prefers."""
    is_default: bool
    host_api: str = ""
    """The system's way to it: ALSA, Core Audio, WASAPI, ...; the same device may be there by several."""

    @property
    def full_name(self) -> str:
        """Return what tells it from the same device by another way."""
        return f"{self.name} ({self.host_api})" if self.host_api else self.name


def refused(
    refusal: Exception, device: dict[str, Any], rate_hz: int, channels: int, rates_hz: tuple[int, ...]
) -> UserError:
    """Return the sentence for an input that cannot be opened."""
    name, code = device["name"], refusal.args[1] if len(refusal.args) > 1 else 0
    if code == WRONG_RATE:
        choices = ", ".join(map(str, rates_hz)) or f"{device['default_samplerate']:.0f}"
        return UserError(f"The microphone “{name}” does not record at {rate_hz} Hz: choose one of {choices} Hz.")
    if code == WRONG_CHANNELS:
        most = device["max_input_channels"]
        return UserError(f"The microphone “{name}” has no {channels} channels: choose at most {most}.")
    return UserError(
        f"The microphone “{name}” cannot be opened ({first_line(refusal)}): "
        "close the program that uses it, plug it in again, or choose another one."
    )


def first_line(problem: BaseException) -> str:
    """Return what a library said, in one line."""
    return str(problem).splitlines()[0].strip() if str(problem) else type(problem).__name__
