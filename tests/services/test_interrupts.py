"""Ctrl+C, SIGTERM and SIGHUP end an idle event loop at once, and the old handlers come back."""

import os
import signal

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.services.interrupts import Interrupts
from desktop_app.signals import ENDS


@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
def test_a_signal_closes_although_nothing_happens_in_the_window(number: signal.Signals, qtbot: QtBot) -> None:
    old = signal.getsignal(number)
    closed: list[bool] = []
    interrupts = Interrupts(lambda: closed.append(True))
    try:
        os.kill(os.getpid(), number)
        qtbot.waitUntil(lambda: closed == [True])
    finally:
        interrupts.restore()
    assert signal.getsignal(number) is old
