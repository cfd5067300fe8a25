"""Sounds that every engine must judge alike, here and on the machine where a model was compiled. No torch."""

import json

import numpy as np
import numpy.typing as npt

from desktop_app.classifier.card import ModelCard

Array = npt.NDArray[np.float32]

COUNT = 16
SAME = 0.01
"""Most that scores may move on average from one processor to another."""


def check_sounds(card: ModelCard) -> Array:
    """Return silence, clicks, noises and sweeps from faint to loud, shape (16, frames), the same at every call."""
    random, frames = np.random.default_rng(7), card.window_frames
    time = np.arange(frames) / frames
    sounds = np.zeros((COUNT, frames))
    sounds[1, frames // 2] = 1
    for row in range(2, COUNT):
        sweep = np.sin(2 * np.pi * frames * (random.uniform(0, 0.2) + random.uniform(-0.1, 0.1) * time) * time)
        sounds[row] = 10 ** random.uniform(-3, 0) * (sweep + random.normal(0, random.uniform(0, 1), frames))
    return np.clip(sounds, -1, 1).astype(np.float32)


def scores_to_text(scores: Array) -> str:
    """Return scores as they are kept with a compiled model."""
    return json.dumps(np.round(scores.astype(np.float64), 4).tolist())


def are_same(scores: Array, text: str) -> bool:
    """Return whether scores are those that were kept; False where the text is none of ours."""
    try:
        kept = np.array(json.loads(text), np.float64)
    except (ValueError, TypeError, RecursionError):
        return False
    return kept.shape == scores.shape and bool(np.abs(scores - kept).max(axis=1).mean() <= SAME)
