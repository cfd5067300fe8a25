"""Compile a model for the fast engine, calibrated on recordings: write `MODEL.onnx` beside `MODEL.safetensors`.

    .venv/bin/python -m tools.compile_models resources/models/commands12.safetensors ../shared/data/speech_commands

The folder has a folder for each class. Speakers who are held back when a model is measured are left out. As many
calculated backgrounds are added, since what lies outside the range seen here is cut off: with them the scores of hums
and pure tones move by at most 0.03, without by 0.08.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from desktop_app.classifier.card import ModelCard, read_card
from desktop_app.classifier.data.dataset import find_clips, position_of
from desktop_app.classifier.engines.compiling import compile_model
from desktop_app.classifier.noises import synthetic_backgrounds
from desktop_app.classifier.waveforms import Waveform, centred, read_mono
from desktop_app.errors import UserError

FIRST_POSITION = 0.57
"""Groups below are held back by `tools.train_commands12`."""


def calibration_windows(card: ModelCard, folder: Path, count: int) -> Iterator[Waveform]:
    """Yield that many windows of clips drawn from the folder, the same at every call."""
    clips = [clip for clip in find_clips(folder) if position_of(clip.group) >= FIRST_POSITION]
    random.Random(1).shuffle(clips)
    for clip in clips[:count]:
        yield centred(read_mono(clip.path, card.sample_rate_hz), card.window_frames)


def with_backgrounds(clips: Waveform, sample_rate_hz: int) -> Waveform:
    """Return windows and as many calculated backgrounds."""
    backgrounds = synthetic_backgrounds(len(clips), clips, sample_rate_hz, np.random.default_rng(5))
    return np.concatenate([clips, backgrounds.astype(np.float32)])


def main() -> None:
    """Compile one model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--windows", type=int, default=256, help="to calibrate with")
    chosen = parser.parse_args()
    try:
        card = read_card(chosen.model)
        clips = np.stack(list(calibration_windows(card, chosen.data, chosen.windows)))
        report = compile_model(chosen.model, with_backgrounds(clips, card.sample_rate_hz))
    except UserError as reason:
        sys.exit(str(reason))
    size_kib = report.size_bytes / 1024
    print(f"{report.path}: {size_kib:,.0f} KiB, scores move by {report.largest_difference:.4f} on average")


if __name__ == "__main__":
    main()
