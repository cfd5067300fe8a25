"""BirdNET's segments: clips in a folder for each species, which the review moves into `Positive` and `Negative`.

A clip is called `0.812_3_night_63.00s_66.00s.wav`: confidence, number, recording, start and end of the find there
(`segments/utils.py`; older versions write one decimal, the first ones no times). The clip itself may hold sound around
the find. The review (`gui/review.py`) takes clips of any name.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.audio.sources import find_audio
from desktop_app.errors import UserError
from desktop_app.interchange.labels import FileLabels, Keeps, LabelFormat, Options
from desktop_app.interchange.reading import Glimpse, Notes, tidied

VERDICTS = {"positive": Status.ACCEPTED, "negative": Status.REJECTED}
"""By the names of the review's folders, folded."""
OTHERS = "recordings that are no segments and not reviewed"
MOST_LOOKED_AT = 1000
"""Recordings by which a folder is told; there may be 100,000 in it."""

_NAME = re.compile(
    r"(?P<score>\d{1,3}\.\d{3})_\d+_(?P<stem>.+?)(_(?P<onset>\d{1,9}\.\d{1,3})s_(?P<offset>\d{1,9}\.\d{1,3})s)?",
    re.ASCII,
)


def recognises(seen: Glimpse) -> bool:
    """Return whether it is a folder with clips that are named so."""
    if not seen.path.is_dir():
        return False
    clips = islice(find_audio(seen.path, problems=lambda _: None), MOST_LOOKED_AT)
    return any(_NAME.fullmatch(found.path.stem) for found in clips)


def recording_of(stem: str) -> str:
    """Return the name of the recording that a segment was cut out of; of other clips their own."""
    named = _NAME.fullmatch(stem)
    return stem if named is None else named["stem"]


@dataclass(frozen=True)
class _Segment:
    """What the name of a clip and its folders say."""

    verdict: Annotation
    """On all of the clip."""
    stem: str = ""
    """Name of the recording that it was cut out of, where it tells one."""
    times: tuple[float, float] | None = None
    """Start and end of the find in that recording, in seconds; None where the name tells none."""


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the finds on the recordings that they were cut out of, or else on the clips.

    Clips whose names tell no times have their label on the whole of them.
    """
    folder = path.resolve()  # its own name may be that of the species
    on_clips: list[FileLabels] = []
    finds: dict[str, list[tuple[Annotation, FileLabels]]] = defaultdict(list)
    for found in find_audio(folder, problems=notes.problems.append):
        segment = _segment(found.path)
        if segment is None:
            notes.skipped[OTHERS] += 1
            continue
        on_clip = FileLabels(found.path.relative_to(folder).as_posix(), (segment.verdict,))
        if segment.times is None:
            on_clips.append(on_clip)
        else:
            onset_s, offset_s = segment.times
            finds[segment.stem].append((replace(segment.verdict, onset_s=onset_s, offset_s=offset_s), on_clip))
    if not on_clips and not finds:
        raise UserError(f"“{notes.name}” holds no segments of BirdNET: choose the folder with those of the species.")
    return [*(_on_recording(stem, cut) for stem, cut in finds.items()), *on_clips]


def _on_recording(stem: str, cut: list[tuple[Annotation, FileLabels]]) -> FileLabels:
    annotations, clips = zip(*cut, strict=True)
    return FileLabels(stem, annotations, named=False, otherwise=clips)


def _segment(clip: Path) -> _Segment | None:
    """Return what a clip says; None where it is none of the segments."""
    named = _NAME.fullmatch(clip.stem)
    status = VERDICTS.get(clip.parent.name.casefold())
    species = clip.parent.parent if status is not None else clip.parent
    verdict = Annotation(tidied(species.name), **FORMAT.default)
    if status is not None:
        verdict = replace(verdict, status=status)
    if named is None:
        return _Segment(verdict) if status is not None else None
    onset_s, offset_s = float(named["onset"] or 1), float(named["offset"] or 0)
    times = (onset_s, offset_s) if onset_s <= offset_s else None
    return _Segment(replace(verdict, score=float(named["score"])), tidied(named["stem"]), times)


FORMAT = LabelFormat(
    name="birdnet-segments",
    title="BirdNET segments",
    suffixes=("",),
    recognises=recognises,
    read=read,
    keeps=Keeps(
        remarks=(
            "The folder of the species is the label; `Positive` and `Negative` inside it accept and reject.",
            "A find stands on the recording that its clip was cut out of, or on the clip where that is not here.",
        )
    ),
    status=Status.DRAFT,
    program="BirdNET",
)
