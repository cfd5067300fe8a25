"""`earmark info`: everything that can be known about recordings without decoding them."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.audio.formats import format_named
from desktop_app.audio.metadata import AudioMetadata, probe
from desktop_app.cli.shared import (
    HelpFormatter,
    cells,
    duration_text,
    plain_table,
    recordings_in,
    say_of,
    show,
    size_text,
)
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

_DESCRIPTION = """\
Print what the headers of recordings say: format, encoding, sample rate, channels, bits, length, size and tags.

One recording is told line by line, several as a table. Folders are searched through with all folders below them.
"""
_EPILOG = """\
examples:
  earmark info bird.flac
  earmark info ~/recordings
  earmark info ~/recordings --json | jq '.[] | select(.sample_rate_hz != 48000) | .path'

A length of “?” means that the header does not know it; frames, bits and duration are then null in JSON.
Exit status: 0, or 1 where a file could not be read (it has an "error" in JSON), 2 for misuse.
"""

Row = tuple[Path, AudioMetadata | UserError]


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "info",
        help="print what recordings are",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="a recording or a folder of them")
    parser.add_argument("--json", action="store_true", help="print a JSON array with one object for each recording")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print what was asked for; return 1 if a recording could not be read."""
    rows: list[Row] = [(path, _probed(path)) for path in recordings_in(chosen.paths)]
    if chosen.json:
        json.dump([_as_json(*row) for row in rows], sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        _print(rows)
    return 1 if any(isinstance(found, UserError) for _, found in rows) else 0


def _probed(path: Path) -> AudioMetadata | UserError:
    try:
        return probe(path)
    except UserError as error:
        return error


def _as_json(path: Path, found: AudioMetadata | UserError) -> dict[str, Any]:
    if isinstance(found, UserError):
        return {"path": str(path), "error": str(found)}
    return {
        "path": str(path),
        "error": None,
        "container": found.container,
        "encoding": found.encoding,
        "sample_rate_hz": found.sample_rate_hz,
        "channels": found.channels,
        "bits_per_sample": found.bits_per_sample,
        "frames": found.frames,
        "duration_s": found.duration_s,
        "size_bytes": found.size_bytes,
        "tags": dict(found.tags),
        "notes": list(found.notes),
    }


def _print(rows: list[Row]) -> None:
    readable = [(path, found) for path, found in rows if isinstance(found, AudioMetadata)]
    if len(rows) == 1 and readable:
        _print_lines(*readable[0])
    elif readable:
        _print_table(readable)
    for path, found in rows:
        if isinstance(found, UserError):
            say_of(path, str(found))


def _print_lines(path: Path, found: AudioMetadata) -> None:
    """Print one recording, one line for each thing that is known."""
    table = plain_table("", "")
    table.show_header = False
    bits = f", {found.bits_per_sample} bits" if found.bits_per_sample else ""
    frames = "?" if found.frames is None else f"{found.frames:,} frames"
    lines = [
        ("File", path),
        ("Format", f"{found.container}: {format_named(found.container).title}"),
        ("Encoding", f"{found.encoding}{bits}"),
        ("Sample rate", f"{found.sample_rate_hz:,} Hz"),
        ("Channels", found.channels),
        ("Duration", f"{duration_text(found.duration_s)} ({frames})"),
        ("Size", size_text(found.size_bytes)),
        *((f"Tag {name}", value) for name, value in found.tags.items()),
        *(("Note", note) for note in found.notes),
    ]
    for line in lines:
        table.add_row(*cells(*line))
    show(table)


def _print_table(rows: list[tuple[Path, AudioMetadata]]) -> None:
    """Print several recordings, one line each."""
    numbers = ("Duration", "Rate Hz", "Channels", "Bits", "Size")
    columns = ("File", "Duration", "Rate Hz", "Channels", "Format", "Encoding", "Bits", "Size")
    table = plain_table(*columns, "Notes" if any(found.notes for _, found in rows) else "", right=numbers)
    for path, found in rows:
        values = (path, duration_text(found.duration_s), found.sample_rate_hz, found.channels, found.container)
        size = size_text(found.size_bytes)
        table.add_row(*cells(*values, found.encoding, found.bits_per_sample or "", size, " ".join(found.notes)))
    show(table)
