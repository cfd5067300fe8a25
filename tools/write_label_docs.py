"""Write docs/labels.md from the tables of `interchange`: `python -m tools.write_label_docs`."""

from collections.abc import Iterator
from pathlib import Path

from desktop_app.interchange import own_table
from desktop_app.interchange.labels import (
    BAND,
    CHANNEL,
    EXTRA,
    MOMENT,
    NOTE,
    POINTS,
    REVIEWER,
    SCORE,
    SOURCE,
    STATUS,
    TIME,
    LabelFormat,
)
from desktop_app.interchange.losses import LEFT_OUT, SENTENCES, TEXTS, UNNAMED
from desktop_app.interchange.registry import FORMATS
from desktop_app.interchange.sound_export import CLIP_COLUMNS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "labels.md"

_HEADS = {
    TIME: "whole recordings", POINTS: "points", BAND: "frequencies", CHANNEL: "channel", STATUS: "status",
    SOURCE: "source", SCORE: "score", NOTE: "note", REVIEWER: "reviewer", MOMENT: "time", EXTRA: "other columns",
}  # fmt: skip

_COLUMNS = {
    "recording": "path of the recording, with slashes",
    "label": "name of the class; empty: not yet named",
    "onset_s": "start in seconds; empty, with `offset_s`: the whole recording",
    "offset_s": "end in seconds; the same as `onset_s`: a point in time",
    "low_hz": "lower edge in Hz; empty: from the bottom",
    "high_hz": "upper edge in Hz; empty: to the top",
    "channel": "from 0 on; empty: all",
    "status": "`draft`, `accepted`, `rejected` or `uncertain`",
    "source": "`manual`, the name of a model, or `import: ` and a format",
    "score": "what the source gave it, as a rule 0 to 1",
    "note": "what a person wrote about it",
    "reviewer": "who made it or last judged it",
    "time": "when, in ISO 8601 with the offset from UTC",
    "id": "tells it from all others; kept by import where it is free",
    "earmark_labels": f"version of this table, {own_table.VERSION}; a reader must refuse a later one",
}


def page() -> str:
    """Return the page."""
    parts = (_introduction, _formats, _matrix, _remarks, _own_table, _sound, _sentences)
    return "\n".join([line for part in parts for line in part()]) + "\n"


def _introduction() -> Iterator[str]:
    yield "# Label files"
    yield ""
    yield "*Written by `python -m tools.write_label_docs` from the tables in `desktop_app/interchange`: do not edit.*"
    yield ""
    yield "Formats are told by name and content. What a format cannot hold is counted and said before it is written;"
    yield "rows that are damaged are named, and the others kept. Numbers keep all their digits."
    yield ""
    yield "    earmark convert night.Table.1.selections.txt night.TextGrid"
    yield "    earmark import birdnet.csv --project ~/recordings"
    yield "    earmark export-labels clips/ --project ~/recordings --to class-folders --context 0.2"


def _formats() -> Iterator[str]:
    yield ""
    yield "## Formats"
    yield ""
    yield "All of them are read."
    yield ""
    yield "| name | what | files | written | one file for |"
    yield "|---|---|---|---|---|"
    for known in FORMATS:
        files = ", ".join(f"`{suffix}`" for suffix in known.suffixes if suffix) or "folder"
        scope = "each recording" if known.per_recording else "all recordings"
        written = "yes" if known.is_written else "no"
        yield f"| `{known.name}` | {known.title} | {files} | {written} | {scope} |"


def _matrix() -> Iterator[str]:
    yield ""
    yield "## What survives in each"
    yield ""
    yield "Label, onset and offset survive in all of them. “Other columns” are those of other programs that Earmark has"
    yield "no field for."
    yield ""
    yield f"| format | {' | '.join(_HEADS.values())} |"
    yield f"|---|{'---|' * len(_HEADS)}"
    for known in FORMATS:
        if known.is_written:
            yield f"| `{known.name}` | {' | '.join(_mark(known, kind) for kind in _HEADS)} |"


def _mark(known: LabelFormat, kind: str) -> str:
    if kind == EXTRA and kind not in known.keeps.what and known.keeps.columns:
        return ", ".join(f"`{name}`" for name in sorted(known.keeps.columns))
    return "yes" if kind in known.keeps.what else "–"


def _remarks() -> Iterator[str]:
    yield ""
    yield "## Remarks"
    for known in FORMATS:
        remarks = [*known.keeps.remarks, *_texts(known)]
        if remarks:
            yield ""
            yield f"**{known.title}** (`{known.name}`)"
            yield ""
            yield from (f"- {remark}" for remark in remarks)


def _texts(known: LabelFormat) -> Iterator[str]:
    if not known.is_written:
        return
    names = {"\t": "tabs", "\n": "newlines", "\r": "carriage returns", "\0": "zero bytes"}
    if known.keeps.forbidden:
        yield f"Spaces take the place of {', '.join(names[letter] for letter in known.keeps.forbidden)} in its texts."
    if not known.keeps.unnamed:
        yield "Stretches of time without a label are left out."


def _own_table() -> Iterator[str]:
    yield ""
    yield f"## Earmark's own table, version {own_table.VERSION}"
    yield ""
    yield "One row an annotation, as CSV (UTF-8, commas, quotes where needed) or Parquet. The JSON has the same fields."
    yield ""
    yield "| column | meaning |"
    yield "|---|---|"
    for name in own_table.COLUMNS:
        yield f"| `{name}` | {_COLUMNS[name]} |"
    yield ""
    yield "Columns of other programs follow under their own names; one that would be taken for one of these begins with"
    yield "`extra.`. In tables of other programs, what those have no column for stands in columns that begin with"
    yield "`earmark_`; `earmark_all_of` says which numbers only fill a row (`time`, `band`, `channel`)."


def _sound() -> Iterator[str]:
    yield ""
    yield "## Clips"
    yield ""
    yield "`clips`, `class-folders` and `audiofolder` cut every annotation out, with `--context` seconds around it,"
    yield "named by `--pattern` (the fields of `earmark export`). The manifest of `clips` begins with"
    columns = ", ".join(f"`{name}`" for name in CLIP_COLUMNS)
    yield f"{columns}, so that `earmark train --data` reads it; the table above follows. Recordings"
    yield "fall to train, validation and test by their names, 8 : 1 : 1, and none to two of them."


def _sentences() -> Iterator[str]:
    yield ""
    yield "## What is said before writing"
    yield ""
    for kind in (LEFT_OUT, *_HEADS, UNNAMED, TEXTS):
        yield f"- {SENTENCES[kind].format(n='12 annotations', format='Praat TextGrid')}"
    yield "- and what one format alone changes, such as bands that Label Studio does not show."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
