"""What the commands have in common: finding recordings, talking on the terminal, reading times."""

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from desktop_app.audio.sources import find_audio, shown_name
from desktop_app.errors import UserError
from desktop_app.signals import heeded_ends

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
WIDE = 400  # columns for a table that goes to a file or a pipe, where nothing may be cut off


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of descriptions, so that examples and tables stay readable."""


@contextmanager
def first_interrupt_noted() -> Iterator[threading.Event]:
    """Note the first Ctrl+C instead of raising it, so that no row or file is cut in two; the second one raises.

    A service that is stopped and a terminal that is closed ask for the same; what is started with nohup stays.
    """
    noted = threading.Event()
    before = {number: signal.getsignal(number) for number in heeded_ends()}

    def note(_number: int, _frame: Any) -> None:
        noted.set()
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, note)
    try:
        yield noted
    finally:
        restore()


def let_go_of_stdout() -> None:
    """Print to nowhere from now on: whoever read along has gone."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(sentence: str) -> None:
    """Tell the person something on stderr, beside the results on stdout."""
    sys.stderr.write(f"{visible(sentence)}\n")


def say_of(path: Path, sentence: str) -> None:
    """Tell what is wrong with a recording; the sentences name files without their folder, and here are many folders."""
    say(f"earmark: {sentence}" if str(path) == shown_name(path) else f"earmark: {path}: {sentence}")


def visible(text: str) -> str:
    """Return a text without the control characters that names of files and labels may hold: a terminal obeys them."""
    if text.isprintable():
        return text
    told = text.encode("utf-8", "backslashreplace").decode("utf-8")  # names that are no UTF-8
    return _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", told)


def show(table: Table) -> None:
    """Print a table on stdout, as wide as it takes unless stdout is a terminal."""
    if sys.stdout.isatty():
        Console(file=sys.stdout, highlight=False).print(table)
        return
    console = Console(width=WIDE, color_system=None)
    with console.capture() as capture:
        console.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def progress_console() -> Console:
    """Return where progress is drawn: stderr."""
    return Console(file=sys.stderr)


def plain_table(*columns: str, right: Sequence[str] = ()) -> Table:
    """Return an empty table without lines; the columns named in `right` hold numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def cells(*values: object) -> Iterator[Text]:
    """Return table cells that show their text as it is; rich would take brackets in a file name for its markup.

    A path stays on one line, even where its name holds line breaks: a row is a recording.
    """
    shown = ((visible(str(value)), isinstance(value, PurePath)) for value in values)
    return (Text(text.replace("\n", "\\n") if is_path else text) for text, is_path in shown)


def recordings_in(paths: Sequence[Path]) -> list[Path]:
    """Return the files named and all recordings in the folders named, in that order; UserError where there are none."""
    found: list[Path] = []
    for path in paths:
        found += (entry.path for entry in find_audio(path, problems=say)) if path.is_dir() else [path]
    if not found:
        names = ", ".join(f"“{path}”" for path in paths)
        raise UserError(f"There are no recordings in {names}: name a folder that has some, or a file.")
    return found


def require_positive(chosen: argparse.Namespace, *names: str) -> None:
    """Raise UserError for the first of these numbers that was given and is below 1."""
    for name in names:
        value = getattr(chosen, name)
        if value is not None and value < 1:
            raise UserError(f"--{name} {value} makes no sense: give a number above 0.")


def seconds(text: str) -> float:
    """Return a time given as seconds (`62.5`), `minutes:seconds` or `hours:minutes:seconds`; for argparse."""
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    if not 0 <= total < float("inf") or text.count(":") > 2:
        raise ValueError(text)
    return total


def duration_text(duration_s: float | None) -> str:
    """Return a duration as a person writes it: `0:01.250`, `1:02:03.000`, `?` where it is not known."""
    if duration_s is None:
        return "?"
    minutes, rest_s = divmod(round(duration_s, 3), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest_s:06.3f}" if hours else f"{minutes}:{rest_s:06.3f}"


def size_text(size_bytes: int | None) -> str:
    """Return a file size in decimal units, as file managers show it."""
    if size_bytes is None:
        return "?"
    size, unit = float(size_bytes), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 999.5 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" or size >= 99.5 else f"{size:.1f} {unit}"
