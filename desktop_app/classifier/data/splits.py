"""Dividing clips into those to learn from, to choose by, and to measure on, so that nothing is measured by heart."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.classifier.data.clips import Clip
from desktop_app.classifier.data.group_split import by_group
from desktop_app.classifier.runs.run_config import DataConfig
from desktop_app.errors import UserError

SIDES = ("train", "validation", "test")
NAMED = 3


class LeakError(UserError):
    """The split leaks, and nobody said that it may."""


@dataclass(frozen=True)
class Leaks:
    """What stands on more than one side of a split."""

    groups: tuple[str, ...]
    """Speakers or sources."""
    files: tuple[Path, ...]
    """Files with the same bytes as one on another side."""

    def __bool__(self) -> bool:
        return bool(self.groups or self.files)

    def sentence(self) -> str:
        """Return what leaks."""
        found = []
        if self.groups:
            examples = ", ".join(self.groups[:NAMED])
            found.append(f"{len(self.groups)} speakers or sources (such as {examples})")
        if self.files:
            found.append(f"{len(self.files)} files with the same content")
        return f"The split leaks: {' and '.join(found)} stand on more than one side of it."


@dataclass(frozen=True)
class Divided:
    """Clips, each with its side in `split`."""

    clips: tuple[Clip, ...]
    """All of them."""
    leaks: Leaks
    """What stands on more than one side."""
    notes: tuple[str, ...]
    """What the person should know, a sentence each."""

    def side(self, name: str) -> list[Clip]:
        """Return the clips of one side."""
        return [clip for clip in self.clips if clip.split == name]


def divide(clips: Sequence[Clip], hashes: Mapping[Path, str], config: DataConfig) -> Divided:
    """Return the clips with their sides; UserError where the split leaks and leaks are not allowed.

    By group: files with the same bytes, or of one name in two formats, count as one group, so this split never leaks; a
    class that would have nothing to learn from gets all its groups back (`group_split`). `hashes` tell which files are
    the same.
    """
    how = config.split
    if how == "auto":
        how = "given" if any(clip.split for clip in clips) else "group"
    notes: list[str] = []
    if how == "group":
        divided, notes = by_group(clips, hashes, config)
    elif how == "random":
        divided = _at_random(clips, config)
    else:
        divided = _as_given(clips)
    leaks = leaks_of(divided, hashes)
    if leaks and not config.allow_leaks:
        raise LeakError(
            f"{leaks.sentence()} Divide by speaker or source, or go on all the same; the report will say so."
        )
    if leaks:
        notes.append(f"{leaks.sentence()} The numbers flatter the model.")
    return Divided(tuple(divided), leaks, tuple(notes))


def leaks_of(clips: Sequence[Clip], hashes: Mapping[Path, str]) -> Leaks:
    """Return what stands on more than one side."""
    sides_of_group: dict[str, set[str]] = defaultdict(set)
    sides_of_hash: dict[str, set[str]] = defaultdict(set)
    for clip in clips:
        sides_of_group[clip.group].add(clip.split)
        sides_of_hash[hashes.get(clip.path, str(clip.path))].add(clip.split)
    groups = tuple(sorted(group for group, sides in sides_of_group.items() if len(sides) > 1))
    files = tuple(clip.path for clip in clips if len(sides_of_hash[hashes.get(clip.path, str(clip.path))]) > 1)
    return Leaks(groups, files)


def _at_random(clips: Sequence[Clip], config: DataConfig) -> list[Clip]:
    """Return the clips divided clip by clip, whoever speaks in them."""
    places = list(range(len(clips)))
    random.Random(config.seed).shuffle(places)
    test = round(len(clips) * config.test_share)
    validation = test + round(len(clips) * config.validation_share)
    sides = {place: "test" if rank < test else "validation" for rank, place in enumerate(places[:validation])}
    return [replace(clip, split=sides.get(place, "train")) for place, clip in enumerate(clips)]


def _as_given(clips: Sequence[Clip]) -> list[Clip]:
    counts = Counter(clip.split for clip in clips)
    if counts[""]:
        raise UserError(
            f"{counts['']} clips have no split of their own; give each one, or choose --set data.split=group."
        )
    if not counts["train"]:
        raise UserError("No clip is given to learn from; put some into the split “train”.")
    return list(clips)
