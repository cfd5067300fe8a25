"""The log file, and the hooks through which a bug reaches it and the person."""

import faulthandler
import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TextIO

import platformdirs
from PySide6.QtCore import QObject, Signal

logger = logging.getLogger(__name__)

MAX_LOG_BYTES = 1_000_000
KEPT_LOGS = 3


def log_path() -> Path:
    """Return where the log of this user is."""
    return Path(platformdirs.user_log_dir("earmark", appauthor=False)) / "earmark.log"


def start_log(path: Path) -> TextIO | None:
    """Write everything from INFO up to `path`, old logs kept; return the file of fatal errors, or None.

    Where the folder cannot be written the log goes to standard error alone: a full disk must not stop the window.
    Crashes inside C libraries are written by `faulthandler` to the file that is returned; keep it open.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    handlers[0].setLevel(logging.WARNING)
    crashes = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        rotating = logging.handlers.RotatingFileHandler(path, maxBytes=MAX_LOG_BYTES, backupCount=KEPT_LOGS)
        handlers.append(rotating)
        crashes = path.with_suffix(".crash.log").open("a", encoding="utf-8")
        faulthandler.enable(crashes)
    except OSError as problem:
        sys.stderr.write(f"earmark: no log is written ({problem.strerror}: {path})\n")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=handlers)
    return crashes


class BugReporter(QObject):
    """Turns exceptions that nobody caught, on any thread, into a log entry and a sentence for the person."""

    reported = Signal(str)
    """A sentence; emitted on the thread of the exception, so connect it to a slot of a QObject."""

    def install(self) -> Callable[[], None]:
        """Take over the hooks of Python and `threading`; return what puts the old ones back."""
        old_hook, old_thread_hook = sys.excepthook, threading.excepthook
        sys.excepthook = self.report
        threading.excepthook = lambda failure: self.report(
            failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback
        )

        def restore() -> None:
            sys.excepthook, threading.excepthook = old_hook, old_thread_hook

        return restore

    def report(self, kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
        """Log a bug with its traceback and say so; Ctrl+C is not a bug."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, bug, trace)
            return
        logger.error("a bug", exc_info=(kind, bug, trace))
        self.reported.emit(
            f"Something went wrong inside Earmark ({kind.__name__}: {bug}); details are in {log_path()}."
        )
