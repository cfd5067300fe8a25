"""Load 1,000 one-second clips to train on, for the second time: windows from the cache against decoding."""

import os
import time
from pathlib import Path

import soundfile

from benchmarks.inputs import CLIP_RATE_HZ, CLIPS, Inputs
from benchmarks.measuring import Row, measure, seconds, times

AGE_S = 3_600
"""Files that changed a moment ago are not kept."""


def load_twice(folder: str, cache: str) -> dict[str, float]:
    """Load all clips with an empty cache, then again; return the seconds of both; importing torch is not counted."""
    os.environ["XDG_CACHE_HOME"] = f"{cache}-{os.getpid()}"
    from desktop_app.classifier.data.dataset import find_clips, load_clips

    clips = find_clips(Path(folder))
    taken = []
    for _ in range(2):
        start = time.perf_counter()
        loaded = load_clips(clips, ["flac"], CLIP_RATE_HZ, CLIP_RATE_HZ)
        taken.append(time.perf_counter() - start)
        assert len(loaded) == CLIPS
    return {"seconds": taken[1], "decoding": taken[0]}


def flac_clips(inputs: Inputs) -> Path:
    """Return a folder with one class of clips in FLAC, the format that keeps data sets small."""
    place = inputs.folder / "classes" / "flac"
    place.mkdir(parents=True)
    for path in inputs.one_second_clips.iterdir():
        samples, rate_hz = soundfile.read(path)
        target = place / f"{path.stem}.flac"
        soundfile.write(target, samples, rate_hz)
        moment = time.time() - AGE_S
        os.utime(target, (moment, moment))
    return place.parent


def rows(inputs: Inputs) -> list[Row]:
    """Return the one line of this subject."""
    found = measure(load_twice, flac_clips(inputs), inputs.folder / "cache", repeats=3)
    decoding = found.values["decoding"]
    return [
        Row(
            f"load {CLIPS:,} clips of 1 s (FLAC) again",
            seconds(found.seconds),
            f"the first time, decoding: {seconds(decoding)}",
            times(decoding / found.seconds),
            "",
            None,
            found.peak_mb,
        )
    ]
