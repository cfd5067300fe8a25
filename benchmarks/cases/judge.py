"""Judge with the model loaded, from files and from memory: beside the seed convnet in eager torch, batch 1 and 64."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.cases.classify import FAIR
from benchmarks.inputs import Inputs
from benchmarks.measuring import Measured, Row, measure, times
from benchmarks.yardsticks import seed_net_from_files, seed_net_in_memory

AIM = 60
BATCHES = (1, 64)
ROUNDS = 7
WORK_S = 0.2
"""Of one round from memory: long against the clock's steps, short against what else the machine does."""


def judge_files(folder: str) -> dict[str, float]:
    """Judge every clip of a folder with the loaded model, some rounds, and return the median seconds for one clip."""
    from desktop_app.assets import models_dir
    from desktop_app.classifier.card import list_models
    from desktop_app.classifier.inference import Classifier, classify_files

    files = sorted(Path(folder).glob("*.wav"))
    classifier = Classifier.load(list_models(models_dir())[0].path)

    def all_files() -> None:
        verdicts = list(classify_files(classifier, files))
        assert all(verdict.best for verdict in verdicts)

    return {"seconds": median_seconds(all_files) / len(files)}


def judge_in_memory(batch: str) -> dict[str, float]:
    """Judge the same clips again and again, so many at once, and return the median seconds for one."""
    import numpy as np

    from desktop_app.assets import models_dir
    from desktop_app.classifier.card import list_models
    from desktop_app.classifier.inference import Classifier

    classifier = Classifier.load(list_models(models_dir())[0].path)
    frames = classifier.card.window_frames
    clips = np.random.default_rng(0).normal(0, 0.1, (int(batch), frames)).astype(np.float32)
    start = time.perf_counter()
    classifier.scores(clips)
    repeats = max(1, round(WORK_S / (time.perf_counter() - start)))

    def again_and_again() -> None:
        for _ in range(repeats):
            classifier.scores(clips)

    return {"seconds": median_seconds(again_and_again) / repeats / len(clips)}


def median_seconds(work: Callable[[], None]) -> float:
    """Return the median time of some rounds after one that is not counted."""
    taken = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def rows(inputs: Inputs) -> list[Row]:
    """Return the lines of this subject."""
    clips = inputs.one_second_clips
    from_files = measure(judge_files, clips, repeats=3)
    found = []
    for batch in BATCHES:
        seed = measure(seed_net_from_files, clips, str(batch), repeats=3, environment=FAIR)
        found.append(row("judge files of 1 s", batch, from_files, seed))
    for batch in BATCHES:
        ours = measure(judge_in_memory, str(batch), repeats=3)
        seed = measure(seed_net_in_memory, str(batch), repeats=3, environment=FAIR)
        found.append(row(f"judge {batch} of 1 s from memory", batch, ours, seed))
    return found


def row(subject: str, batch: int, ours: Measured, seed: Measured) -> Row:
    """Return one line: clips a second, and how many times the seed convnet's."""
    ratio = seed.seconds / ours.seconds
    return Row(
        subject,
        f"{1 / ours.seconds:,.0f} clips/s",
        f"seed convnet, batch {batch}: {1 / seed.seconds:,.1f} clips/s",
        times(ratio),
        f"≥ {AIM} ×",
        ratio >= AIM,
        ours.peak_mb,
        seed.peak_mb,
    )
