"""Run one function of a benchmark in this process: `python -m benchmarks.worker MODULE FUNCTION [ARGUMENT...]`.

Imports next to nothing itself, because for some functions the time of imports is what is measured.
"""

import importlib
import json
import os
import sys
import time

LAUNCHED = "EARMARK_BENCH_LAUNCHED"
"""Environment variable: `time.monotonic()` of the parent when it launched this process."""


def main(module: str, function: str, *arguments: str) -> None:
    """Print the function's values and this process's peak memory as one line of JSON."""
    values: dict[str, float] = getattr(importlib.import_module(module), function)(*arguments)
    print(json.dumps({**values, "peak_mb": peak_memory_mb()}))


def since_launch_s() -> float:
    """Return the seconds since the parent asked for this process."""
    return time.monotonic() - float(os.environ[LAUNCHED])


def peak_memory_mb() -> float:
    """Return the most memory this process has held at once, in MB.

    Linux's VmHWM first: `getrusage` also counts what the parent held when it forked.
    """
    if os.path.exists("/proc/self/status"):  # noqa: PTH110 - see above: no pathlib here
        with open("/proc/self/status") as status:  # noqa: PTH123
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    unit_bytes = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes / 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
