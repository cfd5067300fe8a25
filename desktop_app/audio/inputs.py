"""What capturing asks of a sound device, whatever library, file or test stands behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Take = Callable[[NDArray[np.float32], bool], None]
"""Takes a block (frames, channels), whose memory is the driver's and must be copied, and whether the driver says that
sound before it was lost. Called on the device's thread: it must copy and do nothing else."""


@dataclass(frozen=True)
class InputRequest:
    """What sound is wanted."""

    device: str = ""
    """Name of the device, with or without its host API; empty for the system's default."""
    sample_rate_hz: int | None = None
    """None: the rate that the device prefers."""
    channels: int | None = None
    """None: the device's own, at most two."""


class Input(Protocol):
    """An opened device. Every method may block for ever in the driver: none is called on the GUI thread."""

    @property
    def name(self) -> str:
        """What the device is called, for people."""

    @property
    def sample_rate_hz(self) -> int:
        """Frames per second that it delivers."""

    @property
    def channels(self) -> int:
        """Channels that it delivers."""

    @property
    def live(self) -> bool:
        """Whether its sound comes as time goes by, and cannot be had again."""

    @property
    def active(self) -> bool:
        """Whether more sound may come; False once the device is gone or a file has ended."""

    def start(self) -> None:
        """Begin to call `Take`."""

    def close(self) -> None:
        """Let go of the device; `Take` is not called any more afterwards."""


OpenInput = Callable[[InputRequest, Take], Input]
"""Opens a device for a request, or raises UserError with what to do."""
