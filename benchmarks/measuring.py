"""Measure functions in processes of their own: time from inside, peak memory of the whole process."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.worker import LAUNCHED

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 600


@dataclass(frozen=True)
class Measured:
    """What several runs of one function said."""

    values: dict[str, float]
    """The median of each value that the function returned; `seconds` is always there."""
    spread: float
    """Longest over shortest run."""
    peak_mb: float
    """The most memory that any of the runs held, in MB (10^6 bytes)."""

    @property
    def seconds(self) -> float:
        """The median time."""
        return self.values["seconds"]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    subject: str
    """What is done, with how much of it."""
    ours: str
    """What Earmark took."""
    yardstick: str
    """What it is compared with and what that took, or why there is no comparison."""
    ratio: str
    """Yardstick over Earmark: above 1, Earmark is faster or smaller."""
    aim: str
    """What it should be, empty where nothing is promised."""
    met: bool | None
    """Whether the aim was reached; None without an aim."""
    peak_mb: float
    """Peak memory of Earmark's process, in MB."""
    yardstick_peak_mb: float | None = None
    """Peak memory of the yardstick's process, in MB; None where there is no such process."""


def measure(
    function: Callable[..., dict[str, float]],
    *arguments: str | Path,
    repeats: int = 5,
    environment: dict[str, str] | None = None,
    before: Callable[[], None] = lambda: None,
) -> Measured:
    """Run the function in `repeats` fresh processes, one after the other, and return the medians of what it says.

    `before` is called in this process ahead of each run, and not counted.
    """
    answers = []
    for _ in range(repeats):
        before()
        answers.append(run_worker(function, [str(a) for a in arguments], environment or {}))
    values = {name: statistics.median(a[name] for a in answers) for name in answers[0] if name != "peak_mb"}
    times = [a["seconds"] for a in answers]
    return Measured(values, max(times) / max(min(times), 1e-9), max(a["peak_mb"] for a in answers))


def run_worker(
    function: Callable[..., dict[str, float]],
    arguments: list[str],
    environment: dict[str, str],
    timeout_s: float = TIMEOUT_S,
) -> dict[str, float]:
    """Run one function in a fresh process and return its values and the process's peak memory."""
    command = [sys.executable, "-m", "benchmarks.worker", function.__module__, function.__qualname__, *arguments]
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment, LAUNCHED: repr(time.monotonic())},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if answer.returncode != 0:
        raise RuntimeError(f"{function.__qualname__} ended with {answer.returncode}:\n{answer.stderr[-2000:]}")
    values: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return values


def seconds(value: float) -> str:
    """Return a duration the way a person reads it."""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def times(value: float) -> str:
    """Return a ratio the way a person reads it."""
    return f"{value:.1f} ×" if value < 10 else f"{value:.0f} ×"
