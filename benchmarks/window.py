"""Run the real window inside a worker process and measure what it does.

Nothing of Qt is imported at the top: for some functions the time of imports is what is measured.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.app import Earmark

SCREEN = "1440x900x24"


@contextmanager
def screen(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment for window processes: a virtual X screen (or none), and user folders of their own."""
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
    if not shutil.which("Xvfb"):
        yield {**own, "QT_QPA_PLATFORM": "offscreen"}
        return
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield {**own, "QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{server.stdout.readline().strip()}"}
        finally:
            server.terminate()


def run_app(path: str, watch: Callable[["Earmark"], None]) -> None:
    """Run Earmark as its command does, with `path` to open; `watch` is called once the window was asked to show.

    Returns when the window was closed, which `watch` has to see to.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from desktop_app.app import earmark as app

    class Watched(app.Earmark):
        def show(self, wanted: Path | None) -> None:
            super().show(wanted)
            watch(self)

    setattr(app, "Earmark", Watched)  # noqa: B010 - the one seam that leaves the start as it is
    app.main([path])


def after_first_paint(earmark: "Earmark", then: Callable[[], None]) -> None:
    """Call `then` when the window has been painted and the events that were waiting have been worked off."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class FirstPaint(QObject):
        seen = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint and not self.seen:
                self.seen = True
                QTimer.singleShot(0, then)
            return False

    earmark.window.installEventFilter(FirstPaint(earmark))
