"""The clips of a training run: found, looked over, and divided. What is wrong with them is said, never papered over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.audio.formats import is_audio_name
from desktop_app.audio.sources import find_audio, require_regular_file
from desktop_app.classifier.data.clips import Clip, Skipped
from desktop_app.classifier.data.group_split import USES
from desktop_app.classifier.data.groupings import Grouping, grouping_named
from desktop_app.classifier.data.manifest import SUFFIXES, read_manifest
from desktop_app.classifier.data.overlap import clip_hash
from desktop_app.classifier.data.project import project_labels
from desktop_app.classifier.data.splits import Divided, divide
from desktop_app.classifier.runs.run_config import DataConfig
from desktop_app.errors import UserError
from desktop_app.words import counted

BACKGROUNDS = "_background_noise_"
ALL_IS_NAMED = (
    "No class holds background, so pauses and other sounds get the name of a class as well; for a microphone or long "
    "recordings label some as “silence” and “unknown”."
)
NAMED = 8


@dataclass(frozen=True)
class Found:
    """What lies in a source, as it lies there."""

    clips: tuple[Clip, ...]
    """All labelled files, readable or not."""
    noises: tuple[Path, ...] = ()
    """Backgrounds to mix in."""
    notes: tuple[str, ...] = ()
    """What the person should know, a sentence each."""
    from_labels: bool = False
    """Whether the clips are labels of a project, not files in class folders or a list."""
    official: bool = False
    """Whether the sides are those of a benchmark: copies of what it measures on are then left out of the training."""
    bands_hz: tuple[tuple[float, float], ...] = ()
    """Of clips that are boxes."""


@dataclass(frozen=True)
class Corpus:
    """What a run learns from and is measured on."""

    divided: Divided
    """The clips, each with its side."""
    classes: tuple[str, ...]
    """Their labels, sorted."""
    hashes: Mapping[Path, str]
    """`clip_hash` of each file."""
    noises: tuple[Path, ...]
    """Backgrounds to mix in."""
    skipped: tuple[Skipped, ...]
    """What could not even be opened, and clips that stand in two classes."""
    notes: tuple[str, ...]
    """What the person should know, a sentence each."""
    bands_hz: tuple[tuple[float, float], ...] = ()
    """Of clips that are boxes."""


def gather(found: Found, config: DataConfig) -> Corpus:
    """Return the corpus of what was found; UserError where there is nothing to learn or the split leaks."""
    hashes, skipped = _hashed(found.clips)
    clips = [clip for clip in found.clips if clip.path in hashes]
    clips, contradictions = _without_contradictions(clips, hashes)
    notes = [*found.notes, *_few(clips, config.fewest_clips)]
    if found.official and config.split in ("auto", "given"):
        clips, copies = _without_copies(clips, hashes)
        notes += (
            [f"{counted(copies, 'clip is', 'clips are')} left out, as one to be measured on has the same content."]
            if copies
            else []
        )
    if contradictions:
        stand = counted(len(contradictions), "file stands in two classes and is", "files stand in two classes and are")
        notes.append(f"{stand} left out.")
    classes = tuple(sorted({clip.label for clip in clips}))
    _demand_two(classes, [clip.label for clip in found.clips], contradictions)
    if not any(label.lower() in BACKGROUND_LABELS for label in classes):
        notes.append(ALL_IS_NAMED)
    divided = divide(clips, hashes, config)
    notes += divided.notes
    missing = [label for label in classes if label not in {clip.label for clip in divided.side("train")}]
    if missing:
        raise UserError(f"There are no clips of {_names(missing)} to learn from; change the split or add clips.")
    for side, use in USES.items():
        absent = [label for label in classes if label not in {clip.label for clip in divided.side(side)}]
        if absent and divided.side(side):
            notes.append(f"No clips of {_names(absent)} are held back {use}.")
    noises = [*found.noises, *noise_files(config.noises)]
    left_out = (*skipped, *contradictions)
    return Corpus(divided, classes, hashes, tuple(noises), left_out, tuple(notes), found.bands_hz)


def find_in(source: Path, group_by: str, labels: str = "folders") -> Found:
    """Return the clips in a folder of class folders or in a manifest; UserError where there are none.

    With `labels` = "project" those are the accepted labels of the folder; with "auto" they are where two classes have
    some, or where there are no class folders.
    """
    group_of = _grouping(group_by)
    if source.suffix.lower() in SUFFIXES and not source.is_dir():
        return Found(tuple(read_manifest(source, group_of)))
    if not source.is_dir():
        if not source.exists():
            raise UserError(f"“{source}” does not exist: it may have been moved, renamed or deleted.")
        raise UserError(f"“{source}” is neither a folder of class folders nor a list of clips (CSV, JSON); choose one.")
    return _in_folders(source, group_of) if labels == "folders" else _in_project(source, group_of, labels)


def label_of(name: str) -> str:
    """Return a folder's name as a label that every file can hold: bytes that are no UTF-8 are written as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _grouping(group_by: str) -> Grouping:
    """Return the grouping by its name; a file that shows no group is one of its own, with the name of its folder."""
    named = grouping_named(group_by)

    def group_of(path: Path) -> str:
        group = named(path)
        return label_of(f"{path.parent.name}/{path.name}" if group == path.stem else group)

    return group_of


def _in_project(folder: Path, group_of: Grouping, labels: str) -> Found:
    known = project_labels(folder, group_of)
    if labels == "auto" and len({clip.label for clip in known.clips}) < 2:
        try:
            return _in_folders(folder, group_of)
        except UserError:
            if not (known.clips or known.undecided):
                raise
    if not known.clips:
        undecided = f" ({known.undecided})" if known.undecided else ""
        raise UserError(
            f"Nothing in “{folder}” has an accepted label yet{undecided}; label its recordings, or accept what a model "
            "found in them."
        )
    notes = [f"Not accepted yet, so not learnt from: {known.undecided}."] if known.undecided else []
    notes += ["Of boxes only the time counts: a network hears all frequencies of its range."] if known.bands_hz else []
    backgrounds = folder / BACKGROUNDS
    noises = sorted(path for path in backgrounds.iterdir() if is_audio_name(path.name)) if backgrounds.is_dir() else ()
    return Found(known.clips, tuple(noises), tuple(notes), from_labels=True, bands_hz=known.bands_hz)


def _in_folders(folder: Path, group_of: Grouping) -> Found:
    try:
        kinds = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        files = {kind: sorted(path for path in kind.iterdir() if is_audio_name(path.name)) for kind in kinds}
    except OSError as reason:
        raise UserError(f"“{folder}” cannot be listed ({reason.strerror}); choose another folder.") from reason
    noises = tuple(path for kind, paths in files.items() if kind.name == BACKGROUNDS for path in paths)
    classes = {label_of(kind.name): paths for kind, paths in files.items() if kind.name != BACKGROUNDS}
    empty = [label for label, paths in classes.items() if not paths]
    if len(classes) - len(empty) < 2:
        _demand_no_classes_below(kinds)
    notes = (f"There are no recordings in {_names(empty)}; left out.",) if empty else ()
    clips = tuple(Clip(path, label, group_of(path), label) for label, paths in classes.items() for path in paths)
    if not clips:
        raise UserError(
            f"“{folder}” has no folders with recordings in them; make one folder for each class, or label what is "
            "there."
        )
    return Found(clips, noises, notes)


def _demand_no_classes_below(kinds: Sequence[Path]) -> None:
    """UserError where class folders lie one folder deeper, as those of clips that were cut out while listening do."""
    for kind in kinds:
        inner = [entry for entry in kind.iterdir() if entry.is_dir() and not entry.name.startswith((".", BACKGROUNDS))]
        if sum(any(is_audio_name(path.name) for path in entry.iterdir()) for entry in inner) > 1:
            raise UserError(f"The folders of the classes are in “{kind.name}”: choose “{kind}”.")


def _hashed(clips: Sequence[Clip]) -> tuple[dict[Path, str], list[Skipped]]:
    paths = list(dict.fromkeys(clip.path for clip in clips))
    hashes: dict[Path, str] = {}
    skipped: list[Skipped] = []
    with ThreadPoolExecutor(2, thread_name_prefix="hash") as pool:
        for path, answer in zip(paths, pool.map(_hash, paths), strict=True):
            if isinstance(answer, Skipped):
                skipped.append(answer)
            else:
                hashes[path] = answer
    return hashes, skipped


def _hash(path: Path) -> str | Skipped:
    try:
        require_regular_file(path)
        return clip_hash(path)
    except (UserError, OSError) as reason:
        return Skipped(path, str(reason))


def _without_contradictions(clips: Sequence[Clip], hashes: Mapping[Path, str]) -> tuple[list[Clip], list[Skipped]]:
    """Return the clips without those whose bytes have two labels, and these."""
    labels: dict[str, set[str]] = defaultdict(set)
    contents = [clip.content(hashes[clip.path]) for clip in clips]
    for clip, content in zip(clips, contents, strict=True):
        labels[content].add(clip.label)
    kept = [clip for clip, content in zip(clips, contents, strict=True) if len(labels[content]) == 1]
    left_out = [
        Skipped(clip.path, f"The same recording is in {_names(sorted(labels[content]))}.")
        for clip, content in zip(clips, contents, strict=True)
        if len(labels[content]) > 1
    ]
    return kept, left_out


def _without_copies(clips: Sequence[Clip], hashes: Mapping[Path, str]) -> tuple[list[Clip], int]:
    """Return the clips without those whose bytes stand on a side that matters more (test, then validation)."""
    rank = {"test": 2, "validation": 1}
    highest: dict[str, int] = defaultdict(int)
    for clip in clips:
        highest[hashes[clip.path]] = max(highest[hashes[clip.path]], rank.get(clip.split, 0))
    kept = [clip for clip in clips if rank.get(clip.split, 0) == highest[hashes[clip.path]]]
    return kept, len(clips) - len(kept)


def _demand_two(classes: Sequence[str], labels: Iterable[str], contradictions: Sequence[Skipped]) -> None:
    gone = sorted(set(labels) - set(classes))
    if gone and contradictions:
        raise UserError(
            f"{_names(gone)} would be empty: their files are in other classes, too; keep each file in one class."
        )
    if not classes:
        raise UserError("None of the recordings can be read; choose others.")
    if len(classes) == 1:
        raise UserError(f"There is only one class, “{classes[0]}”: add another one, such as recordings without it.")


def _few(clips: Sequence[Clip], fewest: int) -> list[str]:
    counts = Counter(clip.label for clip in clips)
    few = [f"“{label}” ({count})" for label, count in sorted(counts.items()) if count < fewest]
    more = f" and {len(few) - NAMED} more" if len(few) > NAMED else ""
    return [f"Few clips: {', '.join(few[:NAMED])}{more}; a class wants some dozens."] if few else []


def noise_files(folder: str) -> list[Path]:
    """Return the recordings in a folder of backgrounds, none where none is named; UserError where there are none."""
    if not folder:
        return []
    if not Path(folder).is_dir():
        raise UserError(f"“{folder}” is no folder of backgrounds; correct data.noises.")
    problems: list[str] = []
    found = [entry.path for entry in find_audio(Path(folder), problems=problems.append)]
    if not found:
        raise UserError(f"There are no recordings in “{folder}”; correct data.noises.")
    return found


def _names(labels: Sequence[str]) -> str:
    shown = ", ".join(f"“{label}”" for label in labels[:NAMED])
    return f"{shown} and {len(labels) - NAMED} more" if len(labels) > NAMED else shown
