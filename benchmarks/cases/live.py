"""Listen to words that are played into a sound card in memory: drops, memory, CPU, latency, real-time factor.

`python -m benchmarks live` takes ten minutes; `python -m benchmarks.cases.live SECONDS` as long as you say.
"""

import os
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import soundfile

from benchmarks.inputs import Inputs
from benchmarks.measuring import Row, run_worker
from tools.null_sink import MICROPHONE, SINK, missing, null_sink

if TYPE_CHECKING:
    from desktop_app.services.monitor import Monitor
    from desktop_app.services.monitor_thread import HeardEvent

RUN_S = 600
RATE_HZ = 48_000
PAUSE_S = 1.3
STARTING_S = 30
LOUD = 0.01
LATENCY_AIM_S, FACTOR_AIM = 0.06, 0.03
"""The first comes on top of the averaging window."""
WORD_SAMPLES = (
    "yes-american-man.wav",
    "stop-american-woman.wav",
    "no-american-woman.flac",
    "up-american-man.mp3",
    "off-american-man.au",
    "on-british-woman.aiff",
)


def listen(seconds: str) -> dict[str, float]:
    """Listen for so long in this process, as the window does, and return what it took."""
    from PySide6.QtCore import QCoreApplication, QTimer

    from desktop_app.assets import DEFAULT_MODEL, models_dir
    from desktop_app.audio.capture import CaptureState
    from desktop_app.audio.inputs import InputRequest
    from desktop_app.services.jobs import JobRunner
    from desktop_app.services.messages import Messages
    from desktop_app.services.monitor import Monitor

    application, runner = QCoreApplication([]), JobRunner()
    monitor = Monitor(runner, Messages())
    watch = _Watch(monitor)

    def end_later(state: CaptureState) -> None:
        """Count from the first sound on: on a busy machine the model may take longer to load than a short run."""
        if state.phase in ("running", "failed"):
            QTimer.singleShot(round(1000 * float(seconds)), application.quit)

    monitor.state_changed.connect(end_later)
    monitor.model_changed.connect(lambda _card: monitor.start(InputRequest(MICROPHONE)))
    monitor.set_model(models_dir() / f"{DEFAULT_MODEL}.safetensors")
    application.exec()
    values = watch.values()
    monitor.close()
    runner.close()
    return values


class _Watch:
    """Measures a monitor while it runs."""

    def __init__(self, monitor: "Monitor") -> None:
        from PySide6.QtCore import QTimer

        self._monitor = monitor
        self._latencies_s: list[float] = []
        self._factors: list[float] = []
        self._lags_s: list[float] = []
        self._least_late_s = float("inf")
        self._memory_mb: list[float] = []
        self._began = (time.perf_counter(), time.process_time())
        monitor.heard.connect(self._note_event)
        monitor.load.connect(self._note_load)
        monitor.levels.connect(self._note_clock)
        self._timer = QTimer()
        self._timer.timeout.connect(lambda: self._memory_mb.append(memory_mb()))
        self._timer.start(1000)

    def values(self) -> dict[str, float]:
        """Return everything, times in seconds."""
        wall_s, cpu_s = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        settled = self._memory_mb[len(self._memory_mb) // 4 :] or [0.0]
        capture = self._monitor.capture
        assert capture is not None
        return {
            "seconds": wall_s,
            "cpu_share": cpu_s / wall_s,
            "dropped_frames": capture.state.dropped_frames,
            "heard_s": capture.state.frames / capture.sample_rate_hz,
            "events": len(self._latencies_s),
            "latency_s": float(np.median(self._latencies_s or [np.nan])),
            "latency_p95_s": float(np.percentile(self._latencies_s or [np.nan], 95)),
            "real_time_factor": float(np.median(self._factors or [np.nan])),
            "lag_s": float(np.percentile(self._lags_s or [np.nan], 95)),
            "memory_growth_mb": settled[-1] - settled[0],
        }

    def _note_clock(self, _levels: object) -> None:
        """Learn when frames sounded: the block that came soonest was just over."""
        capture = self._monitor.capture
        assert capture is not None
        self._least_late_s = min(
            self._least_late_s, time.perf_counter() - capture.state.frames / capture.sample_rate_hz
        )

    def _note_load(self, load: object) -> None:
        self._factors.append(load.real_time_factor)  # type: ignore[attr-defined]
        self._lags_s.append(load.lag_s)  # type: ignore[attr-defined]

    def _note_event(self, heard: "HeardEvent") -> None:
        """Take the time from the last loud sample before the event was told."""
        told_s = time.perf_counter() - self._least_late_s
        piece = self._monitor.piece(heard.event.at_s - 1.5, told_s)
        capture = self._monitor.capture
        assert capture is not None
        loud = np.flatnonzero(np.abs(piece.frames).max(axis=1) > LOUD)
        if len(loud):
            self._latencies_s.append(told_s - (piece.start + int(loud[-1]) + 1) / capture.sample_rate_hz)


def memory_mb() -> float:
    """Return what this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def spoken_words(seconds: float) -> npt.NDArray[np.float32]:
    """Return bundled words with digital silence between them, over and over, at `RATE_HZ`."""
    from desktop_app.assets import samples_dir
    from desktop_app.audio.reader import open_audio
    from desktop_app.audio.resample import resample

    parts = [np.zeros(round(PAUSE_S * RATE_HZ), np.float32)]
    for name in WORD_SAMPLES:
        with open_audio(samples_dir() / name) as reader:
            word = resample(reader.read()[:, 0], reader.sample_rate_hz, RATE_HZ)
        loud = np.flatnonzero(np.abs(word) > 2 * LOUD)
        parts += [word[loud[0] : loud[-1] + 1], parts[0]]
    pass_through = np.concatenate(parts)
    return np.resize(pass_through, round(seconds * RATE_HZ))


def rows(inputs: Inputs, run_s: float = RUN_S) -> list[Row]:
    """Return the lines of this subject, one that says why where there can be no sound card."""
    if reason := missing():
        return [Row("listen to the microphone", "not measured", reason, "", "", None, 0)]
    path = inputs.folder / "words.wav"
    soundfile.write(path, spoken_words(run_s + STARTING_S), RATE_HZ)
    with null_sink() as sink:
        player = subprocess.Popen(["paplay", "-d", SINK, str(path)], env=sink.environment)
        try:
            values = run_worker(listen, [str(run_s)], sink.environment, timeout_s=run_s + 2 * STARTING_S)
        finally:
            player.kill()
            player.wait()
    return table_rows(values)


def table_rows(values: dict[str, float]) -> list[Row]:
    """Return what was measured, a line each."""
    averaging_s = 0.5
    most_s = averaging_s + LATENCY_AIM_S
    dropped, growth_mb, factor = values["dropped_frames"], values["memory_growth_mb"], values["real_time_factor"]
    what, peak_mb = f"listen for {values['seconds']:.0f} s: ", values["peak_mb"]
    latency = f"{1000 * values['latency_s']:.0f} ms, p95 {1000 * values['latency_p95_s']:.0f} ms"
    return [
        Row(f"{what}frames dropped", f"{dropped:.0f}", "none", "", "0", dropped == 0, peak_mb),
        Row(f"{what}word's end to event", latency, f"{values['events']:.0f} events", "",
            f"< {1000 * most_s:.0f} ms", values["latency_s"] < most_s, peak_mb),
        Row(f"{what}real-time factor", f"{factor:.4f}", f"lag p95 {1000 * values['lag_s']:.0f} ms", "",
            f"< {FACTOR_AIM}", factor < FACTOR_AIM, peak_mb),
        Row(f"{what}CPU, of one core", f"{100 * values['cpu_share']:.1f} %", "", "", "", None, peak_mb),
        Row(f"{what}memory growth", f"{growth_mb:.1f} MB", "", "", "< 5 MB", growth_mb < 5, peak_mb),
    ]  # fmt: skip


if __name__ == "__main__":
    from rich.console import Console

    from benchmarks.__main__ import table

    live = import_module("benchmarks.cases.live")  # the name by which the worker finds it
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as temporary:
        Console(width=150).print(table(live.rows(Inputs(Path(temporary), {}), float(sys.argv[1]))))
