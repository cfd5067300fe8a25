"""The queue of frames equals a list, for every sequence of reads and writes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.playing.fifo import FrameFifo


@given(capacity=st.integers(1, 20), moves=st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=40))
def test_it_equals_a_list(capacity: int, moves: list[tuple[bool, int]]) -> None:
    fifo = FrameFifo(capacity, 2)
    model: list[float] = []
    counter = 0
    for is_write, count in moves:
        if is_write:
            frames = np.repeat(np.arange(counter, counter + count, dtype=np.float32)[:, None], 2, axis=1)
            written = fifo.write(frames)
            assert written == min(count, capacity - len(model))
            model += range(counter, counter + written)
            counter += written
        else:
            out = np.full((count, 2), -1, np.float32)
            read = fifo.read_into(out)
            assert out[:read, 0].tolist() == out[:read, 1].tolist() == model[:read]
            assert (out[read:] == -1).all()
            del model[:read]
        assert (fifo.held, fifo.space) == (len(model), capacity - len(model))
