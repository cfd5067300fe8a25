"""`earmark export-labels`: the labels of a folder as files of other programs, or as clips."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.store import open_store
from desktop_app.cli.convert import (
    add_writing_arguments,
    formats_text,
    is_less,
    options_of,
    require_project,
    tell,
    told_of,
    write,
)
from desktop_app.cli.shared import HelpFormatter
from desktop_app.errors import UserError
from desktop_app.interchange.into_project import labels_of_project
from desktop_app.interchange.registry import format_for_name, format_named

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

_DESCRIPTION = """\
Write the labels of a folder for other programs, or cut them out as clips.

What the format cannot hold is counted and said before anything is written.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "export-labels",
        help="write the labels of a folder for other programs",
        description=_DESCRIPTION,
        epilog=f"formats:\n{formats_text()}\n\nExit status: 0, 1 where something was left out, 2 for misuse.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("target", type=Path, metavar="OUT", help="the file to write; a folder for one file a recording")
    parser.add_argument("--project", required=True, type=Path, metavar="DIR", help="the folder with the recordings")
    parser.add_argument("--label", action="append", metavar="NAME", help="only this label; can be repeated")
    parser.add_argument("--status", action="append", choices=list(Status), help="only this status; can be repeated")
    add_writing_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Export; return 1 if something was left out."""
    require_project(chosen.project)
    options = options_of(chosen)
    to = format_named(chosen.to) if chosen.to else format_for_name(chosen.target)

    def is_wanted(annotation: Annotation) -> bool:
        return (not chosen.label or annotation.label in chosen.label) and (
            not chosen.status or annotation.status in chosen.status
        )

    with open_store(chosen.project) as store:
        labels, problems = labels_of_project(store, chosen.project, to, is_wanted)
    tell(problems, [])
    if not labels:
        raise UserError(f"“{chosen.project}” has no such labels: draw or import some, or ask for others.")
    written = write(labels, chosen.target, to, options, replace_files=chosen.replace)
    tell(written.problems, [])
    if not written.files:
        raise UserError("Nothing could be written: see above.")
    print(f"{told_of(written, labels, to)}; {to.title}")
    return 1 if problems or is_less(written, labels) else 0
