"""Which recorded clips a recipe learns from in a fold, which choose its best round, and which measure it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from desktop_app.classifier.data.clips import Clip, find_clips, position_of
from tools.evaluation import commands12
from tools.train_commands12 import benchmark_clips, other_clips

FIRST_TAKES = 5  # of each digit by each speaker: what the Free Spoken Digit Dataset itself tests on
VALIDATION_SHARE = 0.15  # of the sources of environment10


def fold_clips(model: str, data: Path, fold: str) -> list[Clip]:
    """Return the clips of a shipped model's data with their sides in `split`."""
    return _CLIPS[model](data, fold)


def _commands12(data: Path, fold: str) -> list[Clip]:
    """Recorded words only, divided by speaker; of version 0.01 what may be learnt from."""
    split = commands12.split_of(fold)

    def side(group: str) -> str:
        return "test" if split.in_test(group) else "validation" if split.in_validation(group) else "train"

    learnt = (clip for clip in other_clips(data) if split.in_training(clip.group))
    return _on_sides([*benchmark_clips(data), *learnt], lambda clip: side(clip.group))


def _digits10(data: Path, fold: str) -> list[Clip]:
    """All of one speaker measure; the first takes of the others choose: with four speakers none can be spared."""

    def side(clip: Clip) -> str:
        if clip.group == fold:
            return "test"
        return "validation" if int(clip.path.stem.rsplit("_", 1)[1]) < FIRST_TAKES else "train"

    return _on_sides(find_clips(data / "spoken_digits", lambda path: path.stem.split("_")[1]), side)


def _environment10(data: Path, fold: str) -> list[Clip]:
    """One of the folds of ESC-10 measures; some sources of the others choose."""

    def side(clip: Clip) -> str:
        if clip.path.name.startswith(f"{fold}-"):
            return "test"
        return "validation" if position_of(clip.group) < VALIDATION_SHARE else "train"

    return _on_sides(find_clips(data / "environment10", lambda path: path.name.split("-")[1]), side)


def _on_sides(clips: Iterable[Clip], side_of: Callable[[Clip], str]) -> list[Clip]:
    return [replace(clip, split=side_of(clip)) for clip in clips]


_CLIPS: dict[str, Callable[[Path, str], list[Clip]]] = {
    "commands12": _commands12,
    "digits10": _digits10,
    "environment10": _environment10,
}
