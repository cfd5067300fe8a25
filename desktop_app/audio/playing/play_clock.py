"""Which frame is heard right now: audio callbacks come in bursts and early, the play head must move evenly and late."""

SMOOTHING = 0.1
"""Weight of a new callback; their times jitter by 10-20 ms where two come in a row."""
JUMP_S = 0.1
"""A clock that is off by more did not jitter: sound was missing or held, so start anew."""


class PlayClock:
    """Counts in output frames. `tick` is called by the audio callback, `heard` by any thread."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._state: tuple[float, int] | None = None
        """When frame 0 was, or would have been, heard; and the last frame that was handed over. Replaced as one."""

    def tick(self, first: int, count: int, now_s: float, delay_s: float) -> None:
        """Note that `count` frames from frame `first` were handed over at `now_s`, to be heard `delay_s` later."""
        if count == 0:
            return
        zero_s = now_s + delay_s - first / self._rate_hz
        if self._state is not None and abs(zero_s - self._state[0]) < JUMP_S:
            zero_s = self._state[0] + SMOOTHING * (zero_s - self._state[0])
        self._state = (zero_s, first + count)

    def heard(self, now_s: float) -> float:
        """Return the frame that is heard at `now_s`, never one that was not handed over; 0 before the first."""
        if self._state is None:
            return 0.0
        zero_s, handed_over = self._state
        return min(max((now_s - zero_s) * self._rate_hz, 0.0), float(handed_over))
