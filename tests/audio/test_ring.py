"""The ring is the tail of a list, and never hands out what was overwritten without saying so."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from desktop_app.audio.ring import RingBuffer


def numbered(start: int, count: int, channels: int = 1) -> NDArray[np.float32]:
    """Return frames that hold their own number, exact in float32 up to 2^24."""
    return np.repeat(np.arange(start, start + count, dtype=np.float32)[:, None], channels, axis=1)


@given(
    capacity=st.integers(1, 40),
    blocks=st.lists(st.integers(0, 60), max_size=20),
    asked=st.tuples(st.integers(0, 500), st.integers(0, 80)),
    channels=st.integers(1, 3),
)
def test_reading_equals_slicing_a_list_of_everything_written(
    capacity: int, blocks: list[int], asked: tuple[int, int], channels: int
) -> None:
    ring = RingBuffer(capacity, channels)
    everything: list[int] = []
    for count in blocks:
        ring.write(numbered(len(everything), count, channels))
        everything += range(len(everything), len(everything) + count)
    start, most = asked
    piece = ring.read(start, most)
    wanted = everything[start : start + most]
    held = [number for number in wanted if number >= len(everything) - capacity]
    assert piece.frames[:, -1].tolist() == held
    assert piece.frames.shape == (len(held), channels)
    assert piece.lost == len(wanted) - len(held)
    assert piece.start == start + piece.lost
    assert (ring.written, ring.oldest) == (len(everything), max(len(everything) - capacity, 0))


def test_a_reader_that_goes_on_where_it_was_gets_every_frame_once() -> None:
    ring = RingBuffer(100, 2)
    got: list[float] = []
    for start in range(0, 1_000, 25):
        ring.write(numbered(start, 25, 2))
        piece = ring.read(len(got), 1_000)
        got += piece.frames[:, 0].tolist()
    assert got == list(range(1_000))


def test_what_is_read_is_a_copy() -> None:
    ring = RingBuffer(10, 1)
    ring.write(numbered(0, 10))
    piece = ring.read(0, 10)
    ring.write(numbered(10, 10))
    assert piece.frames[:, 0].tolist() == list(range(10))


def test_a_writer_that_overtakes_while_a_reader_copies_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = RingBuffer(10, 1)
    ring.write(numbered(0, 10))
    copy = ring._copy

    def overtaken(start: int, stop: int) -> NDArray[np.float32]:
        copied = copy(start, stop)
        ring.write(numbered(10, 4))
        return copied

    monkeypatch.setattr(ring, "_copy", overtaken)
    piece = ring.read(0, 10)
    assert (piece.start, piece.lost) == (4, 4)
    assert piece.frames[:, 0].tolist() == [4, 5, 6, 7, 8, 9]


def test_readers_beside_a_racing_writer_never_get_a_frame_under_a_wrong_number() -> None:
    total, capacity = 4_000_000, 5_000
    ring = RingBuffer(capacity, 2)
    wrong: list[str] = []
    lost = [0, 0]

    def read_on(place: int, most: int) -> None:
        position = 0
        while position < total:
            piece = ring.read(position, most)
            if piece.start != position + piece.lost:
                wrong.append(f"{piece.start} after {position} with {piece.lost} lost")
            if not np.array_equal(piece.frames, numbered(piece.start, len(piece.frames), 2)):
                wrong.append(f"frames from {piece.start} on are others")
            lost[place] += piece.lost
            position = piece.stop

    readers = [threading.Thread(target=read_on, args=(place, most)) for place, most in enumerate((4_900, 700))]
    for reader in readers:
        reader.start()
    for start in range(0, total, 1_000):
        ring.write(numbered(start, 1_000, 2))
    for reader in readers:
        reader.join(60)
    assert not wrong
    assert any(lost), "the writer was too slow to overtake anybody: the test shows nothing"
