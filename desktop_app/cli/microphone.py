"""What the commands that use a microphone have in common: choosing it, opening it, telling what becomes of it."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_app.audio.capture import Capture
from desktop_app.audio.inputs import InputRequest
from desktop_app.audio.levels import Levels
from desktop_app.cli.shared import require_positive, say
from desktop_app.errors import UserError

OPENING_LIMIT_S = 10.0


def add_input_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose a microphone."""
    parser.add_argument("--device", metavar="N", help="number or name from “earmark devices” (default: the system's)")
    parser.add_argument("--rate", type=int, metavar="HZ", help="sample rate (default: the device's own)")
    parser.add_argument("--channels", type=int, metavar="N", help="channels (default: the device's own, at most 2)")


def input_request(chosen: argparse.Namespace) -> InputRequest:
    """Return what the arguments ask of a microphone; UserError for a device that is not there or no such number."""
    require_positive(chosen, "rate", "channels")
    return InputRequest(device_named(chosen.device), chosen.rate, chosen.channels)


@contextmanager
def libraries_muted() -> Iterator[None]:
    """Keep what C libraries print from the person: ALSA and PortAudio comment on every try to open a device.

    They write to descriptor 2; the sentences of Python go to a copy of it meanwhile.
    """
    told = sys.stderr
    if not _is_stderr(told.fileno):
        yield
        return
    told.flush()
    own = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        with open(own, "w", buffering=1, encoding=told.encoding, errors=told.errors, closefd=False) as sys.stderr:
            yield
    finally:
        sys.stderr = told
        os.dup2(own, 2)
        os.close(own)


def _is_stderr(fileno: Callable[[], int]) -> bool:
    """Return whether a stream is the one that C libraries write to, and not one that a program put in its place."""
    try:
        return fileno() == 2
    except OSError:
        return False


def opened(capture: Capture) -> None:
    """Start a capture and wait until it is open; UserError where it cannot be."""
    capture.start()
    if not capture.wait_open(OPENING_LIMIT_S):
        problem = capture.state.problem or "The sound driver does not answer: restart the sound service."
        capture.close()
        raise UserError(problem)


def device_named(text: str | None) -> str:
    """Return the full name of the device that a number or name stands for, empty for the default; UserError if none."""
    if text is None:
        return ""
    if not text.isdecimal():
        return text
    from desktop_app.audio.streams import list_input_devices

    devices = list_input_devices()
    if not 1 <= int(text) <= len(devices):
        raise UserError(f"There is no device {text}: “earmark devices” lists {len(devices)}.")
    return devices[int(text) - 1].full_name


class CaptureNews:
    """Tells on stderr what becomes of a capture."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._problem = ""
        self._gaps = 0
        self._silent = False

    def tell(self, levels: Levels | None) -> None:
        """Say what went wrong, or is well again, since the last call."""
        state = self._capture.state
        if state.problem != self._problem:
            self._problem = state.problem
            say(f"earmark: {state.problem or 'The microphone is back.'}")
        for gap in state.gaps[self._gaps :]:
            length_s, at_s = (frames / self._capture.sample_rate_hz for frames in (gap.frames, gap.at_frame))
            say(f"earmark: {length_s:.2f} s are missing at {at_s:.2f} s: {gap.cause}.")
        self._gaps = len(state.gaps)
        if levels is not None and levels.silent != self._silent and self._capture.live:
            self._silent = levels.silent
            silence = "Nothing but zeros comes: is the microphone muted or switched off?"
            say(f"earmark: {silence if levels.silent else 'Sound comes.'}")
