"""Dividing recordings into those to learn from, to choose by and to measure on, so that none is on two sides."""

import hashlib
import re
from collections.abc import Sequence

from desktop_app.interchange.birdnet_segments import recording_of
from desktop_app.interchange.labels import FileLabels

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLIT = "split"
"""Where `Annotation.extra` keeps the side that a data set gave."""
SHARE = 0.1
"""Of the recordings to choose by, and again to measure on, as in Speech Commands."""

_SAME_SPEAKER = re.compile(r"_nohash_.*$")


def sides_of(labels: Sequence[FileLabels]) -> list[str]:
    """Return the side of each recording: the one that was given, else by the hash of its name, which never changes.

    What belongs together in Speech Commands (its names before `_nohash_`) stays together, and so do BirdNET's segments
    of one recording. Recordings of one name count as one, whatever folder they lie in.
    """
    groups = [_SAME_SPEAKER.sub("", recording_of(each.stem)) for each in labels]
    given: dict[str, str] = {}
    for group, each in zip(groups, labels, strict=True):
        for annotation in each.annotations:
            side = annotation.extra.get(SPLIT, "")
            if side in (TRAIN, VALIDATION, TEST):
                given.setdefault(group, side)
    return [given.get(group) or _side_at(_position(group)) for group in groups]


def _side_at(position: float) -> str:
    if position < SHARE:
        return TEST
    return VALIDATION if position < 2 * SHARE else TRAIN


def _position(group: str) -> float:
    """Return a number in [0, 1) from the name alone, the same that training by group uses."""
    return int(hashlib.sha1(f"earmark {group}".encode()).hexdigest()[:8], 16) / 16**8
