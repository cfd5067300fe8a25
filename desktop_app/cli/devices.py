"""`earmark devices`: the microphones that can be listened to."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from desktop_app.cli.microphone import libraries_muted
from desktop_app.cli.shared import HelpFormatter, cells, plain_table, say, show

if TYPE_CHECKING:
    from desktop_app.cli.shared import Commands

_DESCRIPTION = """\
List the microphones: number, name, the system's way to it, channels, and the rate it prefers; “*” marks the default.

Number or name choose one for “earmark listen” and “earmark record”.
"""


def add_parser(commands: "Commands") -> None:
    """Add the command's arguments and its `run`."""
    parser = commands.add_parser(
        "devices", help="list the microphones", description=_DESCRIPTION, formatter_class=HelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print the devices and return the exit status."""
    from desktop_app.audio.streams import list_input_devices

    with libraries_muted():
        devices = list_input_devices()
    if chosen.json:
        print(json.dumps([{"number": number, **asdict(each)} for number, each in enumerate(devices, 1)], indent=2))
        return 0
    if not devices:
        say("There is no microphone: connect or switch one on.")
        return 0
    table = plain_table("", "No.", "Name", "Host API", "Channels", "Hz", right=("No.", "Channels", "Hz"))
    for number, each in enumerate(devices, start=1):
        mark = "*" if each.is_default else ""
        table.add_row(*cells(mark, number, each.name, each.host_api, each.channels, each.sample_rate_hz))
    show(table)
    return 0
