"""From the launch of the process to a window that has been painted and answers."""

import sys
from typing import TYPE_CHECKING

from benchmarks.inputs import Inputs
from benchmarks.measuring import Row, measure, seconds, times
from benchmarks.worker import since_launch_s
from benchmarks.yardsticks import empty_window

if TYPE_CHECKING:
    from desktop_app.app import Earmark

AIM_S = 1.0


def start_window(folder: str) -> dict[str, float]:
    """Start Earmark on a folder and return the seconds from launch; torch must not have been imported by then."""
    from benchmarks.window import after_first_paint, run_app

    values: dict[str, float] = {}

    def watch(earmark: "Earmark") -> None:
        def finish() -> None:
            values["seconds"] = since_launch_s()
            assert "torch" not in sys.modules
            earmark.window.close()

        after_first_paint(earmark, finish)

    run_app(folder, watch)
    return values


def rows(inputs: Inputs) -> list[Row]:
    """Return the one line of this subject."""
    from desktop_app.assets import samples_dir

    ours = measure(start_window, samples_dir(), repeats=7, environment=inputs.screen)
    bare = measure(empty_window, repeats=7, environment=inputs.screen)
    return [
        Row(
            "launch to interactive window",
            seconds(ours.seconds),
            f"Qt alone, an empty window: {seconds(bare.seconds)}",
            times(bare.seconds / ours.seconds),
            f"< {AIM_S:.1f} s",
            ours.seconds < AIM_S,
            ours.peak_mb,
            bare.peak_mb,
        )
    ]
