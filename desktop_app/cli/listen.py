"""`earmark listen`: let a model judge what the microphone hears, one line an event."""

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from desktop_app.assets import DEFAULT_MODEL, model_dirs
from desktop_app.audio.atomic import explain_write_error
from desktop_app.audio.capture import Capture
from desktop_app.audio.file_input import FilePace, file_opener
from desktop_app.audio.inputs import InputRequest
from desktop_app.cli.microphone import CaptureNews, add_input_arguments, input_request, libraries_muted, opened
from desktop_app.cli.shared import HelpFormatter, duration_text, first_interrupt_noted, say, seconds
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.event_clips import EventClips
    from desktop_app.classifier.event_rule import EventRule
    from desktop_app.classifier.listener import Listener
    from desktop_app.classifier.streaming import Event
    from desktop_app.cli.shared import Commands

TURN_S = 0.02

_DESCRIPTION = """\
Let a model judge what the microphone hears, or a recording as if it came from one; print one line an event.

A class fires when its score, averaged over half a second, reaches the threshold, and again only after it fell to half
of that. Silence and unknown sounds never fire.
"""
_EPILOG = """\
examples:
  earmark listen
  earmark listen --device 2 --threshold 0.8 --threshold stop=0.6
  earmark listen --save-clips ~/heard --context 2
  earmark listen --file night.flac --jsonl - | jq .label

JSON lines hold time, at_s, onset_s, offset_s (seconds since listening began), label, score, model, clip.
Ctrl+C ends. Exit status: 0; 2 for misuse, or where the microphone cannot be opened.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "listen",
        help="let a model judge the microphone",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=HelpFormatter,
    )
    add_input_arguments(parser)
    parser.add_argument("--file", type=Path, metavar="FILE", help="listen to a recording instead of a microphone")
    parser.add_argument("--realtime", action="store_true", help="with --file: no faster than it sounds")
    parser.add_argument("--model", metavar="NAME_OR_PATH", help=f"a model's name or file (default: {DEFAULT_MODEL})")
    parser.add_argument(
        "--threshold",
        action="append",
        default=[],
        metavar="[CLASS=]SCORE",
        help="score from which a class fires, 0 to 1, for all or for one class (default: 0.65)",
    )
    parser.add_argument(
        "--average", type=seconds, metavar="SECONDS", help="how long scores are averaged (default: 0.5)"
    )
    parser.add_argument("--hop", type=seconds, metavar="SECONDS", help="step from window to window (default: 0.1)")
    parser.add_argument("--save-clips", type=Path, metavar="DIR", help="keep each event's sound in a folder")
    parser.add_argument(
        "--context", type=seconds, default=1.0, metavar="SECONDS", help="sound kept around an event (default: 1)"
    )
    parser.add_argument("--jsonl", metavar="OUT.jsonl", help="write one JSON object an event; “-” writes to stdout")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Listen until Ctrl+C or the end of the file; return the exit status."""
    from desktop_app.classifier.card import find_model
    from desktop_app.classifier.engines.engine import open_engine
    from desktop_app.classifier.listener import Listener
    from desktop_app.classifier.streaming import HOP_S

    _check_source(chosen)
    if chosen.hop == 0:
        raise UserError("--hop 0 makes no sense: windows must follow one another, as in 0.1.")
    engine = open_engine(find_model(chosen.model or DEFAULT_MODEL, *model_dirs()).path)
    rule = _rule(chosen, engine.card.classes)
    position = [0]
    capture = _capture(chosen, lambda: position[0])
    with ExitStack() as stack:
        interrupted = stack.enter_context(first_interrupt_noted())
        stack.enter_context(libraries_muted())
        printer = _Printer(stack.enter_context(_output(chosen.jsonl)), capture, as_json=chosen.jsonl is not None)
        opened(capture)
        stack.callback(capture.close)
        listener = Listener(capture, chosen.hop or HOP_S)
        listener.use(engine, rule)
        clips = _clips(chosen, capture, stack)
        printer.begin(engine.card.name)
        _listen(_Session(capture, listener, printer, clips, position), interrupted)
    return 0


@dataclass(frozen=True)
class _Session:
    """What works together while it listens."""

    capture: Capture
    listener: "Listener"
    printer: "_Printer"
    clips: "EventClips | None"
    position: list[int]
    """How far the listener has read; a file waits for it."""


def _listen(session: _Session, interrupted: threading.Event) -> None:
    """Turn until it is over, and print what is found."""
    news, clips = CaptureNews(session.capture), session.clips
    while not interrupted.is_set():
        heard = session.listener.turn()
        session.position[0] = session.listener.position
        for result in heard.results:
            if result.event is not None:
                session.printer.event(result.event, clips.keep(result.event) if clips else None)
        for sentence in [*heard.notes, *(clips.turn() if clips else ())]:
            say(f"earmark: {sentence}")
        news.tell(heard.levels)
        if heard.ended:
            return
        if heard.levels is None:
            interrupted.wait(TURN_S)


def _check_source(chosen: argparse.Namespace) -> None:
    """UserError for what is said of a microphone beside a file, or of a file beside a microphone."""
    if chosen.file is None and chosen.realtime:
        raise UserError("--realtime is for a recording: name it with --file, or leave --realtime out.")
    of_microphone = [name for name in ("device", "rate", "channels") if getattr(chosen, name) is not None]
    if chosen.file is not None and of_microphone:
        raise UserError(f"--{of_microphone[0]} is for a microphone: leave it out, or leave --file out.")


def _capture(chosen: argparse.Namespace, position: Callable[[], int]) -> Capture:
    if chosen.file is not None:
        pace = FilePace(chosen.realtime, position)
        return Capture(InputRequest(), file_opener(chosen.file, pace, lambda sentence: say(f"earmark: {sentence}")))
    from desktop_app.audio.streams import open_input

    return Capture(input_request(chosen), open_input)


def _clips(chosen: argparse.Namespace, capture: Capture, stack: ExitStack) -> "EventClips | None":
    if chosen.save_clips is None:
        return None
    from desktop_app.classifier.event_clips import EventClips

    clips = EventClips(chosen.save_clips, capture, chosen.context)

    def close() -> None:
        for problem in clips.close():
            say(f"earmark: {problem}")

    stack.callback(close)
    return clips


def _rule(chosen: argparse.Namespace, classes: tuple[str, ...]) -> "EventRule":
    """Return the rule with the thresholds that were given; UserError for one that is no score or of no class."""
    from desktop_app.classifier.event_rule import EventRule

    values: dict[str, Any] = {"thresholds": {}}
    for text in chosen.threshold:
        label, _, score = text.rpartition("=")
        if label and label not in classes:
            raise UserError(f"The model knows no “{label}”: its classes are {', '.join(classes)}.")
        try:
            threshold = float(score)
        except ValueError:
            threshold = -1.0
        if not 0 < threshold <= 1:
            raise UserError(f"“{text}” is no threshold: give a score above 0 and at most 1, as in 0.8 or stop=0.6.")
        if label:
            values["thresholds"][label] = threshold
        else:
            values["threshold"] = threshold
    if chosen.average is not None:
        values["averaging_s"] = chosen.average
    return EventRule(**values)


@contextmanager
def _output(name: str | None) -> Iterator[IO[str] | None]:
    """Open the file for the lines, None for stdout; UserError where it cannot be written, also later on."""
    if name in (None, "-"):
        yield None
        return
    try:
        with Path(str(name)).open("a", encoding="utf-8", buffering=1) as file:
            yield file
    except OSError as error:
        raise explain_write_error(error, str(name)) from error


class _Printer:
    """Prints events on stdout or as JSON lines, and everything else on stderr."""

    def __init__(self, file: IO[str] | None, capture: Capture, *, as_json: bool) -> None:
        self._file = file or sys.stdout
        self._capture = capture
        self._as_json = as_json

    def begin(self, model: str) -> None:
        """Say what is listened to."""
        where = f"{self._capture.state.device}, {self._capture.sample_rate_hz} Hz"
        say(f"Listening to {where}, with {model}; Ctrl+C ends.")

    def event(self, event: "Event", clip: Path | None) -> None:
        """Print one line."""
        at = self._time_of(event) if self._capture.live else None
        if self._as_json:
            line = json.dumps(_as_json(event, at, clip), ensure_ascii=False)
        else:
            when = f"{at:%H:%M:%S}" if at else duration_text(max(event.onset_s, 0.0))
            line = f"{when}  {event.label:<16} {event.score:.2f}"
        self._file.write(f"{line}\n")
        self._file.flush()

    def _time_of(self, event: "Event") -> datetime:
        frame = round(event.onset_s * self._capture.sample_rate_hz)
        return datetime.fromtimestamp(self._capture.clock_s(frame)).astimezone()


def _as_json(event: "Event", at: datetime | None, clip: Path | None) -> dict[str, object]:
    return {
        "time": None if at is None else at.isoformat(timespec="milliseconds"),
        "at_s": round(event.at_s, 3),
        "onset_s": round(event.onset_s, 3),
        "offset_s": round(event.offset_s, 3),
        "label": event.label,
        "score": round(event.score, 4),
        "model": event.source,
        "clip": None if clip is None else str(clip),
    }
