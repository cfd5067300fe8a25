"""`earmark import`: labels of other programs into the labels of a folder."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.annotation.store import open_store
from desktop_app.cli.convert import formats_text, read_source, require_project, tell
from desktop_app.cli.shared import HelpFormatter
from desktop_app.errors import UserError
from desktop_app.interchange.into_project import plan_import
from desktop_app.interchange.labels import Options
from desktop_app.interchange.registry import format_named

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

_DESCRIPTION = """\
Bring label files of other programs into the labels of a folder of recordings, all of them in one step.

Recordings are found by name, whatever folder, system or ending the label file has for them. What stands there already
is not added again, so an import can be repeated; drafts take over the verdicts of files that tell some.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "import",
        help="bring label files into the labels of a folder",
        description=_DESCRIPTION,
        epilog=f"formats:\n{formats_text()}\n\nExit status: 0, 1 where rows or recordings were left out, 2 for misuse.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a label file, or a folder of them")
    parser.add_argument("--project", required=True, type=Path, metavar="DIR", help="the folder with the recordings")
    parser.add_argument("--from", dest="from_", metavar="F", help="the format (default: told by the content)")
    parser.add_argument("--label-column", default="", metavar="NAME", help="column of labels in Raven tables")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Import; return 1 if something was left out."""
    require_project(chosen.project)
    label_format = format_named(chosen.from_) if chosen.from_ else None
    sources = [read_source(path, label_format, Options(chosen.label_column)) for path in chosen.files]
    results = [pair for source in sources for pair in source.results]
    with open_store(chosen.project) as store:
        plan = plan_import(results, chosen.project, store)
        unread = [sentence for source in sources for sentence in source.unreadable]
        problems = [*unread, *plan.problems]
        tell(problems, [sentence for source in sources for sentence in source.skipped])
        if not plan.edit.added and not plan.known:
            why = (
                "none of the labels belongs to a recording of the folder"
                if plan.left_out
                else "there are no labels in it"
            )
            raise UserError(f"Nothing was imported: {why}.")
        if plan.edit.added:
            store.apply(plan.edit)
    print(plan.words)
    return 1 if problems or plan.left_out else 0
