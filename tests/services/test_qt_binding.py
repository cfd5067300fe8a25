"""The Qt binding itself: a fault that would take the window down after some hundred signals."""

import sys

from PySide6.QtCore import QObject, Signal


class Speaker(QObject):
    """Something that emits."""

    spoke = Signal(object)


def test_emitting_drops_no_reference_of_true() -> None:
    """PySide6 6.12.0 drops one at every emit: Python 3.11 then aborts in bool_dealloc; 6.11.3 and older are sound."""
    speaker = Speaker()
    before = sys.getrefcount(True)
    for _ in range(50):
        speaker.spoke.emit(1)
    assert sys.getrefcount(True) > before - 10, "this PySide6 is broken on this Python: pin another version"
