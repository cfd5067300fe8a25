"""Ctrl+C in the terminal, its end and a polite kill close the window in good order, at once."""

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

from desktop_app.signals import heeded_ends


class Interrupts(QObject):
    """Calls a function in the event loop when the process is asked to end. One at a time; main thread only.

    Python runs signal handlers only between its own instructions, which an idle event loop does not execute; so the
    interpreter writes to a socket as well (`signal.set_wakeup_fd`), and the socket wakes Qt.
    """

    def __init__(self, close: Callable[[], object]) -> None:
        super().__init__()
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._old_fd = signal.set_wakeup_fd(self._writer.fileno())
        self._old_handlers = {number: signal.signal(number, lambda *_: close()) for number in heeded_ends()}
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)

    def restore(self) -> None:
        """Give the signals back to whoever had them."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_fd)
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        self._reader.close()
        self._writer.close()

    def _woken(self) -> None:
        """Empty the socket; being here is enough for Python to run the handler."""
        self._reader.recv(64)
