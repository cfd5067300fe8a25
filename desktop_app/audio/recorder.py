"""Record what a capture hears: from the ring straight to disk, on a thread of its own that a slow disk may hold up."""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from desktop_app.audio.atomic import explain_write_error
from desktop_app.audio.capture import Capture
from desktop_app.audio.encoders import EncodePlan
from desktop_app.audio.formats import choose_encodable, format_named
from desktop_app.audio.growing import GrowingFile, open_growing
from desktop_app.audio.names import filled, free_path, legal_name, safe
from desktop_app.audio.sources import is_gone, shown_name
from desktop_app.audio.worker import Worker
from desktop_app.errors import UserError

FORMATS = ("FLAC", "WAV")
"""What can be written so that it is whole at every moment."""
PATTERN_FIELDS = {
    "date": "local date of the first sample, 2026-11-21",
    "time": "local time, 14-03-22",
    "zone": "its distance from universal time, +0100",
    "device": "name of the microphone",
    "part": "number of the file in this recording, from 1",
}
"""What a file-name pattern may hold, for dialogs and help texts."""
TICK_S = 0.1
SYNC_S = 1.0
READ_S = 1.0
"""Most sound that is written at a time."""
FAULT = "Recording stopped by a fault of Earmark; what was recorded until then is safe. Record again, and report it."
"""What a person is told who would otherwise believe that it goes on."""
LEAST_SPLIT_S = 1.0
"""Shorter files would be called alike."""

Phase = Literal["recording", "finished", "failed"]


@dataclass(frozen=True)
class RecordSettings:
    """How recordings are written."""

    folder: Path
    """Where they go; made if need be."""
    format: str = "FLAC"
    """One of `FORMATS`."""
    bits_per_sample: int = 16
    """16 or 24; WAV also takes 32 as floating-point numbers."""
    split_s: float | None = None
    """Length after which a new file is begun, without a break; None: never."""
    pre_roll_s: float = 10.0
    """Sound from before the start that is recorded too, as far as there is any."""
    duration_s: float | None = None
    """Length after which it ends, the pre-roll included; None: when it is stopped."""
    pattern: str = "{date}_{time}{zone}"
    """File name without ending; `PATTERN_FIELDS` says what may stand in it, "/" makes folders."""
    reserve_bytes: int = 50_000_000
    """Space that is left on the disk: recording stops in good order before."""


@dataclass(frozen=True)
class RecordState:
    """What a recorder has done so far."""

    phase: Phase = "recording"
    """`failed`: it ended early; what was recorded until then is safe."""
    files: tuple[Path, ...] = ()
    """Files that were begun, the newest last."""
    gone: tuple[Path, ...] = ()
    """Those of them that somebody moved or deleted while they were recorded."""
    frames: int = 0
    """Frames recorded, in all files."""
    size_bytes: int = 0
    """Length of all files together."""
    lost_frames: int = 0
    """Frames that the disk was too slow for: they were overwritten in the ring."""
    problem: str = ""
    """Why it ended early, as a sentence."""

    @property
    def complete(self) -> tuple[Path, ...]:
        """Return the files that nothing more is added to, and that are where they were begun."""
        return tuple(path for path in self.kept if self.phase != "recording" or path != self.files[-1])

    @property
    def kept(self) -> tuple[Path, ...]:
        """Return the files that are where they were begun."""
        return tuple(path for path in self.files if path not in self.gone)


class Recorder(Worker):
    """Records once. Made and steered from any thread; nothing here waits for the disk.

    Where the device was away, and where frames were lost, a new file begins, so that a file's time never jumps; and
    where somebody moves or deletes the file, so that no more than a second of sound goes with it.
    """

    CLOSE_LIMIT_S = 10.0  # a slow disk gets the time to take the last file

    def __init__(self, capture: Capture, settings: RecordSettings) -> None:
        """Prepare to record an opened capture; UserError where the settings make no sense or cannot hold its sound."""
        super().__init__("earmark-recorder")
        self.settings = settings
        self._capture = capture
        _check_times(settings)
        self._plan = _plan(capture, settings)
        recording_name(settings.pattern, 0.0, "", 1)  # a pattern that is wrong is told before anything is recorded
        self._state = RecordState()
        self._file: GrowingFile | None = None
        self._file_frames = 0
        self._finished_bytes = 0
        self._split_frames = max(round((settings.split_s or 0) * capture.sample_rate_hz), 0)
        self._position = 0
        self._stop_frame: int | None = None

    @property
    def state(self) -> RecordState:
        """Return what has been done so far."""
        return self._state

    @property
    def seconds(self) -> float:
        """Return how much has been recorded."""
        return self._state.frames / self._capture.sample_rate_hz

    def start(self) -> None:
        """Begin with the pre-roll; returns at once. Errors of the disk show in `state`."""
        ring = self._capture.ring
        pre_roll = round(self.settings.pre_roll_s * self._capture.sample_rate_hz)
        # a tenth of the ring stays free for the writer to go on while the oldest frames are read
        self._position = max(ring.written - min(pre_roll, ring.capacity * 9 // 10), 0)
        if self.settings.duration_s is not None:
            self._stop_frame = self._position + round(self.settings.duration_s * self._capture.sample_rate_hz)
        super().start()

    def stop(self) -> None:
        """End with the sound that has come until now; returns at once."""
        written = self._capture.ring.written
        self._stop_frame = written if self._stop_frame is None else min(self._stop_frame, written)

    def _run(self) -> None:
        synced_s = time.monotonic()
        try:
            self._check_space()
            while self._turn():
                if time.monotonic() - synced_s >= SYNC_S:
                    self._look_after_file()
                    self._check_space()
                    synced_s = time.monotonic()
            self._finish_file()
            self._state = replace(self._state, phase="finished")
        except OSError as error:
            path = self._file.path if self._file else self.settings.folder
            safe_so_far = " What was recorded until then is safe." if self._state.kept else ""
            self._fail(f"{explain_write_error(error, path)}{safe_so_far}")
        except UserError as error:
            self._fail(str(error))
        finally:
            if self._state.phase == "recording":
                self._fail(FAULT)

    def _turn(self) -> bool:
        """Write what has come, and return whether there is more to wait for."""
        written = self._capture.ring.written  # before the state, which then tells of every break before it
        state = self._capture.state
        limit = written if self._stop_frame is None else min(written, self._stop_frame)
        if self._position < limit:
            self._write(limit, state.breaks)
            return True
        if self._stop_frame is not None and self._position >= self._stop_frame:
            return False
        if state.phase in ("ended", "failed"):
            return self._position < self._capture.ring.written
        time.sleep(TICK_S)
        return True

    def _write(self, limit: int, breaks: tuple[int, ...]) -> None:
        """Write a piece, in the file it belongs to."""
        rate_hz = self._capture.sample_rate_hz
        if self._position in breaks:
            self._finish_file()
        stops = [limit, self._position + round(READ_S * rate_hz), *(at for at in breaks if at > self._position)]
        if self._split_frames:
            stops.append(self._position + self._split_frames - self._file_frames)
        piece = self._capture.ring.read(self._position, min(stops) - self._position)
        if piece.lost:
            self._finish_file()
            self._state = replace(self._state, lost_frames=self._state.lost_frames + piece.lost)
        if len(piece.frames):
            self._file = self._file or self._begin_file(piece.start)
            self._file.write(piece.frames)
        self._position = piece.stop
        self._file_frames += len(piece.frames)
        size_bytes = self._finished_bytes + (self._file.size_bytes if self._file else 0)
        self._state = replace(self._state, frames=self._state.frames + len(piece.frames), size_bytes=size_bytes)
        if self._file_frames == self._split_frames:
            self._finish_file()

    def _begin_file(self, frame: int) -> GrowingFile:
        """Begin the next file, named after the time of its first frame."""
        at_s, device = self._capture.clock_s(frame), self._capture.state.device
        name = recording_name(self.settings.pattern, at_s, device, len(self._state.files) + 1)
        suffix = self._plan.audio_format.suffixes[0]
        path = self.settings.folder / PurePosixPath(name + suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path = free_path(path)
        file = open_growing(path, self._plan)
        self._state = replace(self._state, files=(*self._state.files, path))
        return file

    def _look_after_file(self) -> None:
        """Have the disk take the sound, and leave a file that is not in its place any more."""
        if self._file is None:
            return
        self._file.sync()
        if is_gone(self._file.path):
            self._state = replace(self._state, gone=(*self._state.gone, self._file.path))
            self._finish_file()

    def _finish_file(self) -> None:
        file, self._file, self._file_frames = self._file, None, 0
        if file is not None:
            file.close()
            self._finished_bytes += file.size_bytes
            self._state = replace(self._state, size_bytes=self._finished_bytes)

    def _fail(self, problem: str) -> None:
        """Complete the file as far as it goes, and say why it ended early."""
        try:
            with suppress(OSError, UserError):
                self._finish_file()
        finally:
            self._state = replace(self._state, phase="failed", problem=problem)

    def _check_space(self) -> None:
        """UserError before the disk is full, while there is room to complete the file."""
        folder = self.settings.folder
        folder.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(folder).free
        if free_bytes < self.settings.reserve_bytes:
            raise UserError(
                f"The disk of “{folder}” is nearly full ({free_bytes / 1e6:.0f} MB are free), so recording stopped; "
                "what was recorded is complete. Free some space or choose another folder, then record again."
            )


def gone_sentence(path: Path) -> str:
    """Return what the person is told of a file that is gone."""
    return (
        f"“{shown_name(path)}” was moved or deleted while it was recorded; "
        f"recording goes on in a new file in “{path.parent}”."
    )


def _check_times(settings: RecordSettings) -> None:
    """UserError for lengths that nobody means."""
    if settings.split_s and settings.split_s < LEAST_SPLIT_S:
        raise UserError(f"A new file every {settings.split_s:g} s is too often: split every second or less often.")
    if settings.duration_s is not None and settings.duration_s <= 0:
        raise UserError("A recording that lasts 0 s holds nothing: give a longer duration, or none.")


def _plan(capture: Capture, settings: RecordSettings) -> EncodePlan:
    if settings.format.upper() not in FORMATS:
        raise UserError(f"Recordings are written as {' or '.join(FORMATS)}, not {settings.format}: choose one of them.")
    audio_format = format_named(settings.format)
    encoding = "PCM_F" if audio_format.name == "WAV" and settings.bits_per_sample == 32 else None
    encodable = choose_encodable(audio_format, encoding, settings.bits_per_sample)
    channels = capture.ring.channels
    if encodable.max_channels and channels > encodable.max_channels:
        raise UserError(f"FLAC holds at most {encodable.max_channels} channels, not {channels}: record as WAV instead.")
    return EncodePlan(audio_format, encodable, capture.sample_rate_hz, channels)


def recording_name(pattern: str, at_s: float, device: str, part: int) -> str:
    """Return the name that a pattern gives a file, relative to the folder, without ending.

    `at_s` is the time of its first sample since 1970. UserError where the pattern is not understood.
    """
    at = datetime.fromtimestamp(at_s).astimezone()
    values = {
        "date": f"{at:%Y-%m-%d}",
        "time": f"{at:%H-%M-%S}",
        "zone": f"{at:%z}",
        "device": safe(device),
        "part": part,
    }
    parts = [legal_name(each) for each in filled(pattern, values).split("/") if each.strip(" .")]
    return "/".join(parts or ["recording"])
