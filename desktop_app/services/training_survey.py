"""What lies in a data folder, seen before anything is learnt: classes, counts, sides, what cannot be used. No torch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from desktop_app.audio.metadata import AudioMetadata, probe
from desktop_app.classifier.data.clips import Clip, Skipped
from desktop_app.classifier.data.corpus import Corpus, Found, gather
from desktop_app.classifier.data.groupings import GROUPINGS
from desktop_app.classifier.data.splits import SIDES, LeakError
from desktop_app.classifier.runs.run_config import DataConfig
from desktop_app.classifier.runs.sources import find_source
from desktop_app.errors import UserError
from desktop_app.services.jobs import JobContext


@dataclass(frozen=True)
class ClassCount:
    """How many clips of a class stand on which side."""

    label: str
    sides: tuple[int, ...]
    """To learn from, to choose by, to measure on: in the order of `SIDES`."""
    few: bool
    """Fewer than a class should have."""

    @property
    def total(self) -> int:
        """Return the clips of the class."""
        return sum(self.sides)


@dataclass(frozen=True)
class Survey:
    """A data folder, as a training will find it."""

    data: DataConfig
    """What was looked through, and how."""
    classes: tuple[ClassCount, ...]
    """By label; where the clips cannot be divided, all of them count as learnt from."""
    groups: int
    """Speakers or sources."""
    unreadable: tuple[Skipped, ...]
    """Files that are left out, each with a sentence."""
    backgrounds: int
    """Recordings to mix in."""
    notes: tuple[str, ...]
    """What the person should know, a sentence each."""
    problem: str
    """Why a training would refuse, empty where it would not."""
    leaks: bool
    """It would refuse because the split leaks."""
    sample_rate_hz: int
    """Of most clips."""
    duration_s: float
    """Of a clip in the middle; 0 where none is known."""
    better_group_by: str
    """A grouping that joins more clips than the one asked for, or empty."""
    from_labels: bool = False
    """Whether the clips are labels of the folder, not files in class folders or a list."""

    @property
    def clips(self) -> int:
        """Return how many clips can be used."""
        return sum(each.total for each in self.classes)

    def side(self, name: str) -> int:
        """Return how many clips stand on a side."""
        return sum(each.sides[SIDES.index(name)] for each in self.classes)


def survey(context: JobContext, data: DataConfig) -> Survey:
    """Look through the clips of a source; UserError where there are none. A job."""
    context.report(0, 0, "listing the clips")
    found = find_source(data)
    looked = _look(context, found.clips)
    context.report(0, 0, "comparing the files")
    found = replace(found, clips=looked.readable)
    problem, leaks = "", False
    try:
        corpus: Corpus | None = gather(found, data)
    except LeakError:
        corpus, leaks = gather(found, replace(data, allow_leaks=True)), True
        problem = corpus.divided.leaks.sentence()
    except UserError as reason:
        corpus, problem = None, str(reason)
    context.checkpoint()
    clips = corpus.divided.clips if corpus else tuple(replace(clip, split="train") for clip in found.clips)
    return Survey(
        data=data,
        classes=_counted(clips, data.fewest_clips),
        groups=len({clip.group for clip in clips}),
        unreadable=(*looked.unreadable, *(corpus.skipped if corpus else ())),
        backgrounds=len(corpus.noises if corpus else found.noises),
        notes=corpus.notes if corpus else found.notes,
        problem=problem,
        leaks=leaks,
        sample_rate_hz=looked.rates.most_common(1)[0][0] if looked.rates else 0,
        duration_s=median(looked.durations_s) if looked.durations_s else 0.0,
        better_group_by=_better_grouping(found, data),
        from_labels=found.from_labels,
    )


@dataclass(frozen=True)
class _Looked:
    readable: tuple[Clip, ...]
    unreadable: tuple[Skipped, ...]
    rates: Counter[int]
    durations_s: list[float]


def _look(context: JobContext, clips: Sequence[Clip]) -> _Looked:
    """Read the headers of all clips, of each file once."""
    readable: list[Clip] = []
    unreadable: dict[Path, Skipped] = {}
    known: dict[Path, AudioMetadata] = {}
    for done, clip in enumerate(clips, 1):
        context.checkpoint()
        try:
            if clip.path not in known and clip.path not in unreadable:
                known[clip.path] = probe(clip.path)
        except (UserError, OSError) as reason:
            unreadable[clip.path] = Skipped(clip.path, str(reason))
        if clip.path in known:
            readable.append(clip)
        context.report(done, len(clips), f"{done:,} of {len(clips):,} clips")
    lengths_s = (_duration_s(clip, known[clip.path]) for clip in readable)
    return _Looked(
        tuple(readable),
        tuple(unreadable.values()),
        Counter(known[clip.path].sample_rate_hz for clip in readable),
        [length_s for length_s in lengths_s if length_s],
    )


def _duration_s(clip: Clip, metadata: AudioMetadata) -> float | None:
    """Return how long a clip is; None where its file does not say, 0 for a point in time."""
    return metadata.duration_s if clip.stretch is None else clip.stretch.offset_s - clip.stretch.onset_s


def _counted(clips: Sequence[Clip], fewest: int) -> tuple[ClassCount, ...]:
    counts = Counter((clip.label, clip.split) for clip in clips)
    rows = {label: tuple(counts[label, side] for side in SIDES) for label in sorted({clip.label for clip in clips})}
    return tuple(ClassCount(label, sides, sum(sides) < fewest) for label, sides in rows.items())


def _better_grouping(found: Found, data: DataConfig) -> str:
    """Return the named grouping that sees the fewest groups in the file names, where the one asked for sees none.

    A file that shows no group is a group of its own: with the wrong grouping a speaker stands on both sides unnoticed.
    """
    paths = [clip.path for clip in found.clips]
    if data.group_by not in GROUPINGS or any(clip.split for clip in found.clips):
        return ""
    counts = {name: len({grouping(path) for path in paths}) for name, grouping in GROUPINGS.items()}
    best = min(counts, key=lambda name: counts[name])
    return best if 1 < counts[best] < counts[data.group_by] and best != "file" else ""


def name_of_source(source: str) -> str:
    """Return what a model learnt from a source may be called: the folder's name, in letters that every system knows."""
    kept = "".join(letter if letter.isalnum() or letter in " ._-+()" else "-" for letter in Path(source).stem)
    return kept.strip(" .-_")[:60] or "model"
