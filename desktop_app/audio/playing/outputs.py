"""What a player asks of a sound device, whatever library or test stands behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Fill = Callable[[NDArray[np.float32], float], None]
"""Fills an array (frames, channels) with sound that will be heard so many seconds later. Called on the device's
thread: it must copy and do nothing else."""


@dataclass(frozen=True)
class OutputRequest:
    """What sound would be played as it is."""

    device: str
    """Name of the device; empty for the system's default."""
    sample_rate_hz: int
    channels: int


class Output(Protocol):
    """An opened device. Every method may block for ever in the driver: none is called on the GUI thread."""

    @property
    def sample_rate_hz(self) -> int:
        """The rate it plays at: the one asked for where the device takes it."""

    @property
    def channels(self) -> int:
        """The channels it plays: those asked for where the device has them."""

    @property
    def active(self) -> bool:
        """Whether it still takes sound; False once the device is gone."""

    def start(self) -> None:
        """Begin to call `Fill`."""

    def close(self) -> None:
        """Fall silent at once and let go of the device."""


OpenOutput = Callable[[OutputRequest, Fill], Output]
"""Opens a device for a request, or raises UserError with what to do."""
