"""Print the benchmark table: `python -m benchmarks [SUBJECT...]`; the subjects are the modules in `cases`."""

import argparse
import importlib
import os
import platform
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.inputs import Inputs
from benchmarks.measuring import Row
from benchmarks.window import screen

SUBJECTS = ("start", "hour", "frames", "probe", "classify", "judge", "reload", "labels", "live")
ON_REQUEST = ("live",)
"""Measured only when named: it listens for ten minutes."""


def main() -> int:
    """Measure the chosen subjects one after the other, print one table and return 0: a slow machine is no fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "subjects",
        nargs="*",
        metavar="SUBJECT",
        help=f"any of: {', '.join(SUBJECTS)} (default: all but {', '.join(ON_REQUEST)})",
    )
    chosen = parser.parse_args().subjects or [name for name in SUBJECTS if name not in ON_REQUEST]
    unknown = set(chosen) - set(SUBJECTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    console = Console(width=max(Console().width, 140))
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as folder, screen(Path(folder)) as environment:
        inputs = Inputs(Path(folder), environment)
        for name in chosen:
            console.print(f"measuring: {name}", style="dim")
            found += importlib.import_module(f"benchmarks.cases.{name}").rows(inputs)
    console.print(table(found))
    return 0


def table(found: list[Row]) -> Table:
    """Return the table that is printed."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    title = f"Earmark on {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}{load}"
    columns = Table(
        title=title,
        caption="medians of several processes each; ratio: yardstick over Earmark; memory: Earmark (yardstick)",
    )
    for heading in ("what", "Earmark", "yardstick", "ratio", "aim", "", "peak memory"):
        columns.add_column(heading, justify="left" if heading in ("what", "yardstick") else "right")
    for row in found:
        mark = {True: "met", False: "missed", None: ""}[row.met]
        columns.add_row(row.subject, row.ours, row.yardstick, row.ratio, row.aim, mark, memory(row))
    return columns


def memory(row: Row) -> str:
    """Return the peak memory of Earmark's process and, where there is one, the yardstick's."""
    beside = "" if row.yardstick_peak_mb is None else f" ({row.yardstick_peak_mb:,.0f})"
    return f"{row.peak_mb:,.0f}{beside} MB"


if __name__ == "__main__":
    sys.exit(main())
