"""A trial: a model judges clips whose class is known; from the command line or in the window. No torch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop_app.classifier.card import ModelEntry
from desktop_app.classifier.data.clips import Clip
from desktop_app.classifier.data.overlap import Overlap, new_to, overlap_of
from desktop_app.classifier.data.speech_commands import find_divided
from desktop_app.classifier.inference import Classifier
from desktop_app.classifier.measuring.assignment import Assignment, assign
from desktop_app.classifier.measuring.comparison import ModelComparison, compare_tables
from desktop_app.classifier.measuring.judging import Judged, judge_clips
from desktop_app.errors import UserError

NEW = "new"
"""Instead of a side: the clips that a model has not learnt from."""
Progress = Callable[[int, int], None]
"""Told how many clips are judged, and how many there are; may raise to stop."""


@dataclass(frozen=True)
class TrialConfig:
    """Which clips a model is tried on, and what their labels mean to it."""

    data: Path
    """A folder with labels or class folders, or a list of clips (CSV, JSON)."""
    group_by: str = "speaker"
    """Which clips belong together: a name in `groupings.GROUPINGS`, or a regular expression."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """Folder -> class of the model, where the names differ."""
    others_unknown: bool = False
    """Whether folders that the model does not know are taken for its class of other sounds, not left out."""
    labels: str = "auto"
    """Whether the labels of the folder or the names of its class folders count, as in `runs.run_config.DataConfig`."""
    split: str = ""
    """Only clips of this side (`train`, `validation`, `test`) where the data says, or those that are `NEW` to the model
    as far as its card says; empty for all."""


@dataclass(frozen=True, eq=False)
class Trial:
    """What came of it."""

    entry: ModelEntry
    """The model."""
    assignment: Assignment
    """Which folder was taken for which class, and what was left out."""
    judged: Judged
    """The scores, and what could not be read."""
    overlap: Overlap
    """What the model had heard before."""


def labelled_clips(config: TrialConfig) -> list[Clip]:
    """Return the clips that the configuration names; UserError where there are none."""
    found = find_divided(config.data, config.group_by, config.labels)
    clips = [clip for clip in found.clips if config.split in ("", NEW, clip.split)]
    if not clips:
        raise UserError(f"“{config.data}” puts no clip on the side “{config.split}”; choose all clips.")
    return clips


def run_trial(
    entry: ModelEntry,
    clips: Sequence[Clip],
    config: TrialConfig,
    progress: Progress = lambda done, total: None,
) -> Trial:
    """Let a model judge clips; UserError where it knows none of their classes. Any thread; torch if it needs that."""
    clips = new_to(entry.card, clips) if config.split == NEW else clips
    assignment = assign(clips, entry.card.classes, config.classes, others_unknown=config.others_unknown)
    total = len(assignment.clips)
    progress(0, total)
    judged = judge_clips(Classifier.load(entry.path), assignment.clips, progress=lambda done: progress(done, total))
    overlap = overlap_of(entry.card, judged.table.paths, judged.table.groups)
    return Trial(entry, assignment, judged, overlap)


def known_classes(config: TrialConfig, entry: ModelEntry) -> TrialConfig:
    """Return the configuration with only those named classes that the model has: for two models with other classes."""
    kept = {folder: name for folder, name in config.classes.items() if name in entry.card.classes}
    return replace(config, classes=kept)


def compare_trials(first: Trial, second: Trial) -> ModelComparison:
    """Return how two models differ on the clips that both judged; UserError where there are none."""
    names = first.entry.card.name, second.entry.card.name
    if names[0] == names[1]:
        names = str(first.entry.path), str(second.entry.path)
    return compare_tables(names, first.judged.table, second.judged.table)
