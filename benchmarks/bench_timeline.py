"""How soon a recording stands on the screen, and how long one frame of scrolling and zooming takes."""

import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.audio.peak_cache import cache_folder
from desktop_app.colours import label_colour
from desktop_app.services.jobs import JobRunner
from desktop_app.services.session import Session
from desktop_app.services.settings import Settings
from desktop_app.ui.labels.marks import Marks
from desktop_app.ui.timeline import Timeline

SIZE = QSize(1280, 720)
PATIENCE_S = 120.0
FRAMES = 300
CLASSES = 10


@contextmanager
def open_timeline() -> Iterator[Timeline]:
    """Yield a timeline on screen with nothing in it."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    runner, settings = JobRunner(), Settings(Path("/nonexistent/settings.json"))
    timeline = Timeline(Session(), runner, settings)
    timeline.resize(SIZE)
    timeline.show()
    application.processEvents()
    yield timeline
    timeline.close_recording()
    runner.close()
    timeline.close()


def first_paint_seconds(path: Path, cold: bool) -> float:
    """Return the time from asking an open window for a recording to its complete first picture.

    `cold` removes the kept peaks of all recordings first; the file itself stays in the page cache.
    """
    if cold:
        shutil.rmtree(cache_folder(), ignore_errors=True)
    with open_timeline() as timeline:
        painted: list[float] = []
        timeline.painted.connect(lambda: painted.append(time.perf_counter()))
        begin = time.perf_counter()
        timeline.show_recording(path)
        _run_until(lambda: bool(painted))
        return painted[0] - begin


def frame_times(path: Path, regions: int = 0) -> dict[str, list[float]]:
    """Return seconds a frame, from the change of the view to the end of its painting, while tiles are computed.

    `regions`: annotations that are in view while it scrolls, half of them boxes.

    `scroll`: by a two hundredth of a 20 s view at a time. `zoom`: in and out between the whole and 2 s. `range`: the
    slider of levels, on a full view. The recording should last a minute or more.
    """
    with open_timeline() as timeline:
        painted: list[float] = []
        timeline.painted.connect(lambda: painted.append(time.perf_counter()))
        timeline.show_recording(path)
        _run_until(lambda: bool(painted))
        view, rounds = timeline.view, range(FRAMES)
        step = min(0.1, view.duration_s / 2 / FRAMES)
        if regions:
            timeline.set_marks(crowd(regions / (200 * step), (200 + FRAMES) * step), label_colour_of)
        zoom = (view.duration_s / 2) ** (2 / FRAMES)
        ways: dict[str, Callable[[int], None]] = {
            "zoom": lambda i: view.zoom(1 / zoom if i < FRAMES / 2 else zoom, view.duration_s * 0.4),
            "range": lambda i: timeline.controls.range.moved.emit(-110.0 + i % 40, -20.0),
            "scroll": lambda i: view.pan(step) if i else view.show(0.0, 200 * step),
        }
        return {name: [_frame(timeline, partial(way, i)) for i in rounds] for name, way in ways.items()}


def crowd(each_second: float, duration_s: float) -> Marks:
    """Return annotations of ten classes and all statuses, so many beginning in every second."""
    chance, statuses = random.Random(1), list(Status)
    found = []
    for number in range(round(each_second * duration_s)):
        onset_s, low_hz = number / each_second, chance.choice([None, chance.uniform(0, 8_000)])
        high_hz = None if low_hz is None else low_hz + chance.uniform(200, 4_000)
        offset_s = onset_s + chance.uniform(0.02, 0.5)
        label, status = f"class {chance.randrange(CLASSES)}", chance.choice(statuses)
        found.append(Annotation(label, "", onset_s, offset_s, low_hz, high_hz, status=status))
    return Marks(found)


def label_colour_of(label: str) -> str:
    """Return the colour of one of the crowd's classes."""
    return label_colour(int(label.removeprefix("class ")))


def _frame(timeline: Timeline, change: Callable[[], None]) -> float:
    painted: list[float] = []
    connection = timeline.lanes.frame_painted.connect(lambda: painted.append(time.perf_counter()))
    begin = time.perf_counter()
    change()
    _run_until(lambda: bool(painted))
    timeline.lanes.frame_painted.disconnect(connection)
    return painted[0] - begin


def _run_until(done: Callable[[], bool]) -> None:
    """Run the event loop as a window does: asleep between events, so that it takes no time from the workers."""
    application = QApplication.instance()
    assert application is not None
    alarm = QTimer()
    alarm.start(50)
    end = time.perf_counter() + PATIENCE_S
    while not done() and time.perf_counter() < end:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


if __name__ == "__main__":
    recording = Path(sys.argv[1])
    for cold in (True, False, True, False):
        print(f"first paint, {'cold' if cold else 'warm'}: {1000 * first_paint_seconds(recording, cold):.0f} ms")
    for name, times in frame_times(recording).items():
        p50, p99 = np.percentile(times, [50, 99]) * 1000
        print(f"{name}: median {p50:.1f} ms, p99 {p99:.1f} ms, longest {1000 * max(times):.1f} ms")
