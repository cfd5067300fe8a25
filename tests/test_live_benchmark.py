"""The benchmark of listening still runs; what it measures is not judged here."""

from pathlib import Path

import pytest

from benchmarks.cases.live import rows, table_rows
from benchmarks.inputs import Inputs
from tests.audio.null_sink import sound_card
from tools.null_sink import NullSink

__all__ = ["sound_card"]  # a fixture


def test_listening_for_a_moment_fills_the_table(sound_card: NullSink, tmp_path: Path) -> None:
    assert sound_card.environment["HOME"]  # there can be one here; the benchmark starts its own
    found = rows(Inputs(tmp_path, {}), 3.0)
    assert [row.subject.split(": ")[1] for row in found] == [
        "frames dropped",
        "word's end to event",
        "real-time factor",
        "CPU, of one core",
        "memory growth",
    ]
    assert all(row.peak_mb > 50 for row in found)


def test_without_a_sound_card_it_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks.cases.live.missing", lambda: "pulseaudio is not installed")
    (row,) = rows(Inputs(tmp_path, {}))
    assert row.yardstick == "pulseaudio is not installed"


def test_aims_are_judged() -> None:
    values = {"latency_s": 0.6, "latency_p95_s": 0.7, "real_time_factor": 0.01, "dropped_frames": 5, "seconds": 60}
    values |= {"events": 9, "lag_s": 0, "cpu_share": 0.1, "memory_growth_mb": 0.0, "peak_mb": 200}
    assert [row.met for row in table_rows(values)] == [False, False, True, None, True]
