"""Scan a folder of 10,000 small files and probe every one of them."""

import shutil
import time
from pathlib import Path

from benchmarks.inputs import SMALL_FILES, Inputs
from benchmarks.measuring import Row, measure, seconds, times
from benchmarks.yardsticks import SOXI_FILES, soxi_a_sample

AIM_TIMES = 20


def scan_and_probe(folder: str) -> dict[str, float]:
    """Find and probe every recording, as the folder panel does, and return the seconds."""
    from desktop_app.audio.metadata import probe
    from desktop_app.audio.sources import find_audio

    start = time.perf_counter()
    known = [probe(found.path) for found in find_audio(Path(folder), problems=print)]
    taken = time.perf_counter() - start
    assert len(known) == SMALL_FILES
    return {"seconds": taken}


def rows(inputs: Inputs) -> list[Row]:
    """Return the one line of this subject."""
    ours = measure(scan_and_probe, inputs.many_small_files)
    subject = f"scan and probe {SMALL_FILES:,} files"
    if not shutil.which("soxi"):
        return [Row(subject, seconds(ours.seconds), "soxi is not installed", "", "", None, ours.peak_mb)]
    soxi = measure(soxi_a_sample, inputs.many_small_files, str(SMALL_FILES), repeats=3)
    ratio = soxi.seconds / ours.seconds
    yardstick = f"soxi, {SOXI_FILES} files scaled: {seconds(soxi.seconds)}"
    aim = f"≥ {AIM_TIMES} ×"
    return [Row(subject, seconds(ours.seconds), yardstick, times(ratio), aim, ratio >= AIM_TIMES, ours.peak_mb)]
