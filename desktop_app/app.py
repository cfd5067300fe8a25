"""The window's entry point: the one place that wires objects together."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Open the window and return the exit status."""
    raise SystemExit("earmark: the window is not built yet")
