"""`earmark classify`: let a model judge recordings, and print or save what it hears."""

import argparse
import csv
import io
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from desktop_app.annotation.records import FileVerdict
from desktop_app.assets import DEFAULT_MODEL, model_dirs
from desktop_app.audio.atomic import replacing
from desktop_app.cli.shared import (
    HelpFormatter,
    cells,
    first_interrupt_noted,
    plain_table,
    progress_console,
    recordings_in,
    say,
    seconds,
    show,
)
from desktop_app.signals import INTERRUPTED
from desktop_app.words import counted

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

CSV_COLUMNS = ("path", "onset_s", "offset_s", "label", "score", "model", "error", "refused")


_DESCRIPTION = """\
Let a model judge recordings: which of its classes is heard, and how sure it is (score 0 to 1).

Recordings longer than the model's window are judged window by window. Without --csv the best find of each recording
is printed as a table; with it every window is a row. What cannot be read is a row with the reason; the rest goes on.

A window is called unknown where the class that scores highest stays below the limit on the model's card; that class is
told as "refused". Models whose card has no limit always name the class.
"""
_EPILOG = f"""\
examples:
  earmark classify ~/recordings
  earmark classify ~/recordings --csv judged.csv --hop 0.1
  earmark classify a.wav b.flac --model ~/models/owls.safetensors --csv - | less

columns of the CSV file: {",".join(CSV_COLUMNS)}
Ctrl+C stops and keeps the recordings that are done.
Exit status: 0, also where recordings could not be read; 2 for misuse; 130 after Ctrl+C.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "classify",
        help="let a model judge recordings",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="DIR_OR_FILE", help="a folder of recordings or a file")
    parser.add_argument(
        "--model", metavar="NAME_OR_PATH", help=f"a model's name or .safetensors file (default: {DEFAULT_MODEL})"
    )
    parser.add_argument("--csv", metavar="OUT.csv", help="write one row for each window; “-” writes to stdout")
    parser.add_argument(
        "--hop", type=seconds, metavar="SECONDS", help="step from window to window (default: half a window)"
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Judge the recordings and print or save the verdicts; return the exit status."""
    paths = recordings_in(chosen.paths)
    with _sink_for(chosen.csv) as sink, first_interrupt_noted() as interrupted:
        tally = _Tally(len(paths))
        for verdict in _judged(paths, chosen, tally, interrupted):
            sink(verdict)
    if not chosen.csv:
        _print_table(tally.verdicts)
    say(tally.closing_sentence(chosen.csv))
    return INTERRUPTED if tally.judged < len(paths) else 0


@dataclass
class _Tally:
    """What has been judged so far."""

    files: int
    started_s: float = field(default_factory=time.monotonic)
    verdicts: list[FileVerdict] = field(default_factory=list)
    judged: int = 0
    windows: int = 0
    unreadable: int = 0

    def add(self, verdict: FileVerdict) -> None:
        self.judged += 1
        self.windows += len(verdict.predictions)
        self.unreadable += verdict.error is not None

    @property
    def clips_per_s(self) -> float:
        return self.windows / max(time.monotonic() - self.started_s, 1e-3)

    def closing_sentence(self, csv_name: str | None) -> str:
        took_s = time.monotonic() - self.started_s
        windows = counted(self.windows, "window")
        done = f"{counted(self.judged, 'recording')} ({windows}) judged in {took_s:.1f} s"
        if self.judged < self.files:
            done = f"Stopped: {self.judged:,} of {counted(self.files, 'recording')} judged"
        unreadable = f"; {self.unreadable:,} could not be read" if self.unreadable else ""
        where = f"; saved in {csv_name}" if csv_name not in (None, "-") else ""
        return f"{done}{unreadable}{where}."


class _StopError(Exception):
    """Ctrl+C was pressed."""


def _judged(
    paths: list[Path], chosen: argparse.Namespace, tally: _Tally, interrupted: threading.Event
) -> Iterator[FileVerdict]:
    """Yield the verdicts while a bar shows how far it is; end early after Ctrl+C."""

    def stop_if_interrupted() -> None:
        if interrupted.is_set():
            raise _StopError

    with _progress_bar() as progress:
        task = progress.add_task("Loading the model", total=None, clips="")
        verdicts = _verdicts(paths, chosen, stop_if_interrupted)
        tally.started_s = time.monotonic()  # torch takes its seconds only once, whatever there is to judge
        try:
            for verdict in verdicts:
                yield verdict
                tally.add(verdict)
                if chosen.csv is None:
                    tally.verdicts.append(verdict)
                clips = f"{tally.clips_per_s:,.0f} clips/s"
                progress.update(task, description="Judging", completed=tally.judged, total=tally.files, clips=clips)
        except _StopError:
            return


def _verdicts(paths: list[Path], chosen: argparse.Namespace, checkpoint: Callable[[], None]) -> Iterator[FileVerdict]:
    """Load the model, which brings torch, and judge."""
    model_path = _model_path(chosen.model)
    from desktop_app.classifier.inference import Classifier, classify_files

    return classify_files(Classifier.load(model_path), paths, hop_s=chosen.hop, checkpoint=checkpoint)


def _model_path(name: str | None) -> Path:
    """Return the file of the chosen model: a path, or a name among the bundled and the person's own."""
    from desktop_app.classifier.card import find_model

    return find_model(name or DEFAULT_MODEL, *model_dirs()).path


def _progress_bar() -> Progress:
    console = progress_console()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[clips]}"), TimeRemainingColumn())
    return Progress(
        TextColumn("{task.description}"), *columns, console=console, transient=True, disable=not console.is_terminal
    )


Sink = Callable[[FileVerdict], None]


@contextmanager
def _sink_for(csv_name: str | None) -> Iterator[Sink]:
    """Yield what takes the verdicts: nothing, stdout, or a file that appears whole at the end."""
    if csv_name is None:
        yield lambda verdict: None
    elif csv_name == "-":
        yield _csv_sink(sys.stdout)
    else:
        with replacing(csv_name) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="", write_through=True)
            yield _csv_sink(text)
            text.flush()
            text.detach()


def _csv_sink(stream: IO[str]) -> Sink:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    return lambda verdict: writer.writerows(_rows(verdict))


def _rows(verdict: FileVerdict) -> Iterable[tuple[object, ...]]:
    """Yield one row for each window, or one with the reason why there is none."""
    if verdict.error is not None:
        yield (verdict.path, "", "", "", "", "", verdict.error, "")
    for found in verdict.predictions:
        times = (f"{found.onset_s:.3f}", f"{found.offset_s:.3f}")
        yield (found.path, *times, found.label, f"{found.score:.4f}", found.source, "", found.refused)


def _print_table(verdicts: list[FileVerdict]) -> None:
    """Print the best find of each recording."""
    table = plain_table("Recording", "From s", "To s", "Label", "Score", "", right=("From s", "To s", "Score"))
    for verdict in verdicts:
        best = verdict.best
        if best is None:
            table.add_row(*cells(verdict.path, "", "", "", "", verdict.error or ""))
        else:
            times = (f"{best.onset_s:.2f}", f"{best.offset_s:.2f}")
            refused = f"not sure enough of {best.refused}" if best.refused else ""
            table.add_row(*cells(verdict.path, *times, best.label, f"{best.score:.2f}", refused))
    show(table)
