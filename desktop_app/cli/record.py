"""`earmark record`: record the microphone to files that a kill or a full disk cannot spoil."""

import argparse
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.live import Live
from rich.text import Text

from desktop_app.audio.capture import Capture
from desktop_app.audio.levels import FLOOR_DB, LevelMeter
from desktop_app.audio.recorder import FORMATS, PATTERN_FIELDS, Recorder, RecordSettings, gone_sentence
from desktop_app.cli.microphone import CaptureNews, add_input_arguments, input_request, libraries_muted, opened
from desktop_app.cli.shared import (
    HelpFormatter,
    duration_text,
    first_interrupt_noted,
    let_go_of_stdout,
    progress_console,
    say,
    seconds,
)

if TYPE_CHECKING:
    from desktop_app.audio.levels import Levels
    from desktop_app.cli.shared import Commands

TURN_S = 0.1
FAILED = 1
METER_CELLS, METER_FLOOR_DB = 30, -60.0

_DESCRIPTION = """\
Record the microphone until Ctrl+C. The files are whole at every moment: a kill costs the last second at most.

Where the microphone was away and came back, a new file begins.

The path of each file is printed on stdout as soon as the file is complete.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    fields = "\n".join(f"  {{{name}}}  {meaning}" for name, meaning in PATTERN_FIELDS.items())
    parser = commands.add_parser(
        "record",
        help="record the microphone",
        description=_DESCRIPTION,
        epilog=f"a name pattern may hold:\n{fields}\n\nCtrl+C ends. Exit status: 0; 1 where it ended early; "
        "2 for misuse, or where the microphone cannot be opened.",
        formatter_class=HelpFormatter,
    )
    add_input_arguments(parser)
    parser.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="folder for the files (default: here)")
    parser.add_argument("--format", default="FLAC", metavar="NAME", help=f"{' or '.join(FORMATS)} (default: FLAC)")
    parser.add_argument("--bits", type=int, default=16, metavar="N", help="16 or 24; WAV also 32 (default: 16)")
    parser.add_argument("--split", type=seconds, metavar="TIME", help="begin a new file after so long, as in 30:00")
    parser.add_argument("--duration", type=seconds, metavar="TIME", help="stop after so long")
    parser.add_argument("--pattern", default=RecordSettings.pattern, help="file name (default: %(default)s)")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Record until Ctrl+C, the duration or a problem; return the exit status."""
    from desktop_app.audio.streams import open_input

    settings = RecordSettings(
        chosen.to,
        format=chosen.format,
        bits_per_sample=chosen.bits,
        split_s=chosen.split,
        pre_roll_s=0.0,
        duration_s=chosen.duration,
        pattern=chosen.pattern,
    )
    capture = Capture(input_request(chosen), open_input)
    with first_interrupt_noted() as interrupted, libraries_muted():
        opened(capture)
        try:
            recorder = Recorder(capture, settings)
            news = _FileNews(recorder)
            say(f"Recording {capture.state.device}, {capture.sample_rate_hz} Hz; Ctrl+C ends.")
            recorder.start()
            _follow(capture, recorder, news, interrupted)
            recorder.close()
        finally:
            capture.close()
    news.tell()
    say(_closing_sentence(recorder))
    return FAILED if recorder.state.phase == "failed" else 0


class _FileNews:
    """Prints the paths of files as they are complete, and tells of those that are gone."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._printed = 0
        self._gone = 0

    def tell(self) -> None:
        """Print what is new; that nobody reads along any more ends no recording."""
        state = self._recorder.state
        complete = state.complete
        for path in complete[self._printed :]:
            try:
                print(path, flush=True)
            except BrokenPipeError:
                let_go_of_stdout()
        self._printed = len(complete)
        for path in state.gone[self._gone :]:
            say(f"earmark: {gone_sentence(path)}")
        self._gone = len(state.gone)


def _follow(capture: Capture, recorder: Recorder, files: _FileNews, interrupted: threading.Event) -> None:
    """Show time and level until it is over."""
    console = progress_console()
    meter, position, news = LevelMeter(capture.sample_rate_hz, capture.ring.channels), 0, CaptureNews(capture)
    with Live(console=console, transient=True, refresh_per_second=10) if console.is_terminal else nullcontext() as live:
        while recorder.state.phase == "recording" and not interrupted.wait(TURN_S):
            piece = capture.ring.read(position, capture.sample_rate_hz)
            position = piece.stop
            levels = meter.push(piece.frames) if len(piece.frames) else None
            news.tell(levels)
            files.tell()
            if live is not None and levels is not None:
                live.update(_line(recorder, levels))


def _line(recorder: Recorder, levels: "Levels") -> Text:
    """Return the time, a level meter, and the light of an overload."""
    loudest_db = max(levels.peak_db)
    lit = round(METER_CELLS * (1 - loudest_db / METER_FLOOR_DB))
    bar = "▮" * max(lit, 0) + "▯" * (METER_CELLS - max(lit, 0))
    level = f"{loudest_db:6.1f} dB" if loudest_db > FLOOR_DB else " silent"
    return Text(f"{duration_text(recorder.seconds)}  {bar} {level}{'  OVERLOAD' if levels.clipped else ''}")


def _closing_sentence(recorder: Recorder) -> str:
    state = recorder.state
    lost = f" {state.lost_frames} frames were lost, as the disk was too slow." if state.lost_frames else ""
    if state.problem:
        return f"earmark: {state.problem}{lost}"
    files = "1 file" if len(state.kept) == 1 else f"{len(state.kept)} files"
    return f"{duration_text(recorder.seconds)} recorded in {files}.{lost}"
