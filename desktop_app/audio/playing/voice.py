"""One act of playing: a thread that reads, mixes and resamples ahead, and a callback that only copies."""

import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.driver_watch import DriverWatch
from desktop_app.audio.playing.feed import Feed, Playable, PlayRequest
from desktop_app.audio.playing.fifo import FrameFifo
from desktop_app.audio.playing.outputs import OpenOutput, Output, OutputRequest
from desktop_app.audio.playing.play_clock import PlayClock
from desktop_app.errors import UserError

AHEAD_S = 0.5
"""Sound that is kept ready: enough for a slow disk, little enough for a seek to be felt at once."""
FADE_S = 0.005
"""Ramp of every sudden change of loudness, against clicks."""
START_S = 0.2
"""Sound that must be ready before the device is started."""
SILENT_LIMIT_S = 2.0
"""A device that asks for no sound for so long is taken for dead."""
TICK_S = 0.01
FAULT = "Playing stopped by a fault of Earmark: press play again, and report it."
"""What a person is told who would otherwise believe that the end was heard."""

Frames = NDArray[np.float32]


@dataclass(frozen=True)
class _Mark:
    """From output frame `at_frame` on, the recording's second `source_s` and what follows is played."""

    at_frame: float
    source_s: float


class Voice:
    """Plays one request once. Made, started and steered from any thread; nothing here waits for the device."""

    def __init__(self, request: PlayRequest, open_output: OpenOutput, volume: float) -> None:
        self.volume = volume
        """Factor on the amplitude, 0 to 1; a change is ramped."""
        self.ended = False
        """Nothing will be heard any more."""
        self.problem = ""
        """Why it ended early, as a sentence for the person."""
        self._request = request
        self._open_output = open_output
        self._stop = threading.Event()
        self._start_s = request.onset_s if request.start_s is None else request.start_s
        self._gain = 0.0 if self._start_s else volume
        self._marks: tuple[_Mark, ...] = ()
        self._rate_hz = 1
        self._fifo = FrameFifo(1, 1)
        self._clock = PlayClock(1)
        self._asked_s = time.monotonic()
        self._driver = DriverWatch()
        self._thread = threading.Thread(target=self._run, name="earmark-player", daemon=True)

    def start(self) -> None:
        """Begin to open the recording and the device."""
        self._thread.start()

    def stop(self) -> None:
        """Fall silent; returns at once."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread and return whether it ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def hangs(self) -> bool:
        """Return whether a driver call has not come back; the voice is lost and should be left alone."""
        return self._driver.hangs

    @property
    def position_s(self) -> float:
        """Return the second of the recording that is heard now."""
        heard = self._clock.heard(time.monotonic())
        at = _Mark(0.0, self._start_s)
        for mark in self._marks:
            if mark.at_frame <= heard:
                at = mark
        return at.source_s + (heard - at.at_frame) / self._rate_hz

    def _run(self) -> None:
        problem = FAULT
        try:
            with self._request.open_reader() as reader:
                if not self._stop.is_set():
                    self._play(reader)
            problem = ""
        except UserError as told:
            problem = str(told)
        finally:
            self.problem, self.ended = problem, True

    def _play(self, reader: Playable) -> None:
        wanted = OutputRequest(self._request.device, reader.sample_rate_hz, reader.channels)
        with self._driver.calling():
            output = self._open_output(wanted, self._fill)
        try:
            self._rate_hz = output.sample_rate_hz
            self._fifo = FrameFifo(round(AHEAD_S * output.sample_rate_hz), output.channels)
            self._clock = PlayClock(output.sample_rate_hz)
            self._feed_all(reader, output)
        finally:
            with self._driver.calling():
                output.close()

    def _feed_all(self, reader: Playable, output: Output) -> None:
        """Feed until the stretch is over and heard, or `stop`."""
        feed = Feed(reader, output, self._request)
        started = False
        for pushed, source_s, block in feed.blocks(self._start_s):
            self._mark(_Mark(pushed * feed.ratio, source_s))
            started = self._write(block, output, started)
            if self._stop.is_set():
                return
        if not started and self._fifo.written:
            self._start(output)
        while not self._stop.is_set() and self._clock.heard(time.monotonic()) < self._fifo.written:
            self._wait(output)

    def _write(self, block: Frames, output: Output, started: bool) -> bool:
        """Queue a block, waiting for space, and return whether the device runs: it is started once there is enough."""
        while len(block) and not self._stop.is_set():
            block = block[self._fifo.write(block) :]
            started = started or (self._fifo.held >= START_S * self._rate_hz and self._start(output))
            if len(block):
                self._wait(output)
        return started

    def _start(self, output: Output) -> bool:
        self._asked_s = time.monotonic()
        with self._driver.calling():
            output.start()
        return True

    def _wait(self, output: Output) -> None:
        """Wait a moment; UserError if the device is gone or asks for no more sound."""
        if not output.active:
            raise UserError("The sound device is gone: plug it in again or choose another one, then press play.")
        if time.monotonic() - self._asked_s > SILENT_LIMIT_S:
            raise UserError("The sound device takes no sound: choose another one, or restart the sound service.")
        self._stop.wait(TICK_S)

    def _mark(self, mark: _Mark) -> None:
        """Remember where a pass begins; passes that were heard long ago are forgotten."""
        read = self._fifo.read - 2 * AHEAD_S * self._rate_hz
        recent = tuple(old for old in self._marks if old.at_frame > read) or self._marks[-1:]
        last = recent[-1] if recent else None
        if last and abs(last.source_s + (mark.at_frame - last.at_frame) / self._rate_hz - mark.source_s) < 1e-6:
            return
        self._marks = (*recent, mark)

    def _fill(self, out: Frames, delay_s: float) -> None:
        """Copy the next frames into `out`; runs on the device's thread."""
        now_s = time.monotonic()
        self._asked_s = now_s
        first = self._fifo.read
        count = self._fifo.read_into(out)
        out[count:] = 0
        self._shape(out, self.volume)
        self._clock.tick(first, count, now_s, delay_s)

    def _shape(self, out: Frames, target: float) -> None:
        """Apply the gain, with a short ramp where it changes."""
        ramp = min(len(out), round(FADE_S * self._rate_hz)) if target != self._gain else 0
        if ramp:
            out[:ramp] *= np.linspace(self._gain, target, ramp, dtype=np.float32)[:, None]
        if target != 1:
            out[ramp:] *= target
        self._gain = target
