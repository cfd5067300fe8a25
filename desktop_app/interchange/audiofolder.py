"""Hugging Face's `audiofolder`: clips in `train`, `validation` and `test`, each with a `metadata.csv`.

Its column `file_name` says where a clip lies, from the table on; all other columns are features of the data set.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError
from desktop_app.interchange import own_table
from desktop_app.interchange.class_folders import is_example, left_out
from desktop_app.interchange.labels import FileLabels, Keeps, LabelFormat, Options, Progress, Written
from desktop_app.interchange.reading import Glimpse, Notes, read_text
from desktop_app.interchange.sound_export import export_all, with_clips, write_list
from desktop_app.interchange.splits import SPLIT, TEST, TRAIN, VALIDATION, sides_of
from desktop_app.interchange.tables import read_table

METADATA = "metadata.csv"
FILE_NAME = "file_name"
_PATTERN = "{stem}_{onset_s:.2f}"
_SIDES = {"": "", TRAIN: TRAIN, "training": TRAIN, VALIDATION: VALIDATION, "valid": VALIDATION, "val": VALIDATION,
          "dev": VALIDATION, TEST: TEST, "testing": TEST}  # fmt: skip

_NAMES = {"path": FILE_NAME, own_table.RECORDING: "source_recording", "onset_s": "source_onset_s",
          "offset_s": "source_offset_s"}  # fmt: skip
_OURS = {theirs: ours for ours, theirs in _NAMES.items() if theirs != FILE_NAME}
_DROPPED = (own_table.VERSION_COLUMN, "id", "group", SPLIT, "clip_onset_s", "clip_offset_s")


def recognises(seen: Glimpse) -> bool:
    """Return whether it is a folder with such a table, or the table itself."""
    if seen.path.is_dir():
        return next(_tables(seen.path), None) is not None
    return seen.name == METADATA and seen.has(FILE_NAME)


def _tables(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the tables with the sides that their folders' names give."""
    for name, side in _SIDES.items():
        if (folder / name / METADATA).is_file():
            yield folder / name / METADATA, side


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the labels of all clips; their paths count from `path` on. Ours are on the recordings first of all."""
    tables = list(_tables(path)) if path.is_dir() else [(path, "")]
    if not tables:
        raise UserError(f"“{notes.name}” has no {METADATA}: choose another folder.")
    labels: list[FileLabels] = []
    for table, side in tables:
        here = f"{table.parent.relative_to(path).as_posix()}/" if path.is_dir() and table.parent != path else ""
        labels += _read_table(table, side, here, notes)
    return labels


def _read_table(path: Path, side: str, here: str, notes: Notes) -> Iterable[FileLabels]:
    """Return the labels of one table; of our own ones on the recordings, for where those are not found on the clips."""
    table = read_table(read_text(path, notes), notes)
    is_ours = table.has(_NAMES[own_table.RECORDING])
    if is_ours:
        table = replace(table, columns=tuple(_OURS.get(name, name) for name in table.columns))
    rows = [
        replace(each, annotations=tuple(_on_side(it, side) for it in each.annotations))
        for each in own_table.read_rows(table, path, notes, own=is_ours)
    ]
    return with_clips(rows, FILE_NAME, here) if is_ours else [replace(each, path=here + each.path) for each in rows]


def _on_side(annotation: Annotation, side: str) -> Annotation:
    return replace(annotation, extra={SPLIT: side, **annotation.extra}) if side else annotation


def write(labels: Sequence[FileLabels], target: Path, options: Options, progress: Progress) -> Written:
    """Write clips and tables into a folder for each side; rejected annotations and those without label stay out.

    UserError where the folder is an audiofolder already: a data set has one table a side.
    """
    if target.is_dir() and next(_tables(target), None) is not None:
        raise UserError(f"“{shown_name(target)}” holds an audiofolder already: choose a new folder.")
    chosen = [replace(each, annotations=tuple(filter(is_example, each.annotations))) for each in labels]
    parts: dict[str, list[FileLabels]] = {}
    for each, side in zip(chosen, sides_of(chosen), strict=True):
        parts.setdefault(side, []).append(each)
    wanted, done = sum(len(each.annotations) for each in chosen), 0
    files: list[Path] = []
    problems: list[str] = []
    count = 0
    for side, part in parts.items():
        export = export_all(part, target / side, options, _PATTERN, _from(done, wanted, progress))
        done += sum(len(each.annotations) for each in part)
        count += len(export.clips)
        problems += export.problems
        rows = [_features(clip.row(target / side)) for clip in export.clips]
        files += [write_list(rows, (FILE_NAME, "label"), target / side / METADATA)] if rows else []
    return Written(tuple(files), count, tuple(problems))


def _from(before: int, wanted: int, progress: Progress) -> Progress:
    return lambda done, _: progress(before + done, wanted)


def _features(row: Mapping[str, str]) -> dict[str, str]:
    """Return a manifest's row as features; what would be read as times of the clip itself is renamed."""
    return {_NAMES.get(name, name): cell for name, cell in row.items() if name not in _DROPPED}


FORMAT = LabelFormat(
    name="audiofolder",
    title="Hugging Face audiofolder",
    suffixes=("",),
    recognises=recognises,
    read=read,
    write=write,
    keeps=Keeps(
        remarks=(
            "Clips are cut and encoded anew; where they come from stands in columns `source_...`.",
            "Read back, labels stand on the recordings that the clips were cut out of, or else on the clips.",
        )
    ),
    more_losses=left_out,
)
