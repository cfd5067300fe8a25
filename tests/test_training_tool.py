"""The tools that make the shipped models begin with the arguments that their help names."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from tools import shipping, train_commands12, train_digits10


class Begun(Exception):  # noqa: N818
    """The recordings would be read now."""


@pytest.mark.parametrize(("tool", "reads"), [(train_commands12, "load_material"), (train_digits10, "load")])
def test_a_tool_takes_its_arguments_and_begins_to_read(
    tool: ModuleType, reads: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def begin(*folders: Path) -> None:
        raise Begun

    monkeypatch.setattr(tool, reads, begin)
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    monkeypatch.setattr(sys, "argv", [tool.__name__, str(tmp_path), str(tmp_path), "--bfloat16"])
    with pytest.raises(Begun):
        tool.main()


def test_nothing_ships_that_was_not_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["tool", str(tmp_path), "--only", "ship", "--measured", str(tmp_path / "none")])
    with pytest.raises(SystemExit, match="none is missing"):
        shipping.begun(shipping.script_parser("model", "A tool."))
