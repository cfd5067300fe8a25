"""Dividing clips by speaker or source: by a hash of the group, so that a split stays when files are added.

Chance alone may leave small data without a clip to choose by, or with few to learn from. Groups of classes that fared
so ill change sides; in large data there are none.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.classifier.data.clips import Clip, position_of
from desktop_app.classifier.runs.run_config import DataConfig

ENOUGH = 3
"""Clips of each class that are held back for a use at least; fewer where its share of them is smaller."""
LEAST_LEARNT = 0.7
"""Of the share of a class that should be learnt from: this much is, at least."""
USES = {"validation": "to choose the best round by", "test": "to measure on"}
"""What is held back, by its side."""


def by_group(clips: Sequence[Clip], hashes: Mapping[Path, str], config: DataConfig) -> tuple[list[Clip], list[str]]:
    """Return the clips with their sides, and what the person should know, a sentence each."""
    joined = _joined_groups(clips, hashes)
    division = _Division(clips, joined, config)
    notes = division.learn_from_all()
    for side, share in division.shares.items():
        if share:
            division.fill_up(side, share)
    notes += [
        f"Too few speakers or sources ({len(division.sides)}) to hold some back {USES[side]}."
        for side, share in division.shares.items()
        if share and side not in division.sides.values()
    ]
    return [replace(clip, split=division.sides[key]) for key, clip in zip(joined, clips, strict=True)], notes


class _Division:
    """Groups on their sides, and how many clips of each class they hold."""

    def __init__(self, clips: Sequence[Clip], groups: Sequence[str], config: DataConfig) -> None:
        self.shares = {"validation": config.validation_share, "test": config.test_share}
        self.sides = {group: _side_at(position_of(group), config) for group in set(groups)}
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        for clip, group in zip(clips, groups, strict=True):
            self._counts[clip.label][group] += 1
        self._least = LEAST_LEARNT * max(0.0, 1 - sum(self.shares.values()))

    def learn_from_all(self) -> list[str]:
        """Let enough of every class be learnt from, all where nothing would be; say so."""
        notes = []
        for label, groups in sorted(self._counts.items()):
            if not self._on(label, "train"):
                self.sides |= dict.fromkeys(groups, "train")
                notes.append(
                    f"“{label}” has too few speakers or sources to hold any back; all its clips are learnt from."
                )
            for group in sorted(groups, key=position_of):
                if self._on(label, "train") >= self._least * groups.total():
                    break
                self.sides[group] = "train"
        return notes

    def fill_up(self, side: str, share: float) -> None:
        """Move groups to a side until it has some clips of every class, the smallest that can be spared first."""
        for label, groups in sorted(self._counts.items()):
            wanted = min(ENOUGH, max(1, int(share * groups.total())))
            for group in sorted(groups, key=lambda group: (groups[group], position_of(group))):
                if self._on(label, side) >= wanted:
                    break
                if self.sides[group] == "train" and self._may_go(group):
                    self.sides[group] = side

    def _on(self, label: str, side: str) -> int:
        return sum(count for group, count in self._counts[label].items() if self.sides[group] == side)

    def _may_go(self, group: str) -> bool:
        """Return whether enough of every class could still be learnt from without a group."""
        return all(
            self._on(label, "train") - groups[group] >= self._least * groups.total()
            for label, groups in self._counts.items()
            if group in groups
        )


def _side_at(position: float, config: DataConfig) -> str:
    if position < config.test_share:
        return "test"
    return "validation" if position < config.test_share + config.validation_share else "train"


def _joined_groups(clips: Sequence[Clip], hashes: Mapping[Path, str]) -> list[str]:
    """Return a group for each clip; groups that share a file are one, and so is a recording in two formats."""
    leader: dict[str, str] = {}

    def find(group: str) -> str:
        while leader.setdefault(group, group) != group:
            group = leader[group]
        return group

    first_with: dict[str | Path, str] = {}
    for clip in clips:
        for same in (hashes.get(clip.path, str(clip.path)), clip.path.with_suffix("")):
            one, two = sorted((find(clip.group), find(first_with.setdefault(same, clip.group))))
            leader[two] = one
    return [find(clip.group) for clip in clips]
