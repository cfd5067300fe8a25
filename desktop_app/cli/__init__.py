"""The command line: one module a command. Knows no Qt."""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

from desktop_app import __version__
from desktop_app.cli import (
    augment,
    classify,
    convert,
    devices,
    evaluate,
    export,
    export_labels,
    import_labels,
    info,
    listen,
    lr_find,
    models,
    record,
    train,
)
from desktop_app.cli.shared import let_go_of_stdout, say
from desktop_app.errors import UserError
from desktop_app.signals import INTERRUPTED

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

OK, SOME_FAILED, MISUSE = 0, 1, 2
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

_DESCRIPTION = """\
Listen to, label, learn from and review folders of sound, offline.

Without arguments, or with a folder or a recording alone, the window opens. With a command, the same work is done here:

  earmark info ~/recordings                    what is in these files?
  earmark classify ~/recordings --csv out.csv  which sound is in each of them?
  earmark export bird.wav --onset 12.5 --offset 14 --to ~/clips --format MP3
  earmark train --data ~/labelled              teach a network your own classes
  earmark evaluate --data ~/labelled           how good is the model on these?
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit status.

    0: done; 1: done, but some recordings could not be read or written; 2: misuse, or nothing could be done, with the
    reason on stderr; 130: interrupted. `earmark classify` lists recordings that cannot be read and returns 0.
    """
    _have_somewhere_to_print()
    _never_fail_on_a_character()
    try:
        status = _run(arguments)
        sys.stdout.flush()  # here, where it can still be told: at its exit Python would end with 120
        return status
    except UserError as error:
        say(f"earmark: {error}")
        return MISUSE
    except KeyboardInterrupt:
        say("earmark: stopped.")
        return INTERRUPTED
    except BrokenPipeError:  # `earmark info * | head`: whoever read along has seen enough
        let_go_of_stdout()
        return SOME_FAILED
    except OSError as error:
        if error.errno not in _DISK_FULL or error.filename is not None:
            raise
        let_go_of_stdout()
        say(f"earmark: What is printed cannot be written ({error.strerror}): print it elsewhere, or free some space.")
        return MISUSE


def _run(arguments: Sequence[str]) -> int:
    try:
        chosen = build_parser().parse_args(arguments)
    except SystemExit as leaving:  # argparse has printed its help or its complaint
        return leaving.code if isinstance(leaving.code, int) else OK
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands, for the program and for the documentation."""
    parser = argparse.ArgumentParser(
        "earmark", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"earmark {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (
        info, classify, export, train, lr_find, augment, evaluate, models, listen, record, devices,
        convert, import_labels, export_labels,
    ):  # fmt: skip
        command.add_parser(commands)
    _add_open(commands)
    return parser


def _add_open(commands: "Commands") -> None:
    """Add the one command that is not carried out here, so that it is listed and explained."""
    about = "open the window, on a folder or a recording if one is named"
    opening = commands.add_parser("open", help="open the window", description=f"{about.capitalize()}.")
    opening.add_argument("path", nargs="?", metavar="DIR_OR_FILE", help="a folder of recordings or a file")
    opening.set_defaults(run=_refuse_open)


def _refuse_open(_chosen: argparse.Namespace) -> int:
    raise UserError("The window opens on one folder or file: earmark open FOLDER.")


def _have_somewhere_to_print() -> None:
    """Print to nowhere where a program was started with its stdout or stderr closed, as in `earmark info x >&-`."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as we run


def _never_fail_on_a_character() -> None:
    """Print file names that are no text, and quotes on an old console, as escapes instead of failing on them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
