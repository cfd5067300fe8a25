"""Take the pictures of the Live page anew: `python -m tools.screenshot_live [--to FOLDER]`.

The real window listens through PortAudio to a sound card in memory, into which the bundled words are played: live.png,
live-dark.png, and some seconds of it moving, live.webp. Needs Xvfb, PulseAudio and ALSA's way to it.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import soundfile

from desktop_app.assets import samples_dir
from desktop_app.audio.reader import open_audio
from tools.null_sink import SINK, missing, null_sink
from tools.screenshot import ROOT, own_folder, surroundings, virtual_screen
from tools.screenshot_stage import Stage

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from desktop_app.ui.live.panel import LivePanel

STILL, MOVING = "1440x900", "1024x700"
EVENTS = 9
"""So many are waited for before a picture is taken: then there is sound from edge to edge."""
FRAMES_PER_S, FILM_S = 8, 7.5
QUALITY = 40
"""Of the film, 0 to 100: a spectrogram that moves costs a lot, and words must stay legible."""
WORDS = "six-words-in-a-row.mp3"
TIMES_PLAYED = 12
RANGE_DB = (-74.0, -18.0)
"""The room's noise stays dark: it would take most of the bytes."""
NOISE = 0.0005
"""Of the room: pure zeros between words are not what a microphone hears."""


def main() -> int:
    """Take the pictures in one process, the film in another."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshot_live", description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images", help="folder to save in")
    parser.add_argument("--inside", nargs=2, metavar=("FOLDER", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        play(Path(given.inside[0]), given.inside[1], given.to)
        return 0
    if reason := missing():
        sys.exit(f"A sound card in memory is needed: {reason}")
    given.to.mkdir(parents=True, exist_ok=True)
    with own_folder() as folder, null_sink() as sink:
        write_words(folder / "words.wav")
        for size in (STILL, MOVING):
            with virtual_screen(size) as display:
                place = folder / size
                environment = {**surroundings(place, display), **sink.settings}
                command = [sys.executable, "-m", "tools.screenshot_live", "--to", str(given.to)]
                subprocess.run([*command, "--inside", str(place), size], cwd=ROOT, env=environment, check=True)
    return 0


def play(folder: Path, size: str, to: Path) -> None:
    """Listen to the words in this process, which opens its window on the display of its environment."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = map(int, size.split("x"))
    stage = Stage(folder, (width, height))
    with words_played(folder.parent / "words.wav"):
        panel = listen(stage)
        if size == MOVING:
            write_film(to / "live.webp", film(stage))
        else:
            for name, theme in (("live", "light"), ("live-dark", "dark")):
                stage.use_theme(theme)
                wait_s(stage, 1.0)
                stage.picture().save(str(to / f"{name}.png"), quality=0)  # smallest
        panel.toggle()
    stage.earmark.window.close()


def listen(stage: Stage) -> "LivePanel":
    """Start to listen, and wait until there is something to see."""
    settings = stage.core.settings
    settings.change(live=replace(settings.values.live, sample_rate_hz=16_000, channels=1))
    settings.change(spectrogram=replace(settings.values.spectrogram, range_db=RANGE_DB))
    stage.go_to("live")
    panel = stage.earmark.live.panel
    panel.start()
    stage.until(lambda: len(panel.side.events.events) >= EVENTS)
    return panel


def wait_s(stage: Stage, seconds: float) -> None:
    """Let the window work for some time."""
    end_s = time.monotonic() + seconds
    stage.until(lambda: time.monotonic() > end_s)


def film(stage: Stage) -> "list[QImage]":
    """Return what the screen shows in the next seconds."""
    pictures = []
    start_s = time.monotonic()
    for number in range(round(FILM_S * FRAMES_PER_S)):
        wait_s(stage, start_s + number / FRAMES_PER_S - time.monotonic())
        pictures.append(stage.picture())
    return pictures


def write_film(path: Path, pictures: "Sequence[QImage]") -> None:
    """Write an animated WebP that begins anew at its end."""
    from PySide6.QtGui import QImage

    with av.open(str(path), "w", options={"loop": "0"}) as file:
        stream = file.add_stream("libwebp_anim", rate=FRAMES_PER_S, options={"quality": str(QUALITY)})
        stream.width, stream.height, stream.pix_fmt = pictures[0].width(), pictures[0].height(), "yuv420p"
        for picture in pictures:
            image = picture.convertToFormat(QImage.Format.Format_RGB888)
            rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
            pixels = np.ascontiguousarray(rows[:, : 3 * image.width()]).reshape(image.height(), image.width(), 3)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        file.mux(stream.encode())


def write_words(path: Path) -> None:
    """Write the bundled words, again and again, in a quiet room."""
    with open_audio(samples_dir() / WORDS) as reader:
        sound, rate_hz = reader.read(0, reader.frames), reader.sample_rate_hz
    sound = np.tile(sound, (TIMES_PLAYED, 1))
    soundfile.write(path, np.clip(sound + np.random.default_rng(7).normal(0, NOISE, sound.shape), -1, 1), rate_hz)


@contextmanager
def words_played(path: Path) -> Iterator[None]:
    """Play words into the sound card meanwhile."""
    with subprocess.Popen(["paplay", "-d", SINK, str(path)]) as player:
        try:
            yield
        finally:
            player.terminate()


if __name__ == "__main__":
    sys.exit(main())
