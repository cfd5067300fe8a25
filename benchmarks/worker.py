"""Run one function of a benchmark in this process: `python -m benchmarks.worker MODULE FUNCTION [ARGUMENT...]`."""

import importlib
import json
import sys

from benchmarks.measuring import peak_memory_mb


def main(module: str, function: str, *arguments: str) -> None:
    """Print the function's values and this process's peak memory as one line of JSON."""
    values: dict[str, float] = getattr(importlib.import_module(module), function)(*arguments)
    print(json.dumps({**values, "peak_mb": peak_memory_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
