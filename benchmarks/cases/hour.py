"""Open one hour of sound (48 kHz, mono, 16 bit) until its whole waveform and spectrogram are painted."""

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.inputs import Inputs
from benchmarks.measuring import Measured, Row, measure, seconds, times
from benchmarks.worker import since_launch_s
from benchmarks.yardsticks import forget_pages, read_once, read_whole

if TYPE_CHECKING:
    from desktop_app.app import Earmark

LAUNCH_AIM_S = 1.2
OPEN_AIM_S = 0.3
MEMORY_AIM_MB = 400


def launch_on(path: str) -> dict[str, float]:
    """Start Earmark on the recording and return the seconds from launch until all of it is painted."""
    from benchmarks.window import run_app

    values: dict[str, float] = {}

    def watch(earmark: "Earmark") -> None:
        def finish() -> None:
            values["seconds"] = since_launch_s()
            earmark.window.close()

        earmark.listen.timeline.painted.connect(finish)

    run_app(path, watch)
    return values


def open_in_window(before: str, path: str, cached: str) -> dict[str, float]:
    """Show a short recording, then choose the long one; return the seconds from that choice until it is painted.

    With `cached` "no" the file leaves the page cache just before it is chosen.
    """
    from benchmarks.window import run_app

    values: dict[str, float] = {}

    def watch(earmark: "Earmark") -> None:
        def choose() -> None:
            earmark.listen.timeline.painted.disconnect(choose)
            if cached == "no":
                forget_pages(Path(path))
            earmark.listen.timeline.painted.connect(finish)
            values["seconds"] = -time.perf_counter()
            earmark.core.session.recording = Path(path)

        def finish() -> None:
            values["seconds"] += time.perf_counter()
            earmark.window.close()

        earmark.listen.timeline.painted.connect(choose)

    run_app(before, watch)
    return values


def rows(inputs: Inputs) -> list[Row]:
    """Return a line for each way of opening, and one for the memory that it takes."""
    hour, short = inputs.hour, inputs.short_recording

    def forget_peaks() -> None:  # only Earmark's: fontconfig keeps things there too
        shutil.rmtree(Path(inputs.screen["XDG_CACHE_HOME"], "earmark"), ignore_errors=True)

    def cool() -> None:
        forget_pages(hour)
        forget_peaks()

    where = inputs.screen
    measure(launch_on, short, repeats=1, environment=where)  # settles caches that are not Earmark's
    cold_reading = measure(read_once, hour, "no", repeats=3)
    warm_reading = measure(read_once, hour, "yes", repeats=3)
    cold_launch = measure(launch_on, hour, before=cool, environment=where)
    cold_choice = measure(open_in_window, short, hour, "no", before=forget_peaks, environment=where)
    warm_launch = measure(launch_on, hour, environment=where)
    warm_choice = measure(open_in_window, short, hour, "yes", environment=where)
    return [
        row("launch on 1 h, first time", cold_launch, cold_reading, LAUNCH_AIM_S),
        row("launch on 1 h, again", warm_launch, warm_reading, LAUNCH_AIM_S),
        row("open 1 h in the window, first time", cold_choice, cold_reading, OPEN_AIM_S),
        row("open 1 h in the window, again", warm_choice, warm_reading, OPEN_AIM_S),
        memory_row(cold_launch, measure(read_whole, hour, repeats=1)),
    ]


def row(subject: str, ours: Measured, reading: Measured, aim_s: float) -> Row:
    """Return the line of one way of opening."""
    return Row(
        subject,
        seconds(ours.seconds),
        f"soundfile reads it once: {seconds(reading.seconds)}",
        times(reading.seconds / ours.seconds),
        f"< {aim_s:.1f} s",
        ours.seconds < aim_s,
        ours.peak_mb,
        reading.peak_mb,
    )


def memory_row(ours: Measured, whole: Measured) -> Row:
    """Return the line about memory."""
    return Row(
        "memory with 1 h open",
        f"{ours.peak_mb:,.0f} MB",
        f"the hour as an array: {whole.peak_mb:,.0f} MB",
        times(whole.peak_mb / ours.peak_mb),
        f"< {MEMORY_AIM_MB} MB",
        ours.peak_mb < MEMORY_AIM_MB,
        ours.peak_mb,
        whole.peak_mb,
    )
