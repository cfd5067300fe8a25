"""A sound card that exists in memory: a PulseAudio daemon of our own with a null sink, whose monitor is a microphone.

For tests, benchmarks and pictures on machines without sound. What `play` plays is heard by every program that is
started with `environment`. Needs the packages pulseaudio, pulseaudio-utils and libasound2-plugins.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("pulseaudio", "pactl", "parec", "paplay")
MICROPHONE = "earmark_test"
SINK = "earmark"
LIMIT_S = 15.0
ALSA_PLUGIN = "alsa-lib/libasound_module_pcm_pulse.so"

_ASOUNDRC = f"""\
pcm.!default {{ type pulse }}
ctl.!default {{ type pulse }}
pcm.{MICROPHONE} {{ type pulse device "{SINK}.monitor" hint {{ show on description "Null sink" }} }}
"""


def missing() -> str:
    """Return why there can be no null sink here, empty if there can."""
    absent = [program for program in NEEDED if shutil.which(program) is None]
    if absent:
        return f"{', '.join(absent)} is not installed (packages pulseaudio and pulseaudio-utils)"
    if not any(Path("/usr/lib").glob(f"*/{ALSA_PLUGIN}")) and not Path("/usr/lib", ALSA_PLUGIN).exists():
        return "ALSA has no way to PulseAudio here (package libasound2-plugins)"
    return ""


class NullSink:
    """The running daemon."""

    def __init__(self, folder: Path) -> None:
        self.settings = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder / "pulse"),
            "PULSE_SERVER": f"unix:{folder / 'pulse' / 'native'}",
        }
        """What makes it the sound card, in an environment."""
        self.environment = {**os.environ, **self.settings}
        """For programs that are to hear it."""
        self._keep_alive: subprocess.Popen[bytes] | None = None

    def load(self) -> None:
        """Add the sink, and a reader that keeps it awake: an idle one wakes only every two seconds."""
        self._pactl("load-module", "module-null-sink", f"sink_name={SINK}", "rate=48000")
        self._pactl("set-default-sink", SINK)
        self._pactl("set-default-source", f"{SINK}.monitor")
        command = ["parec", "-d", f"{SINK}.monitor", "--latency-msec=10"]
        self._keep_alive = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def unload(self) -> None:
        """Take the sink away, as if the microphone were unplugged."""
        self._pactl("unload-module", "module-null-sink")
        self.stop_reader()

    def play(self, path: Path) -> None:
        """Play a file into the sink, and return when it was heard."""
        subprocess.run(["paplay", "-d", SINK, str(path)], env=self.environment, check=True, timeout=600)

    def stop_reader(self) -> None:
        """End the reader that keeps the sink awake."""
        if self._keep_alive is not None:
            self._keep_alive.kill()
            self._keep_alive.wait()
            self._keep_alive = None

    def wait_until_up(self) -> None:
        """Wait for the daemon."""
        until_s = time.monotonic() + LIMIT_S
        while subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False).returncode:
            if time.monotonic() > until_s:
                raise RuntimeError("PulseAudio did not start")
            time.sleep(0.05)

    def _pactl(self, *arguments: str) -> None:
        subprocess.run(["pactl", *arguments], env=self.environment, check=True, capture_output=True, timeout=LIMIT_S)


@contextmanager
def null_sink() -> Iterator[NullSink]:
    """Start a daemon of our own, yield it with its sink loaded, and end it. Look at `missing` first."""
    with tempfile.TemporaryDirectory(prefix="earmark-pa-") as name:  # short: the path of a socket has 108 bytes
        folder = Path(name)
        (folder / ".asoundrc").write_text(_ASOUNDRC)
        sink = NullSink(folder)
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "-L", "module-native-protocol-unix"]
        with subprocess.Popen(
            command, env=sink.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as daemon:
            try:
                sink.wait_until_up()
                sink.load()
                yield sink
            finally:
                sink.stop_reader()
                daemon.terminate()
