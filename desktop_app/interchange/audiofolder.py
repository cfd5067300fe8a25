"""Hugging Face's `audiofolder`: clips in `train`, `validation` and `test`, each with a `metadata.csv`.

Its column `file_name` says where a clip lies, from the table on; all other columns are features of the data set.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError
from desktop_app.interchange import own_table
from desktop_app.interchange.class_folders import is_example, left_out
from desktop_app.interchange.labels import FileLabels, Keeps, LabelFormat, Options, Progress, Written
from desktop_app.interchange.reading import Glimpse, Notes, read_text
from desktop_app.interchange.sound_export import export_all, write_list
from desktop_app.interchange.splits import SPLIT, TEST, TRAIN, VALIDATION, sides_of
from desktop_app.interchange.tables import read_table

METADATA = "metadata.csv"
FILE_NAME = "file_name"
_PATTERN = "{stem}_{onset_s:.2f}"
_SIDES = {"": "", TRAIN: TRAIN, "training": TRAIN, VALIDATION: VALIDATION, "valid": VALIDATION, "val": VALIDATION,
          "dev": VALIDATION, TEST: TEST, "testing": TEST}  # fmt: skip

_NAMES = {"path": FILE_NAME, own_table.RECORDING: "source_recording", "onset_s": "source_onset_s",
          "offset_s": "source_offset_s"}  # fmt: skip
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
    """Return the labels of all clips; their paths count from `path` on."""
    tables = list(_tables(path)) if path.is_dir() else [(path, "")]
    if not tables:
        raise UserError(f"“{notes.name}” has no {METADATA}: choose another folder.")
    labels: list[FileLabels] = []
    for table, side in tables:
        here = table.parent.relative_to(path).as_posix() if path.is_dir() else "."
        for each in own_table.read_rows(read_table(read_text(table, notes), notes), table, notes):
            annotations = tuple(replace(it, extra={SPLIT: side, **it.extra}) if side else it for it in each.annotations)
            written = each.path if here == "." else f"{here}/{each.path}"
            labels.append(replace(each, path=written, annotations=annotations))
    return labels


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
    keeps=Keeps(remarks=("Clips are cut and encoded anew; where they come from stands in columns `source_...`.",)),
    more_losses=left_out,
)
