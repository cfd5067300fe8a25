"""What asks a program to end: Ctrl+C, a polite kill, a terminal that is closed."""

import signal

ENDS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""As far as the system has them."""
INTERRUPTED = 130
"""Exit status of a program that one of them ended, as shells have it."""


def heeded_ends() -> list[signal.Signals]:
    """Return those of `ENDS` that the program was not started to ignore, as nohup does with one."""
    return [number for number in ENDS if signal.getsignal(number) is not signal.SIG_IGN]
