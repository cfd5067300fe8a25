"""How many clips a second a shipped model judges by its engine, and the seed's net by eager torch, in the same run."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
import torch

from desktop_app.assets import models_dir
from desktop_app.classifier.card import ModelCard, read_card
from desktop_app.classifier.engines.engine import compiled_path, fingerprint, open_engine
from desktop_app.classifier.frontend import build_front_end, output_shape
from desktop_app.classifier.networks import build_network
from desktop_app.classifier.runs.preparing import front_end_table, network_table
from desktop_app.classifier.runs.run_config import config_of, read_recipe
from tools.evaluation.folds import Values

Array = npt.NDArray[np.float32]
Judge = Callable[[Array], object]

TURNS = {1: 25, 64: 5}
"""Batch size -> turns of both: single short ones differ by half on a machine with neighbours."""
SHORTEST_S = 0.3  # of one measurement


def weights_of(model: str) -> Path:
    """Return the file of a shipped model."""
    return models_dir() / f"{model}.safetensors"


def measure_speed(path: Path) -> Values:
    """Return clips a second of both at both batch sizes, one thread, processor time, front-end included.

    Both judge clips as long as our window, and take turns, so that what else the machine does falls on both; `ratio` is
    the median over the turns.
    """
    torch.set_num_threads(1)
    card, engine = read_card(path), open_engine(path)
    seed, seed_frames = seed_judge(len(card.classes), card.window_s)
    found: Values = {"engine": engine.name, "window_s": card.window_s, "ours": {}, "seed": {}, "ratio": {}}
    for batch, turns_wanted in TURNS.items():
        ours_of, seed_of = sounds(batch, card.window_frames), sounds(batch, seed_frames)
        turns = [
            (clips_per_s(lambda rows: engine.judge(engine.prepare(rows)), ours_of), clips_per_s(seed, seed_of))
            for _ in range(turns_wanted)
        ]
        found["ours"][str(batch)] = round(median(ours for ours, _ in turns), 1)
        found["seed"][str(batch)] = round(median(theirs for _, theirs in turns), 2)
        found["ratio"][str(batch)] = round(median(ours / theirs for ours, theirs in turns), 1)
    return {**found, **sizes(path, card)}


def sizes(path: Path, card: ModelCard) -> Values:
    """Return how large a shipped model is, and by which it can be told whether it is still the same."""
    return {
        "of": fingerprint(compiled_path(path)),
        "parameters": card.parameters,
        "macs": card.macs,
        "weights_bytes": path.stat().st_size,
        "compiled_bytes": compiled_path(path).stat().st_size,
    }


def seed_judge(classes: int, clip_s: float) -> tuple[Judge, int]:
    """Return how the seed recipe judges clips, in eager torch as it stands there, and their length in samples.

    A clip longer than its window is cut into windows. Its weights are untrained: a product takes the same time whatever
    its factors.
    """
    config = config_of(read_recipe("seed"))
    description, frames = front_end_table(config), round(config.sound.window_s * config.sound.sample_rate_hz)
    front_end = build_front_end(description)
    network = build_network(network_table(config), output_shape(description, frames), classes).eval()

    @torch.inference_mode()
    def judge(waveforms: Array) -> object:
        windows = torch.from_numpy(waveforms).reshape(-1, frames)
        return [network(front_end(part)).softmax(dim=1) for part in torch.split(windows, max(TURNS))]

    return judge, frames * math.ceil(clip_s / config.sound.window_s)


def sounds(batch: int, frames: int) -> Array:
    """Return noise at a tenth of full scale, shape (batch, frames)."""
    return np.random.default_rng(1).normal(0, 0.1, (batch, frames)).astype(np.float32)


def clips_per_s(judge: Judge, waveforms: Array) -> float:
    """Return how many of the clips are judged in a second of processor time."""
    judge(waveforms)
    done, started_s = 0, time.process_time()
    while (taken_s := time.process_time() - started_s) < SHORTEST_S:
        judge(waveforms)
        done += len(waveforms)
    return done / taken_s
