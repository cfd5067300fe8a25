"""The command line: `earmark info`, `classify`, `export`. Knows no Qt."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit status."""
    raise SystemExit(f"earmark: unknown command {arguments[0]!r}")
