"""Sound from a device into a ring, for as long as it takes: gaps are counted, and a device that comes back goes on."""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.day_clock import DayClock
from desktop_app.audio.driver_watch import DriverWatch
from desktop_app.audio.gaps import FrameCount, Gap
from desktop_app.audio.inputs import Input, InputRequest, OpenInput
from desktop_app.audio.ring import RingBuffer
from desktop_app.audio.worker import Worker
from desktop_app.errors import UserError

HISTORY_S = 180.0
"""Sound that is kept to look back on."""
MOST_RING_BYTES = 256 * 2**20
"""Three minutes of ultrasound in many channels would take gigabytes."""
SILENT_LIMIT_S = 2.0
"""A device that sends nothing for so long is taken for dead; an idle PulseAudio sink wakes only every two seconds."""
TICK_S = 0.02
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 4.0
"""Waits between tries to open a device that went away; they double."""
HANGING_DRIVER = "The sound driver does not answer: restart the sound service, then start listening again."
FAULT = "Listening stopped by a fault of Earmark: start it again, and report it."
"""What a person is told who would otherwise believe that it goes on."""

_log = logging.getLogger(__name__)

Phase = Literal["opening", "running", "away", "ended", "failed"]


@dataclass(frozen=True)
class CaptureState:
    """What a capture does at one moment."""

    phase: Phase
    """`away`: the device is gone, and sound will come again when it is back. `ended`: stopped, or a file is over."""
    problem: str = ""
    """Why it is away or has failed, as a sentence with what to do."""
    device: str = ""
    """Name of the device."""
    frames: int = 0
    """Frames that have come so far."""
    gaps: tuple[Gap, ...] = ()
    """Everything that is missing, in order."""
    breaks: tuple[int, ...] = ()
    """First frames after an absence of the device; known before they come, unlike how long it was away."""

    @property
    def dropped_frames(self) -> int:
        """Return how much is missing in all."""
        return sum(gap.frames for gap in self.gaps)


class Capture(Worker):
    """Fills a ring from a device. Made and steered from any thread; nothing here waits for a driver.

    The ring holds what came, without a break; `gaps` says where something is missing between two frames. Once it has
    run, a capture goes on by itself after the device was away, in the same ring, and that stays readable after the end.
    """

    def __init__(self, request: InputRequest, open_input: OpenInput, history_s: float = HISTORY_S) -> None:
        super().__init__("earmark-capture")
        self._request = request
        self._open_input = open_input
        self._history_s = history_s
        self._opened = threading.Event()
        self._ring = RingBuffer(1, 1)
        self._rate_hz = 0
        self._device = ""
        self._live = True
        self._phase: Phase = "opening"
        self._problem = ""
        self._gaps: tuple[Gap, ...] = ()
        self._breaks: tuple[int, ...] = ()
        self._heard = (0, 0.0)
        self._overflows = 0
        self._fresh = True
        self._clock = DayClock(1)
        self._driver = DriverWatch()

    def wait_open(self, timeout_s: float) -> bool:
        """Wait for the ring, or for a failure, and return whether there is a ring."""
        until_s = time.monotonic() + timeout_s
        while not self._opened.wait(TICK_S) and self._thread.is_alive() and time.monotonic() < until_s:
            pass
        return self._opened.is_set()

    @property
    def opened(self) -> bool:
        """Return whether `ring` and `sample_rate_hz` are there."""
        return self._opened.is_set()

    @property
    def ring(self) -> RingBuffer:
        """Return the sound; the last `history_s` of it. Once `opened`."""
        return self._ring

    @property
    def sample_rate_hz(self) -> int:
        """Return the rate of the ring, which never changes. Once `opened`."""
        return self._rate_hz

    @property
    def live(self) -> bool:
        """Return whether the sound comes as time goes by; False for files. Once `opened`."""
        return self._live

    @property
    def state(self) -> CaptureState:
        """Return what is going on."""
        phase, problem = self._phase, self._problem
        if self._driver.hangs:
            phase, problem = "away" if self.opened else "failed", HANGING_DRIVER
        frames = self._ring.written if self.opened else 0
        return CaptureState(phase, problem, self._device, frames, self._gaps, self._breaks)

    def clock_s(self, frame: int) -> float:
        """Return when a frame sounded, in seconds since 1970, the gaps before it included; once sound has come."""
        return self._clock.at_s(frame)

    def _run(self) -> None:
        try:
            self._listen()
        finally:
            if self._phase not in ("ended", "failed"):
                self._problem, self._phase = FAULT, "failed"

    def _listen(self) -> None:
        """Follow the device, and open it again each time that it comes back, until `stop`."""
        try:
            source: Input | None = self._open(self._request)
        except UserError as problem:
            self._problem, self._phase = str(problem), "failed"
            return
        while source is not None:
            self._hear(source)
            source = None if self._stop.is_set() or not source.live else self._reopen()
        self._phase = "ended"

    def _open(self, request: InputRequest) -> Input:
        with self._driver.calling():
            return self._open_input(request, self._take)

    def _hear(self, source: Input) -> None:
        """Follow an opened device, and let go of it whatever happens."""
        try:
            self._device = source.name
            if not self.opened:
                self._make_ring(source)
            self._problem = self._follow(source)
        finally:
            with self._driver.calling():
                source.close()

    def _make_ring(self, source: Input) -> None:
        """Make the ring for a device that was opened for the first time."""
        self._rate_hz, self._live = source.sample_rate_hz, source.live
        self._clock = DayClock(self._rate_hz)
        frame_bytes = 4 * source.channels
        capacity = min(round(self._history_s * self._rate_hz), MOST_RING_BYTES // frame_bytes)
        self._ring = RingBuffer(max(capacity, 1), source.channels)
        self._opened.set()

    def _reopen(self) -> Input | None:
        """Open the device again as soon as that works; None after `stop`."""
        self._phase = "away"
        _log.info("the sound stopped at frame %d: %s", self._ring.written, self._problem)
        wanted = InputRequest(self._request.device, self._rate_hz, self._ring.channels)
        wait_s = FIRST_RETRY_S
        while not self._stop.wait(wait_s):
            try:
                source = self._open(wanted)
            except UserError as reason:
                _log.debug("not back yet: %s", reason)
                wait_s = min(2 * wait_s, LAST_RETRY_S)
            else:
                self._breaks = tuple(dict.fromkeys((*self._breaks, self._ring.written)))
                return source
        return None

    def _follow(self, source: Input) -> str:
        """Watch over the device until it is gone or `stop`, and return why, as a sentence; empty after `stop`."""
        self._fresh, before = True, self._heard
        count = FrameCount(self._rate_hz)
        started_s = time.monotonic()
        try:
            with self._driver.calling():
                source.start()
        except UserError as problem:
            return str(problem)
        overflows = self._overflows
        while not self._stop.wait(TICK_S):
            heard, now_s = self._heard, time.monotonic()
            if heard is not before:
                if self._phase != "running":
                    self._begin(before, heard)
                if source.live:
                    self._note(count.count(*heard))
                    self._clock.compare(heard[0], time.time() - (time.monotonic() - heard[1]))
                before = heard
            if self._overflows != overflows:
                overflows = self._overflows
                self._note_overflow(heard[0])
            if not source.active and not source.live:
                return ""
            if not source.active:
                return f"The microphone “{source.name}” is gone: plug it in again, and it goes on by itself."
            if source.live and now_s - max(heard[1], started_s) > SILENT_LIMIT_S:
                return f"The microphone “{source.name}” sends nothing: plug it in again, or restart the sound service."
        return ""

    def _begin(self, before: tuple[int, float], heard: tuple[int, float]) -> None:
        """Note that sound has begun to come, or to come again after an absence."""
        frame = before[0]
        if frame:
            away_s = max(heard[1] - (heard[0] - frame) / self._rate_hz - before[1], 0)
            self._add(Gap(frame, round(away_s * self._rate_hz), "away"))
        self._phase, self._problem = "running", ""

    def _note(self, gap: Gap | None) -> None:
        """Keep a gap inside running sound; what comes after it sounded that much later than counting says."""
        if gap is None:
            return
        if gap.frames:
            self._clock.delay(gap.at_frame, gap.frames / self._rate_hz)
        self._add(gap)

    def _note_overflow(self, frame: int) -> None:
        """Keep what the driver reports, once a second: one that is overloaded reports it with every block."""
        last = self._gaps[-1] if self._gaps else None
        if last is None or last.kind != "reported" or frame - last.at_frame >= self._rate_hz:
            self._add(Gap(frame, 0, "reported"))

    def _add(self, gap: Gap) -> None:
        self._gaps = (*self._gaps, gap)
        _log.info("gap before frame %d: %.3f s, %s", gap.at_frame, gap.frames / self._rate_hz, gap.cause)

    def _take(self, block: NDArray[np.float32], overflowed: bool) -> None:
        """Copy a block into the ring; runs on the device's thread.

        Whoever reads the first frame after an opening must know its time, so that is noted before.
        """
        if self._fresh:
            self._clock.begin(self._ring.written, time.time() - len(block) / self._rate_hz)
            self._fresh = False
        self._ring.write(block)
        self._overflows += overflowed
        self._heard = (self._ring.written, time.monotonic())
