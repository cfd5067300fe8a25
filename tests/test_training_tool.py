"""The tool that makes the shipped model begins with the arguments that its help names."""

import sys
from pathlib import Path

import pytest

from tools import train_commands12


class Begun(Exception):  # noqa: N818
    """The recordings would be read now."""


def test_the_tool_takes_its_arguments_and_begins_to_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def begin(data: Path, spoken: Path) -> None:
        raise Begun

    monkeypatch.setattr(train_commands12, "load_material", begin)
    monkeypatch.setattr(train_commands12.torch, "set_num_threads", lambda count: None)
    monkeypatch.setattr(sys, "argv", ["train_commands12", str(tmp_path), str(tmp_path), "--epochs", "1"])
    with pytest.raises(Begun):
        train_commands12.main()
