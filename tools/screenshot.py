"""Take the pictures in docs/images anew: `python -m tools.screenshot [--to FOLDER] [SCENE...]` (all without names).

Runs the real window on a virtual screen (Xvfb, 1440 x 900), does what a person would do, waits until nothing changes
any more, and saves what the screen shows. Settings, caches and labels are each scene's own, and so are its recordings:
the bundled samples, and sounds from formulas. `--size 1024x700` and `--theme dark` show how all of it looks elsewhere.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.screenshot_scenes import MOVING, SCENES
from tools.screenshot_stage import Stage

ROOT = Path(__file__).resolve().parents[1]
SCREEN = "1440x900"
PLACE = Path(tempfile.gettempdir(), "earmark-pictures")
"""Always the same, since paths can be read in pictures."""


def main() -> int:
    """Play the scenes that were asked for, each in a process of its own."""
    given = parsed()
    if given.inside:
        play(given.names[0], given)
        return 0
    if unknown := set(given.names) - set(SCENES):
        sys.exit(f"There is no scene {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}.")
    given.to.mkdir(parents=True, exist_ok=True)
    with own_folder() as folder, virtual_screen(given.size) as display:
        for name in given.names or SCENES:
            place = folder / name
            options = ["--to", str(given.to), "--size", given.size, "--theme", given.theme, "--inside", str(place)]
            command = [sys.executable, "-m", "tools.screenshot", name, *options]
            subprocess.run(command, cwd=ROOT, env=surroundings(place, display), check=True)
            shutil.rmtree(place, ignore_errors=True)
    return 0


def parsed() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshot", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images", help="folder to save in")
    parser.add_argument("--size", default=SCREEN, help="of the screen and the window, in pixels")
    parser.add_argument("--theme", default="", choices=("", "light", "dark"), help="instead of each scene's own")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def play(name: str, given: argparse.Namespace) -> None:
    """Play one scene in this process, which opens its window on the display of its environment."""
    given.inside.mkdir(parents=True, exist_ok=True)
    width, height = map(int, given.size.split("x"))
    stage = Stage(given.inside, (width, height))
    for picture in SCENES[name](stage):
        if given.theme:
            stage.use_theme(given.theme)
        if picture not in MOVING:
            stage.settle()
        target = given.to / f"{picture}.png"
        if not stage.picture().save(str(target)):
            sys.exit(f"{target} could not be written.")
        print(picture, flush=True)
    stage.earmark.window.close()


@contextmanager
def own_folder() -> Iterator[Path]:
    """Yield a new folder that is always the same one; SystemExit where it is in use."""
    try:
        PLACE.mkdir(mode=0o700)
    except FileExistsError:
        sys.exit(f"Pictures are being taken already. If not, remove {PLACE} first.")
    try:
        yield PLACE
    finally:
        shutil.rmtree(PLACE, ignore_errors=True)


@contextmanager
def virtual_screen(size: str) -> Iterator[str]:
    """Yield the name of an X display of our own; SystemExit where there is no Xvfb."""
    if not shutil.which("Xvfb"):
        sys.exit("Xvfb is needed to take pictures: apt-get install xvfb")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def surroundings(folder: Path, display: str) -> dict[str, str]:
    """Return the environment of one scene: our screen, and a home that nothing was kept in."""
    own = {f"XDG_{part}_HOME": str(folder / part.lower()) for part in ("CONFIG", "CACHE", "DATA", "STATE")}
    return {
        **os.environ,
        **own,
        "HOME": str(folder),
        "USER": "you",
        "LOGNAME": "you",
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
    }


if __name__ == "__main__":
    sys.exit(main())
