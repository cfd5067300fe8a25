"""Earmark's own JSON: recordings with their annotations, nothing is lost.

Version 1: `{"format": "earmark-labels", "version": 1, "recordings": [{"path", "duration_s", "sample_rate_hz",
"annotations": [{"label", "onset_s", ...}]}]}`, with the fields of `own_table.FIELDS`; what says nothing is left out,
`extra` is an object of texts. A reader must refuse a `version` that it does not know.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop_app.annotation.annotations import Annotation
from desktop_app.errors import UserError
from desktop_app.interchange.columns import checked, with_rest
from desktop_app.interchange.labels import FileLabels, Keeps, LabelFormat, Options, span, stem_of
from desktop_app.interchange.own_table import FIELDS, VERSION, refuse_newer
from desktop_app.interchange.reading import DamagedRowError, Glimpse, Notes, read_text, tidied
from desktop_app.interchange.tables import Cells

MARK = "earmark-labels"
MOST_BYTES = 128 * 2**20
"""JSON takes ten times its size in memory."""


def recognises(seen: Glimpse) -> bool:
    """Return whether the file says so at its beginning."""
    return f'"{MARK}"' in seen.text[:1024] and seen.text.lstrip().startswith("{")


def load(path: Path, notes: Notes) -> Any:
    """Return what a JSON file holds; UserError where it is none, or nested too deep to be one of labels."""
    try:
        return json.loads(read_text(path, notes, MOST_BYTES))
    except (ValueError, RecursionError) as error:
        reason = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "it is nested too deep"
        raise UserError(f"“{notes.name}” is no proper JSON ({reason}): export it again.") from error


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return all recordings of the file."""
    found = load(path, notes)
    if not isinstance(found, dict):
        raise UserError(f"“{notes.name}” is no JSON file of Earmark's: choose another format.")
    refuse_newer(str(found.get("version", "")), notes.name)
    return [_recording(each, path, notes) for each in objects(found.get("recordings"))]


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in a JSON list; nothing where it is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def plain_number(value: Any) -> float | None:
    """Return a JSON number that is finite, else None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e300 else None


def _recording(each: Mapping[str, Any], path: Path, notes: Notes) -> FileLabels:
    annotations = []
    for place, values in enumerate(objects(each.get("annotations")), 1):
        with notes.row(place, "Annotation"):
            annotations.append(_annotation(values))
    rate_hz = plain_number(each.get("sample_rate_hz"))
    written = tidied(str(each.get("path") or ""))
    return FileLabels(
        written or stem_of(path),
        tuple(annotations),
        plain_number(each.get("duration_s")),
        int(rate_hz) if rate_hz else None,
        named=bool(written),
    )


def _annotation(values: Mapping[str, Any]) -> Annotation:
    extra = values.get("extra")
    texts = {tidied(str(name)): tidied(str(text)) for name, text in extra.items()} if isinstance(extra, dict) else {}
    onset_s, offset_s = plain_number(values.get("onset_s")), plain_number(values.get("offset_s"))
    if onset_s is not None and offset_s is not None:
        onset_s, offset_s = span(onset_s, offset_s)
    elif "onset_s" in values or "offset_s" in values:
        raise DamagedRowError("its times are no numbers")
    given = {"id": str(values["id"])} if values.get("id") else {}
    label, source = tidied(str(values.get("label", ""))), FORMAT.source
    made = checked(Annotation, label, onset_s=onset_s, offset_s=offset_s, extra=texts, source=source, **given)
    known = {name: text for name, text in values.items() if name in FIELDS and text is not None}
    cells = Cells(0, {name: str(text) for name, text in known.items()})
    cells.take("label"), cells.take("onset_s"), cells.take("offset_s"), cells.take("id")
    return with_rest(made, cells, prefix="")


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return the file, indented for people and for version control."""
    document = {"format": MARK, "version": VERSION, "recordings": [_values(each) for each in labels]}
    return tidied(json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _values(labels: FileLabels) -> dict[str, Any]:
    values: dict[str, Any] = {"path": labels.path}
    known = {"duration_s": labels.duration_s, "sample_rate_hz": labels.sample_rate_hz}
    values |= {name: value for name, value in known.items() if value is not None}
    return values | {"annotations": [annotation_values(each) for each in labels.annotations]}


def annotation_values(annotation: Annotation) -> dict[str, Any]:
    """Return what an annotation says as JSON values; fields that say nothing are left out."""
    values = {name: getattr(annotation, name) for name in FIELDS}
    if annotation.time is not None:
        values["time"] = annotation.time.isoformat()
    values = {name: value for name, value in values.items() if value is not None and value != ""}
    return values | ({"extra": dict(annotation.extra)} if annotation.extra else {})


FORMAT = LabelFormat(
    name="json",
    title="Earmark JSON",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(tight=False, tight_names=False, unlabelled=True),
)
