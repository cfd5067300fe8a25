"""Classify 1,000 one-second clips, from the files to the verdicts."""

import time
from pathlib import Path

from benchmarks.inputs import CLIPS, Inputs
from benchmarks.measuring import Row, measure, times
from benchmarks.yardsticks import SEED_NET_CLIPS, seed_net_one_by_one

FAIR = {"OMP_WAIT_POLICY": "PASSIVE"}
"""For the yardstick: threads that spin at barriers make it ten times slower where others use the machine as well."""


def classify_folder(folder: str) -> dict[str, float]:
    """Load the bundled model, judge every clip and return the seconds; importing torch is not counted."""
    from desktop_app.assets import models_dir
    from desktop_app.classifier.card import list_models
    from desktop_app.classifier.inference import Classifier, classify_files

    files = sorted(Path(folder).glob("*.wav"))
    start = time.perf_counter()
    classifier = Classifier.load(list_models(models_dir())[0].path)
    verdicts = list(classify_files(classifier, files))
    taken = time.perf_counter() - start
    assert all(verdict.best for verdict in verdicts)
    return {"seconds": taken, "clips": len(verdicts)}


def rows(inputs: Inputs) -> list[Row]:
    """Return the one line of this subject."""
    ours = measure(classify_folder, inputs.one_second_clips)
    plain = measure(seed_net_one_by_one, inputs.one_second_clips, repeats=3, environment=FAIR)
    plain_rate = SEED_NET_CLIPS / plain.seconds
    return [
        Row(
            f"classify {CLIPS:,} clips of 1 s",
            f"{CLIPS / ours.seconds:,.0f} clips/s",
            f"seed convnet, one by one: {plain_rate:,.1f} clips/s",
            times(CLIPS / ours.seconds / plain_rate),
            "",
            None,
            ours.peak_mb,
            plain.peak_mb,
        )
    ]
