"""Scroll and zoom through an hour of sound, among thousands of labels too, and move its levels: every frame."""

import statistics
from pathlib import Path

from benchmarks.inputs import Inputs
from benchmarks.measuring import Measured, Row, measure, seconds, times
from benchmarks.yardsticks import bare_plot_frames

MEDIAN_AIM_S, P99_AIM_S = 0.016, 0.033
WAYS = {"scroll": "scrolling", "zoom": "zooming", "range": "moving the levels"}
REGIONS = 5_000
"""Labels in view, where there are some."""


def frames_of(way: str, path: str, regions: str = "0") -> dict[str, float]:
    """Return the median and the 99th percentile of the time from a change of the view to its painted frame."""
    from benchmarks.bench_timeline import frame_times

    frames_s = frame_times(Path(path), int(regions))[way]
    return {"seconds": statistics.median(frames_s), "p99_s": statistics.quantiles(frames_s, n=100)[98]}


def rows(inputs: Inputs) -> list[Row]:
    """Return two lines for each way of moving: the median, and the 99th percentile."""
    bare = measure(bare_plot_frames, environment=inputs.screen)
    found = []
    for way, name in WAYS.items():
        ours = measure(frames_of, way, inputs.hour, repeats=3, environment=inputs.screen)
        found += [
            row(f"frame, {name}: median", ours, bare, "seconds", MEDIAN_AIM_S),
            row(f"frame, {name}: p99", ours, bare, "p99_s", P99_AIM_S),
        ]
    crowded = measure(frames_of, "scroll", inputs.hour, str(REGIONS), repeats=3, environment=inputs.screen)
    rectangles = measure(bare_plot_frames, str(REGIONS), repeats=3, environment=inputs.screen)
    name, beside = f"frame, scrolling, {REGIONS:,} labels in view", "pyqtgraph with as many rectangles"
    return [
        *found,
        row(f"{name}: median", crowded, rectangles, "seconds", MEDIAN_AIM_S, beside),
        row(f"{name}: p99", crowded, rectangles, "p99_s", P99_AIM_S, beside),
    ]


def row(
    subject: str, ours: Measured, bare: Measured, key: str, aim_s: float, beside: str = "pyqtgraph alone, panning"
) -> Row:
    """Return the line of one value."""
    return Row(
        subject,
        seconds(ours.values[key]),
        f"{beside}: {seconds(bare.values[key])}",
        times(bare.values[key] / ours.values[key]),
        f"< {aim_s * 1000:.0f} ms",
        ours.values[key] < aim_s,
        ours.peak_mb,
        bare.peak_mb,
    )
