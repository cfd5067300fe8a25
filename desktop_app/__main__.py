"""The command `earmark`: with arguments the command line, without the window."""

import sys


def main() -> int:
    """Run Earmark and return the exit status."""
    if len(sys.argv) > 1:
        from desktop_app import cli

        return cli.main(sys.argv[1:])
    from desktop_app import app

    return app.main([])


if __name__ == "__main__":
    sys.exit(main())
