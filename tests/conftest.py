"""Fixtures for all tests: no screen, no home folder of the person, synthesised sound with known onsets."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.app import Earmark
from tests.audio.fake_output import FakeDevice

for _ignored, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (getattr(signal, "SIGHUP", None), signal.SIG_DFL),
):
    # a suite that was started in the background or by nohup inherits deafness, and so would the programs it starts
    if _ignored is not None and signal.getsignal(_ignored) is signal.SIG_IGN:
        signal.signal(_ignored, _usual)

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
THREAD_LIMIT_S = 5.0


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real recordings, or skip with a reason where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real recordings in ../shared/data are not here")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def own_user_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings, caches and logs of a test inside its temporary folder."""
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / ".user" / variable.lower()))


@pytest.fixture(autouse=True)
def no_thread_left(own_user_folders: None) -> Iterator[None]:
    """Fail the test that leaves a thread of ours running, instead of a later one that counts them."""
    before = set(threading.enumerate())
    yield
    until_s = time.monotonic() + THREAD_LIMIT_S
    while left := [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]:
        assert time.monotonic() < until_s, f"still running: {', '.join(left)}"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def no_warning_in_the_log(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that left a WARNING or worse in the log, unless it is marked to expect one."""
    yield
    if request.node.get_closest_marker("expects_log_warnings"):
        return
    loud = [r for r in caplog.get_records("call") if r.levelno >= logging.WARNING and r.name.startswith("desktop_app")]
    assert not loud, "unexpected in the log: " + "; ".join(r.getMessage() for r in loud)


@pytest.fixture
def chirp_and_noise() -> npt.NDArray[np.float32]:
    """Return 2 s of a 16 kHz stereo chirp over faint noise, shape (32000, 2), peak 0.7, the same at every call."""
    rate = 16_000
    t = np.arange(2 * rate) / rate
    noise = np.random.default_rng(7).normal(0, 0.01, (len(t), 2))
    left = 0.5 * np.sin(2 * np.pi * (300 * t + 800 * t**2))
    right = 0.5 * np.sin(2 * np.pi * (3000 * t - 500 * t**2))
    mixed = np.stack([left, right], axis=1) + noise
    return np.clip(mixed, -0.7, 0.7).astype(np.float32)


@pytest.fixture
def device() -> FakeDevice:
    """Return a sound device in memory."""
    return FakeDevice()


@pytest.fixture
def earmark(qapp: QApplication, qtbot: QtBot, device: FakeDevice) -> Iterator[Earmark]:
    """Return the real application on its default settings, closed by its own window after the test."""
    made = Earmark(qapp, device)
    qtbot.addWidget(made.window)
    yield made
    made.window.close()
