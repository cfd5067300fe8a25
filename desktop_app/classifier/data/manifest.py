"""Lists of labelled clips: CSV and JSON with the columns path, label, and if need be group and split."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from desktop_app.audio.sources import require_regular_file, shown_name
from desktop_app.classifier.data.clips import Clip
from desktop_app.classifier.data.groupings import Grouping
from desktop_app.errors import UserError

SUFFIXES = (".csv", ".tsv", ".json", ".jsonl")
COLUMNS = ("path", "label", "group", "split")
MOST_BYTES = 512 * 2**20
SPLITS: Mapping[str, str] = {
    "": "",
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


def read_manifest(path: Path, group_of: Grouping) -> list[Clip]:
    """Return the clips that a list names; paths are relative to the list.

    CSV (or TSV) with a head, a JSON list of objects, or JSON lines. Where no group is given `group_of` finds it in the
    path. UserError, with the number of the row, where a path or a label is missing or a split is not known.
    """
    if require_regular_file(path).st_size > MOST_BYTES:
        raise UserError(f"“{shown_name(path)}” is too large for a list of clips; divide it.")
    try:
        rows = list(_rows(path, path.read_text("utf-8-sig")))
    except (ValueError, RecursionError, csv.Error) as reason:
        raise UserError(f"“{shown_name(path)}” cannot be read as a list of clips ({reason}); correct it.") from reason
    if not rows:
        raise UserError(f"“{shown_name(path)}” lists no clips; add a row for each, with path and label.")
    return [_clip(path, number, row, group_of) for number, row in enumerate(rows, 1)]


def _rows(path: Path, text: str) -> Iterable[Mapping[str, Any]]:
    kind = path.suffix.lower()
    if kind == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if kind == ".json":
        found = json.loads(text)
        rows = found.get("clips") if isinstance(found, dict) else found
        if not isinstance(rows, list):
            raise ValueError("there is no list in it")
        return rows
    return csv.DictReader(io.StringIO(text), delimiter="\t" if kind == ".tsv" else ",", strict=True)


def _clip(manifest: Path, number: int, row: Any, group_of: Grouping) -> Clip:
    name = shown_name(manifest)
    if not isinstance(row, Mapping):
        raise UserError(f"Row {number} of “{name}” is no object with path and label; correct it.")
    values = {column: "" if row.get(column) is None else str(row[column]).strip() for column in COLUMNS}
    for column in ("path", "label"):
        if not values[column]:
            raise UserError(f"Row {number} of “{name}” has no {column}; give each clip a path and a label.")
    if values["split"].lower() not in SPLITS:
        raise UserError(f"Row {number} of “{name}” has the split “{values['split']}”; write train, validation or test.")
    clip = manifest.parent / values["path"]
    label = values["label"]
    return Clip(clip, label, values["group"] or group_of(clip), label, split=SPLITS[values["split"].lower()])
