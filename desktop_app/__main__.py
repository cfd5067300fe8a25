"""The command `earmark`: without arguments, or with `open`, a folder or a recording, the window; else the command line.

Nothing of Qt is imported before it is known that a window can open.
"""

import os
import sys
from collections.abc import Sequence

from desktop_app import assets
from desktop_app.display import missing_display
from desktop_app.signals import INTERRUPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Earmark and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if wants_window(given):
            return open_window(given[-1] if given and given != ["open"] else None)
        from desktop_app import cli

        return cli.main(given)
    except KeyboardInterrupt:  # while libraries were loading
        sys.stderr.write("earmark: stopped.\n")
        return INTERRUPTED


def wants_window(arguments: Sequence[str]) -> bool:
    """Return whether the arguments ask for the window: none, `open [PATH]`, or one path that exists."""
    if not arguments or (arguments[0] == "open" and len(arguments) <= 2 and not arguments[-1].startswith("-")):
        return True
    if len(arguments) != 1 or arguments[0].startswith("-"):
        return False
    return os.path.exists(os.path.expanduser(arguments[0]))  # noqa: PTH110, PTH111 (they never raise)


def open_window(path: str | None) -> int:
    """Open the window on a folder or recording; without a display do the same job headless, and say so."""
    problem = missing_display()
    if problem is not None:
        from desktop_app import cli

        sys.stderr.write(f"earmark: {problem} Classifying here instead; the table follows.\n")
        return cli.main(["classify", path or str(assets.samples_dir())])
    # OpenMP threads that spin at barriers take the core that the window draws on; read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from desktop_app import app

    return app.main([path] if path else [])


if __name__ == "__main__":
    sys.exit(main())
