"""`earmark export`: cut, mix, resample and re-encode recordings."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from desktop_app.audio.clips import PATTERN_FIELDS, ClipRequest, ExportSettings, export_clips
from desktop_app.audio.formats import choose_encodable, format_named, writable_formats
from desktop_app.audio.writer import SaveReport
from desktop_app.cli.shared import (
    HelpFormatter,
    cells,
    duration_text,
    plain_table,
    progress_console,
    recordings_in,
    require_positive,
    say_of,
    seconds,
    show,
)
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

WHOLE_PATTERN = "{stem}"

_DESCRIPTION = """\
Write recordings, or the same part of each, in another format, rate or number of channels.

The cut is exact to the frame. Nothing is ever overwritten: where a name is taken, “ (2)” is added.
"""


def _epilog() -> str:
    fields = "\n".join(f"  {{{name}}}".ljust(14) + meaning for name, meaning in PATTERN_FIELDS.items())
    formats = "\n".join(f"  {entry.name:<6} {entry.legal_combinations()}" for entry in writable_formats())
    return f"""\
examples:
  earmark export ~/recordings --to ~/flac
  earmark export night.wav --onset 1:02:10 --offset 1:02:14.5 --to clips --format MP3 --rate 24000 --mono
  earmark export *.wav --to out --format WAV --encoding PCM_S --bits 24 --pattern "{{index:03d}}_{{stem}}"

fields of --pattern (a “/” makes folders):
{fields}

formats, with the encodings and bits that each can hold (the first is the default):
{formats}

Exit status: 0, 1 where a recording could not be exported, 2 for misuse.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "export",
        help="cut, convert and save recordings",
        description=_DESCRIPTION,
        epilog=_epilog(),
        formatter_class=HelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="a recording or a folder of them")
    parser.add_argument("--to", required=True, type=Path, metavar="DIR", help="the folder to write to; made if need be")
    parser.add_argument("--onset", type=seconds, default=0.0, metavar="S", help="start: seconds, m:s or h:m:s")
    parser.add_argument(
        "--offset", type=seconds, metavar="S", help="end, the same way; at most, and by default, the recording’s"
    )
    parser.add_argument("--format", default="FLAC", metavar="NAME", help="the format (default: FLAC)")
    parser.add_argument("--encoding", metavar="NAME", help="one of the format's encodings, below")
    parser.add_argument("--bits", type=int, metavar="N", help="bits per sample, below")
    parser.add_argument("--rate", type=int, metavar="HZ", help="sample rate (default: as it is)")
    parser.add_argument("--mono", action="store_true", help="mix the channels to one")
    parser.add_argument("--pattern", metavar="TEXT", help="the file names, below (default: {stem}, or with the times)")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Export the recordings; return 1 if one could not be."""
    settings = _settings(chosen)
    _refuse_misuse(chosen)
    requests = [ClipRequest(path, chosen.onset, chosen.offset) for path in recordings_in(chosen.paths)]
    table = plain_table("Clip", "Duration", "Rate Hz", "Notes", right=("Duration", "Rate Hz"))
    failed = 0
    for request, report in _exported(requests, chosen.to, settings):
        if isinstance(report, UserError):
            failed += 1
            say_of(request.source, str(report))
            continue
        duration = duration_text(report.frames / report.sample_rate_hz)
        table.add_row(*cells(report.path, duration, report.sample_rate_hz, " ".join(report.notes)))
    if table.row_count:
        show(table)
    return 1 if failed else 0


def _settings(chosen: argparse.Namespace) -> ExportSettings:
    whole = chosen.onset == 0 and chosen.offset is None
    return ExportSettings(
        format=format_named(chosen.format).name,
        encoding=chosen.encoding,
        bits_per_sample=chosen.bits,
        sample_rate_hz=chosen.rate,
        mono=chosen.mono,
        pattern=chosen.pattern or (WHOLE_PATTERN if whole else ExportSettings.pattern),
    )


def _refuse_misuse(chosen: argparse.Namespace) -> None:
    """Say once, before any recording is read, what would be wrong for every one of them."""
    choose_encodable(format_named(chosen.format), chosen.encoding, chosen.bits)
    require_positive(chosen, "rate")
    if chosen.to.exists() and not chosen.to.is_dir():
        raise UserError(f"“{chosen.to}” is a file: name a folder to write to.")
    if chosen.offset == chosen.onset:
        raise UserError(f"The clip would have no length: --offset must be more than --onset ({chosen.onset:g} s).")
    if chosen.offset is not None and chosen.offset < chosen.onset:
        raise UserError(f"The end ({chosen.offset:g} s) lies before the start ({chosen.onset:g} s): swap them.")


def _exported(
    requests: list[ClipRequest], folder: Path, settings: ExportSettings
) -> Iterator[tuple[ClipRequest, SaveReport | UserError]]:
    """Export one after the other while a bar shows how far it is."""
    console = progress_console()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        TextColumn("Exporting"), *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=len(requests))
        for request, report in export_clips(requests, folder, settings):
            progress.advance(task)
            yield request, report
