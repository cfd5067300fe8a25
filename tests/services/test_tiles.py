"""Tiles and peaks off the GUI thread: newest request first, stale ones dropped, memory bounded, files given back."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from pytestqt.qtbot import QtBot

from desktop_app.audio.reader import Reader, open_audio
from desktop_app.audio.spectrogram import ColumnGrid, ColumnSpan, columns
from desktop_app.errors import UserError
from desktop_app.services import tiles, waveform
from desktop_app.services.jobs import JobRunner
from desktop_app.services.pieces import SAMPLES_FRAMES, TILE_COLUMNS, Key, PieceCache, SamplesKey, TileKey
from desktop_app.services.tiles import Opened, OpenSource, TileEngine
from desktop_app.services.waveform import WaveformLoader

GRID = ColumnGrid(256, "hann", 16)
RATE = 16_000


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    assert runner.close()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "noise.wav"
    sf.write(path, np.random.default_rng(2).uniform(-0.5, 0.5, (200_000, 2)), RATE)
    return path


@pytest.fixture
def engine(runner: JobRunner) -> Iterator[TileEngine]:
    engine = TileEngine(runner)
    yield engine
    engine.close()


def opened(qtbot: QtBot, engine: TileEngine, path: Path) -> Opened:
    with qtbot.waitSignal(engine.opened) as blocker:
        engine.open(path)
    assert blocker.args is not None
    found: Opened = blocker.args[0]
    return found


def wait_for(qtbot: QtBot, engine: TileEngine, *keys: Key) -> None:
    qtbot.waitUntil(lambda: engine.has(keys))


def test_it_tells_what_a_view_must_know(qtbot: QtBot, engine: TileEngine, recording: Path) -> None:
    found = opened(qtbot, engine, recording)
    assert found == Opened(recording, 200_000, 2, RATE, "PCM_S")
    assert found.duration_s == 12.5


def test_a_tile_holds_its_columns_and_samples_are_those_of_the_file(
    qtbot: QtBot, engine: TileEngine, recording: Path
) -> None:
    opened(qtbot, engine, recording)
    key = TileKey(GRID, 2, 3)
    engine.request([key, SamplesKey(3)])
    wait_for(qtbot, engine, key, SamplesKey(3))
    with open_audio(recording) as reader:
        expected = columns(reader, GRID, ColumnSpan(2, 3 * TILE_COLUMNS, TILE_COLUMNS))
        rest = reader.read(3 * SAMPLES_FRAMES, SAMPLES_FRAMES)
    tile, samples = engine.tile(key), engine.samples(3)
    assert tile is not None and np.array_equal(tile, expected)
    assert samples is not None and np.array_equal(samples, rest) and len(samples) == 200_000 - 3 * SAMPLES_FRAMES
    assert engine.tile(TileKey(GRID, 0, 0)) is None


class Gate:
    """Opens recordings whose reads wait until they are let through, and counts what is open."""

    def __init__(self) -> None:
        self.passes = threading.Semaphore(0)
        self.waiting = threading.Semaphore(0)
        self.read_starts: list[int] = []
        self.now_open = 0

    def open(self, path: Path) -> OpenSource:
        gate, reader = self, open_audio(path)
        self.now_open += 1
        original: Callable[..., object] = reader.read

        def read(start: int = 0, frames: int | None = None) -> object:
            gate.read_starts.append(start)
            gate.waiting.release()
            gate.passes.acquire()
            return original(start, frames)

        def close() -> None:
            gate.now_open -= 1
            Reader.close(reader)

        reader.read = read  # type: ignore[method-assign, assignment]
        reader.close = close  # type: ignore[method-assign]
        return reader


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def gated(runner: JobRunner, gate: Gate) -> Iterator[TileEngine]:
    engine = TileEngine(runner, gate.open)
    yield engine
    gate.passes.release(1000)
    engine.close()
    assert gate.now_open == 0


def test_the_newest_request_comes_next_and_what_is_not_in_it_never(
    qtbot: QtBot, gated: TileEngine, gate: Gate, recording: Path
) -> None:
    opened(qtbot, gated, recording)
    gated.request([SamplesKey(0), SamplesKey(1), SamplesKey(2)])
    qtbot.waitUntil(lambda: gate.waiting.acquire(blocking=False))  # the first one is being read
    gated.request([SamplesKey(3), SamplesKey(0)])
    gate.passes.release(10)
    wait_for(qtbot, gated, SamplesKey(0), SamplesKey(3))
    qtbot.wait(30)
    assert gate.read_starts == [0, 3 * SAMPLES_FRAMES]


def test_what_is_in_work_is_not_started_again(qtbot: QtBot, gated: TileEngine, gate: Gate, recording: Path) -> None:
    opened(qtbot, gated, recording)
    gated.request([SamplesKey(1)])
    qtbot.waitUntil(lambda: gate.waiting.acquire(blocking=False))
    gated.request([SamplesKey(1)])
    gate.passes.release(10)
    wait_for(qtbot, gated, SamplesKey(1))
    qtbot.wait(30)
    assert len(gate.read_starts) == 1


def test_a_piece_of_the_recording_before_is_dropped(
    qtbot: QtBot, gated: TileEngine, gate: Gate, recording: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.wav"
    sf.write(other, np.zeros((1000, 1)), RATE)
    opened(qtbot, gated, recording)
    gated.request([SamplesKey(0)])
    qtbot.waitUntil(lambda: gate.waiting.acquire(blocking=False))
    with qtbot.waitSignal(gated.opened) as blocker:
        gated.open(other)
        gate.passes.release(10)
    assert blocker.args is not None and blocker.args[0].path == other
    assert gated.samples(0) is None
    assert gate.now_open == 1


def test_of_many_recordings_asked_for_only_the_last_is_opened(
    qtbot: QtBot, gated: TileEngine, recording: Path, tmp_path: Path
) -> None:
    heard: list[Opened] = []
    gated.opened.connect(heard.append)
    for number in range(20):
        gated.open(tmp_path / f"{number}.wav")
    gated.open(recording)
    qtbot.waitUntil(lambda: bool(heard))
    assert [each.path for each in heard] == [recording]


@pytest.mark.parametrize("content", [None, b"", b"this is no sound"])
def test_a_recording_that_cannot_be_opened_is_told_in_a_sentence_and_the_next_one_works(
    qtbot: QtBot, engine: TileEngine, recording: Path, tmp_path: Path, content: bytes | None
) -> None:
    bad = tmp_path / "bad.wav"
    if content is not None:
        bad.write_bytes(content)
    with qtbot.waitSignal(engine.failed) as blocker:
        engine.open(bad)
    assert blocker.args is not None and "bad.wav" in blocker.args[0]
    assert opened(qtbot, engine, recording).frames == 200_000


def test_a_recording_that_cannot_be_read_on_is_told_once(qtbot: QtBot, runner: JobRunner, recording: Path) -> None:
    def open_bad(path: Path) -> OpenSource:
        reader = open_audio(path)

        def fail(start: int = 0, frames: int | None = None) -> object:
            raise UserError("The disk is gone.")

        reader.read = fail  # type: ignore[method-assign, assignment]
        return reader

    engine, told = TileEngine(runner, open_bad), list[str]()
    engine.failed.connect(told.append)
    opened(qtbot, engine, recording)
    engine.request([SamplesKey(0), SamplesKey(1)])
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(30)
    assert told == ["The disk is gone."]
    engine.close()


def test_arrivals_are_told_on_the_gui_thread(qtbot: QtBot, engine: TileEngine, recording: Path) -> None:
    threads: list[int] = []
    engine.arrived.connect(lambda: threads.append(threading.get_ident()))
    opened(qtbot, engine, recording)
    with qtbot.waitSignal(engine.arrived):
        engine.request([SamplesKey(0)])
    assert set(threads) == {threading.get_ident()}


def test_after_closing_nothing_is_open_and_nothing_starts(
    qtbot: QtBot, runner: JobRunner, gate: Gate, recording: Path
) -> None:
    engine = TileEngine(runner, gate.open)
    opened(qtbot, engine, recording)
    assert gate.now_open == 1
    engine.close()
    assert gate.now_open == 0
    engine.open(recording)
    engine.request([SamplesKey(0)])
    qtbot.wait(30)
    assert gate.now_open == 0 and not gate.read_starts


def test_a_read_that_hangs_does_not_hold_up_closing_and_the_file_is_closed_after_it(
    qtbot: QtBot, runner: JobRunner, gate: Gate, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "CLOSE_LIMIT_S", 0.05)
    engine = TileEngine(runner, gate.open)
    opened(qtbot, engine, recording)
    engine.request([SamplesKey(0)])
    qtbot.waitUntil(lambda: gate.waiting.acquire(blocking=False))
    engine.close()
    assert gate.now_open == 1
    gate.passes.release(1000)
    qtbot.waitUntil(lambda: gate.now_open == 0)


def piece(size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.zeros(size // 4, np.float32)


def test_memory_is_bounded_and_the_longest_unused_go_first() -> None:
    cache = PieceCache(limit_bytes=1000)
    for index in range(5):
        cache.put(SamplesKey(index), piece(200), ())
    assert cache.get(SamplesKey(0)) is not None
    cache.put(SamplesKey(5), piece(200), ())
    assert SamplesKey(0) in cache and SamplesKey(1) not in cache
    assert cache.bytes == 1000


def test_what_the_newest_request_names_stays_even_beyond_the_limit() -> None:
    cache, needed = PieceCache(limit_bytes=500), [SamplesKey(index) for index in range(4)]
    cache.put(SamplesKey(9), piece(400), ())
    for key in needed:
        cache.put(key, piece(200), needed)
    assert all(key in cache for key in needed) and SamplesKey(9) not in cache
    assert cache.bytes == 800


def test_putting_a_piece_again_does_not_count_it_twice() -> None:
    cache = PieceCache(limit_bytes=1000)
    cache.put(SamplesKey(0), piece(400), ())
    cache.put(SamplesKey(0), piece(400), ())
    assert cache.bytes == 400
    cache.clear()
    assert cache.bytes == 0 and SamplesKey(0) not in cache


def loaded(qtbot: QtBot, loader: WaveformLoader, path: Path) -> None:
    loader.load(Opened(path, 200_000, 2, RATE, "PCM_S"))
    qtbot.waitUntil(lambda: loader.pyramid is not None and loader.pyramid.is_complete)


def test_the_waveform_is_read_and_kept_and_the_second_time_not_read(
    qtbot: QtBot, runner: JobRunner, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waveform, "KEPT_FRAMES", 1000)
    first = WaveformLoader(runner)
    loaded(qtbot, first, recording)
    qtbot.waitUntil(lambda: not runner.active)

    def refuse(path: Path) -> OpenSource:
        raise AssertionError("read again")

    second = WaveformLoader(runner, refuse)
    loaded(qtbot, second, recording)
    assert first.pyramid is not None and second.pyramid is not None
    assert np.array_equal(first.pyramid.base, second.pyramid.base)


def test_only_long_recordings_are_announced_in_the_transport_bar(
    qtbot: QtBot, runner: JobRunner, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[str] = []
    runner.started.connect(lambda job: titles.append(job.title))
    loader = WaveformLoader(runner)
    loaded(qtbot, loader, recording)
    monkeypatch.setattr(waveform, "LONG_FRAMES", 1000)
    loaded(qtbot, loader, recording)
    assert titles == ["", "Reading the waveform"]


def test_turning_to_another_recording_stops_reading_the_one_before(
    qtbot: QtBot, runner: JobRunner, recording: Path
) -> None:
    loader = WaveformLoader(runner)
    loader.load(Opened(recording, 200_000, 2, RATE, "PCM_S"))
    before = loader.pyramid
    loader.clear()
    assert loader.pyramid is None and before is not None
    qtbot.waitUntil(lambda: not runner.active)
    assert loader.pyramid is None
