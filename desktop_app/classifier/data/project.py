"""The labels of a project as clips to learn from: what people accepted, each on its stretch of a recording."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Extent, Status
from desktop_app.annotation.database import connect_reading
from desktop_app.annotation.places import inside, place_of
from desktop_app.annotation.store import AnnotationReader
from desktop_app.classifier.data.clips import Clip, Stretch
from desktop_app.classifier.data.groupings import Grouping

OPEN_WORDS = {Status.DRAFT: ("draft", "drafts"), Status.UNCERTAIN: ("uncertain", "uncertain")}
"""What somebody has yet to decide about; rejects are decided, and need no word."""


@dataclass(frozen=True)
class ProjectLabels:
    """What the labels of a folder teach."""

    clips: tuple[Clip, ...] = ()
    """One for each accepted label."""
    undecided: str = ""
    """How many labels are drafts or uncertain, as `12 drafts, 1 uncertain`; empty where there are none."""
    bands_hz: tuple[tuple[float, float], ...] = ()
    """Of those that are boxes: only their time counts, but a network must be able to hear them."""


def project_labels(folder: Path, group_of: Grouping) -> ProjectLabels:
    """Return the labels that people accepted in a folder; none where it has no labels.

    Whole recordings are whole clips; stretches, boxes and points are stretches. Another window may have the labels open
    meanwhile. UserError where they cannot be read.
    """
    database = next((file for file in (place_of(folder).database, inside(folder).database) if file.is_file()), None)
    if database is None:
        return ProjectLabels()
    clips: list[Clip] = []
    counts: Counter[Status] = Counter()
    bands_hz: list[tuple[float, float]] = []
    with AnnotationReader(connect_reading(database)) as reader:
        for path, it in _labels(reader):
            counts[it.status] += 1
            if it.status is Status.ACCEPTED:
                clips.append(_clip(folder / path, it, group_of))
                bands_hz += [(it.low_hz or 0.0, it.high_hz or math.inf)] if it.extent is Extent.BOX else []
    undecided = [f"{counts[each]:,} {words[counts[each] > 1]}" for each, words in OPEN_WORDS.items() if counts[each]]
    return ProjectLabels(tuple(clips), ", ".join(undecided), tuple(bands_hz))


def _labels(reader: AnnotationReader) -> Iterator[tuple[str, Annotation]]:
    for recording in reader.recordings():
        for annotation in reader.annotations_of(recording.id):
            if annotation.label.strip():
                yield recording.path, annotation


def _clip(path: Path, it: Annotation, group_of: Grouping) -> Clip:
    whole = it.onset_s is None or it.offset_s is None
    stretch = None if whole else Stretch(it.onset_s or 0.0, it.offset_s or 0.0)
    return Clip(path, it.label, group_of(path), it.label, stretch=stretch)
