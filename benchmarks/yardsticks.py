"""What Earmark is measured against: the plain way of doing the same, each run by a worker process."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.worker import since_launch_s

if TYPE_CHECKING:
    import torch

SOXI_FILES = 200
SEED_NET_CLIPS = 200
CLASSES = 12


def soxi_a_sample(folder: str, total: str) -> dict[str, float]:
    """Call `soxi` once a file on 200 of the files and return the time scaled to all of them."""
    files = sorted(Path(folder).rglob("*.*"))
    chosen = files[:: max(len(files) // SOXI_FILES, 1)][:SOXI_FILES]
    start = time.perf_counter()
    for path in chosen:
        subprocess.run(["soxi", path], stdout=subprocess.DEVNULL, check=True)
    return {"seconds": (time.perf_counter() - start) / len(chosen) * int(total)}


def read_once(path: str, cached: str) -> dict[str, float]:
    """Read the whole file with soundfile in blocks; `cached` "no" puts it out of the page cache first."""
    import soundfile

    if cached == "no":
        forget_pages(Path(path))
    start = time.perf_counter()
    for _ in soundfile.blocks(path, blocksize=1 << 20, dtype="float32"):
        pass
    return {"seconds": time.perf_counter() - start}


def forget_pages(path: Path) -> None:
    """Ask the kernel to drop the file from the page cache, so that the next reading comes from the disk."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def seed_net_one_by_one(folder: str) -> dict[str, float]:
    """Judge 200 clips by `soundfile.read` and the seed convnet at batch 1, making it included."""
    start = time.perf_counter()
    _judge_files(_seed_net(), sorted(Path(folder).glob("*.wav"))[:SEED_NET_CLIPS], 1)
    return {"seconds": time.perf_counter() - start, "clips": SEED_NET_CLIPS}


def seed_net_from_files(folder: str, batch: str) -> dict[str, float]:
    """Judge clips by `soundfile.read` and the seed convnet, so many at once, and return the seconds for one."""
    judge = _seed_net()
    files = sorted(Path(folder).glob("*.wav"))
    _judge_files(judge, files[: int(batch)], int(batch))
    files = files[: max(SEED_NET_CLIPS // int(batch), 2) * int(batch)]
    start = time.perf_counter()
    _judge_files(judge, files, int(batch))
    return {"seconds": (time.perf_counter() - start) / len(files)}


def seed_net_in_memory(batch: str) -> dict[str, float]:
    """Judge clips that are in memory by the seed convnet, so many at once, and return the median seconds for one."""
    import torch

    judge = _seed_net()
    clips = torch.randn(int(batch), 16_000) * 0.1
    taken_s = []
    for _ in range(max(3, SEED_NET_CLIPS // len(clips)) + 1):
        start = time.perf_counter()
        judge(clips)
        taken_s.append(time.perf_counter() - start)
    return {"seconds": statistics.median(taken_s[1:]) / len(clips)}


def _seed_net() -> "Callable[[torch.Tensor], torch.Tensor]":
    """Return the front-end and the convnet of the seed recipe (Keydana 2023) in eager torch, weights at random."""
    import torch

    from desktop_app.classifier.frontend import InputShape, LinearSpectrogram, SpectrogramConfig
    from desktop_app.classifier.networks import NETWORKS, build_network

    front_end = LinearSpectrogram(SpectrogramConfig())
    network = build_network(NETWORKS["complex_convnet"], InputShape(2, 257, 101), CLASSES).eval()
    return torch.inference_mode()(lambda clips: network(front_end(clips)).softmax(1).argmax(1))


def _judge_files(judge: "Callable[[torch.Tensor], torch.Tensor]", files: list[Path], batch: int) -> None:
    import numpy as np
    import soundfile
    import torch

    for start in range(0, len(files), batch):
        clips = [soundfile.read(path, dtype="float32")[0] for path in files[start : start + batch]]
        judge(torch.from_numpy(np.stack(clips)))


def read_whole(path: str) -> dict[str, float]:
    """Read the whole file into one float32 array."""
    import soundfile

    start = time.perf_counter()
    frames, _ = soundfile.read(path, dtype="float32")
    assert len(frames)
    return {"seconds": time.perf_counter() - start}


def empty_window() -> dict[str, float]:
    """Open an empty Qt window and return the seconds from the launch of the process to its first paint."""
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QMainWindow

    painted: list[float] = []

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
            painted.append(since_launch_s())
            QApplication.quit()

    application = QApplication([])
    window = Window()
    window.resize(1280, 800)
    window.show()
    application.exec()
    return {"seconds": painted[0]}


def bare_plot_frames(rectangles: str = "0") -> dict[str, float]:
    """Pan a pyqtgraph plot of a curve over one of an image, as large as Earmark's lanes; return its frames' times.

    `rectangles`: how many of Qt's own stand in view on the image, as in programs that draw each annotation by itself.
    """
    import numpy as np
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication, QGraphicsRectItem

    application = QApplication([])
    window = pg.GraphicsLayoutWidget(size=(1280, 560))
    boxes = [pg.ViewBox(), pg.ViewBox()]
    curve, picture = (pg.PlotItem(viewBox=box) for box in boxes)
    window.addItem(curve, 0, 0)
    window.addItem(picture, 1, 0)
    random = np.random.default_rng(0)
    curve.plot(random.normal(size=3_000))
    image = pg.ImageItem(random.integers(0, 255, (1_500, 400), dtype=np.uint8), colorMap="viridis")
    picture.addItem(image)
    each = int(rectangles) / 750  # half of the picture is in view
    for number in range(round(each * 1_500)):
        rectangle = QGraphicsRectItem(number / each, random.uniform(0, 300), 10, 60)
        rectangle.setPen(pg.mkPen(pg.intColor(number % 10)))
        picture.addItem(rectangle, ignoreBounds=True)
    window.show()
    frames_s = []
    for index in range(200 if not each else 20):
        start = time.perf_counter()
        for box, width in zip(boxes, (3_000, 1_500), strict=True):
            box.setXRange(index * width / 400, (index + 200) * width / 400, padding=0)
        window.viewport().repaint()
        frames_s.append(time.perf_counter() - start)
        application.processEvents()
    return {"seconds": statistics.median(frames_s), "p99_s": statistics.quantiles(frames_s, n=100)[98]}
