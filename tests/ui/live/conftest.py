"""The Live page on a screen of its own, with a microphone, a loudspeaker and a model that exist in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.services.jobs import JobRunner
from desktop_app.services.live_desk import LiveDesk
from desktop_app.services.messages import Message, Messages
from desktop_app.services.models import ModelShelf
from desktop_app.services.playback import Playback
from desktop_app.services.settings import LivePreferences, Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.live.panel import LivePanel
from desktop_app.ui.theme import Theme
from tests.audio.fake_input import FakeMicrophone
from tests.audio.fake_output import FakeDevice
from tests.classifier.conftest import RATE_HZ, tone, tone_model

__all__ = ["tone_model"]  # a fixture

LIMIT_MS = 20_000


@dataclass
class LiveStage:
    """The page in use."""

    qtbot: QtBot
    folder: Path
    microphone: FakeMicrophone
    loudspeaker: FakeDevice
    settings: Settings
    desk: LiveDesk
    panel: LivePanel
    shelf: ModelShelf
    told: list[Message] = field(default_factory=list)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        self.qtbot.waitUntil(condition, timeout=LIMIT_MS)

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Click a widget, in its middle if no place is given."""
        QTest.mouseClick(
            widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place or widget.rect().center()
        )

    def listen(self) -> None:
        """Press Start and wait for sound on the screen."""
        self.click(self.panel.capture_bar.start)
        self.until(lambda: self.panel.waterfall.axis is not None and self.desk.monitor.state.phase == "running")

    def hear(self, count: int = 1) -> None:
        """Wait for events in the list."""
        self.until(lambda: len(self.panel.side.events.events) >= count)

    @property
    def messages(self) -> list[str]:
        """What the person was told."""
        return [message.text for message in self.told]


@pytest.fixture
def microphone() -> FakeMicrophone:
    """Return a microphone that hears a high tone and silence, over and over."""
    made = FakeMicrophone(sample_rate_hz=RATE_HZ, channels=2)
    made.sound = np.concatenate([tone("_silence_", RATE_HZ), tone("high", RATE_HZ), tone("_silence_", RATE_HZ)])
    return made


@pytest.fixture
def models(tone_model: LoadedModel, tmp_path: Path) -> Path:
    """Return a folder with a model that knows tones."""
    folder = tmp_path / "models"
    folder.mkdir()
    save_checkpoint(folder / "tones.safetensors", tone_model.network, tone_model.card)
    return folder


@pytest.fixture
def stage(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    microphone: FakeMicrophone,
    models: Path,
    settings: Settings,
    theme: Theme,
    actions: Actions,
) -> Iterator[LiveStage]:
    """Return the page, shown in a window with all actions; nothing is listened to."""
    settings.change(model="tones", live=LivePreferences(folder=str(tmp_path / "recordings"), span_s=4.0))
    messages, runner, loudspeaker = Messages(), JobRunner(), FakeDevice()
    told: list[Message] = []
    messages.posted.connect(told.append)
    playback = Playback(runner, messages, loudspeaker)
    desk = LiveDesk(runner, messages, playback, microphone)
    shelf = ModelShelf(settings, messages, models)
    panel = LivePanel(desk, shelf, settings, actions, theme, runner)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(panel)
    window.addActions(actions.all())
    actions["record"].triggered.connect(lambda _=False: panel.record())
    actions["play"].triggered.connect(lambda _=False: panel.play_or_look_back())
    actions["back_out"].triggered.connect(lambda _=False: panel.back_out())
    window.resize(1200, 700)
    window.show()
    qtbot.waitActive(window)
    yield LiveStage(qtbot, tmp_path, microphone, loudspeaker, settings, desk, panel, shelf, told)
    playback.close()
    panel.close_panel()
    desk.close()
    assert desk.monitor.close(), "a thread of the monitor did not end"
    assert runner.close(), "a job thread did not end"
