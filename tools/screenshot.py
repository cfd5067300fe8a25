"""Take the pictures in docs/images anew: `python -m tools.screenshot [--to FOLDER] [NAME...]` (all without names).

Runs the real window on a virtual screen (Xvfb, 1440 x 900), does what a person would do, waits until nothing changes
any more, and saves what the screen shows. Settings and caches are the run's own.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
from scipy.signal import lfilter

from desktop_app import assets

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

ROOT = Path(__file__).resolve().parents[1]
SCREEN = (1440, 900)
PATIENCE_S = 120.0
QUIET_S = 1.0
"""The screen must not have changed for this long before its picture is taken."""


@contextmanager
def virtual_screen() -> Iterator[str]:
    """Yield the name of an X display of our own; SystemExit where there is no Xvfb."""
    if not shutil.which("Xvfb"):
        sys.exit("Xvfb is needed to take pictures: apt-get install xvfb")
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


class Stage:
    """One running Earmark and the screen it is on."""

    def __init__(self, folder: Path) -> None:
        from PySide6.QtWidgets import QApplication  # noqa: TID251 - started here as the application is

        from desktop_app.app import Earmark

        self.folder = folder
        self.application = QApplication(["earmark"])
        self.application.setCursorFlashTime(0)
        self.earmark = Earmark(self.application)
        self.earmark.window.resize(*SCREEN)
        self.earmark.show(None)

    def until(self, reached: Callable[[], bool]) -> None:
        """Let the window work until something is reached; TimeoutError after two minutes."""
        end = time.monotonic() + PATIENCE_S
        while not reached():
            self.application.processEvents()
            time.sleep(0.002)
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")

    def settle(self) -> None:
        """Let the window work until the screen has stopped changing."""
        since, last = time.monotonic(), self.picture().toImage()

        def is_quiet() -> bool:
            nonlocal since, last
            time.sleep(0.05)
            now = self.picture().toImage()
            if now != last:
                since, last = time.monotonic(), now
            return time.monotonic() - since > QUIET_S

        self.until(is_quiet)

    def picture(self) -> "QPixmap":
        """Return what the screen shows now."""
        return self.application.primaryScreen().grabWindow(0)

    def sample(self, name: str) -> Path:
        """Return the path of one of the bundled recordings, in a copy of their folder that has a short path."""
        folder = self.folder / "samples"
        if not folder.exists():
            shutil.copytree(assets.samples_dir(), folder)
        return folder / name

    def show(self, path: Path) -> None:
        """Open a recording and wait until it is painted."""
        painted: list[bool] = []
        connection = self.earmark.listen.timeline.painted.connect(lambda: painted.append(True))
        self.earmark.open(path)
        self.until(lambda: bool(painted))
        self.earmark.listen.timeline.painted.disconnect(connection)

    def classify(self) -> None:
        """Let the model judge the folder and wait for the end."""
        from desktop_app.services.jobs import JobRunner

        runner: JobRunner = self.earmark.core.runner
        self.earmark.core.actions["classify"].trigger()
        self.until(lambda: bool(runner.active))
        self.until(lambda: not runner.active)

    def use_theme(self, name: str) -> None:
        """Switch to light or dark."""
        self.earmark.core.settings.change(theme=name)


def window_in(theme: str) -> Callable[[Stage], None]:
    """Return the doing of: the samples, judged, with one shown."""

    def do(stage: Stage) -> None:
        stage.use_theme(theme)
        stage.show(stage.sample("garden-three-minutes.flac"))
        stage.settle()
        stage.classify()

    return do


def hour_in(theme: str) -> Callable[[Stage], None]:
    """Return the doing of: a recording of one hour."""

    def do(stage: Stage) -> None:
        stage.use_theme(theme)
        path = stage.folder / "night" / "night-22h.wav"
        if not path.exists():
            path.parent.mkdir()
            write_an_hour(path)
        stage.show(path)

    return do


def stereo(stage: Stage) -> None:
    """Show a recording of two channels, with a box selected."""
    from desktop_app.services.session import Selection

    stage.use_theme("light")
    stage.show(stage.sample("frogs-stereo.flac"))
    stage.earmark.core.session.selection = Selection.between(1.0, 2.2, 500, 3_000)


def export_dialog(stage: Stage) -> None:
    """Open the export dialog on a selection."""
    stereo(stage)
    stage.earmark.core.actions["export"].trigger()


def damaged(stage: Stage) -> None:
    """Choose a damaged file."""
    stage.use_theme("light")
    folder = stage.folder / "field"
    folder.mkdir()
    for name in ("frogs-stereo.flac", "warbler.flac", "cuckoo.ogg"):
        shutil.copy(stage.sample(name), folder)
    (folder / "damaged.flac").write_bytes(b"fLaC" + bytes(4_000))
    stage.show(folder / "warbler.flac")
    stage.settle()
    stage.earmark.open(folder / "damaged.flac")


def error_bar(stage: Stage) -> None:
    """Play on a machine that has no sound device."""
    stage.use_theme("light")
    stage.show(stage.sample("six-words-in-a-row.mp3"))
    stage.earmark.core.actions["play"].trigger()


def keys_sheet(stage: Stage) -> None:
    """Open the sheet of all keys."""
    stage.use_theme("dark")
    stage.show(stage.sample("warbler.flac"))
    stage.earmark.core.actions["keys"].trigger()


PICTURES: dict[str, Callable[[Stage], None]] = {
    "window-light": window_in("light"),
    "window-dark": window_in("dark"),
    "hour-light": hour_in("light"),
    "hour-dark": hour_in("dark"),
    "stereo": stereo,
    "export-dialog": export_dialog,
    "damaged": damaged,
    "error-bar": error_bar,
    "keys": keys_sheet,
}


def write_an_hour(path: Path) -> None:
    """Write an hour of an invented night, 48 kHz mono: wind that swells, crickets, calls now and then."""
    rate, random = 48_000, np.random.default_rng(5)
    time_s = np.arange(rate) / rate
    crickets = 0.03 * np.sin(2 * np.pi * 5_200 * time_s) * (np.sin(2 * np.pi * 17 * time_s) > 0.6)
    call = 0.3 * np.sin(2 * np.pi * (900 + 1_500 * time_s) * time_s) * np.exp(-((time_s - 0.5) ** 2) / 0.02)
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        for second in range(3_600):
            gust = 0.004 + 0.012 * np.sin(second / 190) ** 4
            wind = lfilter([gust], [1, -0.96], random.normal(0, 1, rate)) + random.normal(0, 0.001, rate)
            chorus = crickets * max(np.sin(second / 700 + 0.5), 0)
            file.write(wind + chorus + call * random.random() * (random.random() < 0.05))


def take(name: str, to: Path, folder: Path) -> None:
    """Take one picture in this process, which opens its window on the display of its environment."""
    stage = Stage(folder)
    PICTURES[name](stage)
    stage.settle()
    target = to / f"{name}.png"
    if not stage.picture().save(str(target)):
        sys.exit(f"{target} could not be written.")
    stage.earmark.window.close()


def surroundings(folder: Path, display: str) -> dict[str, str]:
    """Return the environment of one picture: our screen, and a home that nothing was kept in."""
    own = {f"XDG_{part}_HOME": str(folder / part.lower()) for part in ("CONFIG", "CACHE", "DATA", "STATE")}
    return {
        **os.environ,
        **own,
        "HOME": str(folder.parent),
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
    }


def main() -> int:
    """Take the pictures that were asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshot", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images", help="folder to save in")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        take(given.names[0], given.to, given.inside)
        return 0
    given.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="earmark-") as folder, virtual_screen() as display:
        for name in given.names or PICTURES:
            print(name, flush=True)
            command = [sys.executable, "-m", "tools.screenshot", name, "--to", str(given.to), "--inside", folder]
            subprocess.run(command, cwd=ROOT, env=surroundings(Path(folder, name), display), check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
