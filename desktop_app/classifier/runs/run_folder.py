"""A training run on disk: its configuration, its log, its checkpoints. Every file is written whole or not at all.

torch is imported where a checkpoint is read or written, so that a window can list runs without it.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.audio.atomic import explain_write_error, replacing
from desktop_app.audio.sources import shown_name
from desktop_app.classifier.card import SUFFIX, read_header
from desktop_app.classifier.data.clips import Skipped
from desktop_app.classifier.runs.run_config import RunConfig, config_of, read_toml, toml_of
from desktop_app.classifier.training_reports import EpochReport
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.learner import LearnerState

STATE_KEY = "earmark_run"
STATE_VERSION = 1
COLUMNS = tuple(field.name for field in fields(EpochReport))


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps its things."""

    path: Path
    """The folder."""

    @property
    def config(self) -> Path:
        """Return the file of the configuration."""
        return self.path / "config.toml"

    @property
    def last(self) -> Path:
        """Return the checkpoint after the last round: everything that is needed to go on."""
        return self.path / "checkpoints" / "last.safetensors"

    @property
    def best(self) -> Path:
        """Return the checkpoint of the best round: averaged weights alone."""
        return self.path / "checkpoints" / "best.safetensors"

    @property
    def outcome(self) -> Path:
        """Return the file that says what came of the run, as JSON; it is there once a model is."""
        return self.path / "outcome.json"

    def model(self, name: str) -> Path:
        """Return the file of the finished model."""
        return self.path / f"{name}{SUFFIX}"

    def create(self, config: RunConfig) -> None:
        """Make the folder and write the configuration; UserError where there is a run already."""
        self.require_new()
        try:
            self.last.parent.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise explain_write_error(reason, self.path) from reason
        write_text(self.config, toml_of(config))

    def require_new(self) -> None:
        """Raise UserError where there is a run already, or something that is no folder."""
        if self.config.exists():
            raise UserError(f"There is a run in “{self.path}” already; go on with --resume, or choose another folder.")
        if self.path.exists() and not self.path.is_dir():
            raise UserError(f"“{self.path}” is a file and no folder: choose another folder for the run.")

    def read_config(self) -> RunConfig:
        """Return the configuration; UserError where there is no run."""
        if not self.config.is_file():
            raise UserError(f"There is no run in “{self.path}” (config.toml is missing); choose another folder.")
        return config_of(read_toml(self.config))

    def write_skipped(self, skipped: Sequence[Skipped], notes: Sequence[str]) -> None:
        """List what was left out, and what the person was told."""
        lines = [*notes, "", *(f"{skip.path}: {skip.reason}" for skip in skipped)]
        write_text(self.path / "skipped.txt", "\n".join(lines) + "\n")

    def write_log(self, reports: Sequence[EpochReport]) -> None:
        """Write the log of all rounds, as CSV and as JSON lines."""
        rows = [{**asdict(report), "notes": " ".join(report.notes)} for report in reports]
        table = io.StringIO()
        writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_text(self.path / "log.csv", table.getvalue())
        write_text(self.path / "log.jsonl", "".join(f"{json.dumps(asdict(report))}\n" for report in reports))

    def read_log(self, epochs: int) -> list[EpochReport]:
        """Return the rounds of the log up to `epochs`; one that cannot be read is begun anew."""
        try:
            lines = (self.path / "log.jsonl").read_text("utf-8").splitlines()
            values = [json.loads(line) for line in lines]
            reports = [EpochReport(**{**value, "notes": tuple(value["notes"])}) for value in values]
        except (OSError, ValueError, TypeError, KeyError):
            return []
        return [report for report in reports if report.epoch <= epochs]


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all."""
    with replacing(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def save_state(path: Path, state: "LearnerState", said: Mapping[str, Any]) -> None:
    """Write a state as safetensors, its values and what else is said as JSON; UserError where the disk refuses."""
    from safetensors.torch import save

    values = {"version": STATE_VERSION, "said": dict(said), "values": dict(state.values)}
    content = save(dict(state.tensors), metadata={STATE_KEY: json.dumps(values)})
    with replacing(path) as file:
        file.write(content)


def load_state(path: Path) -> "tuple[LearnerState, dict[str, Any]]":
    """Return a state and what was said with it; UserError where it is no checkpoint of a run, damaged or newer."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from desktop_app.classifier.learner import LearnerState

    metadata = read_header(path).get("__metadata__")
    wrong = UserError(f"“{shown_name(path)}” is no checkpoint of a run, or is damaged; start a new run.")
    if not isinstance(metadata, dict):
        raise wrong
    try:
        values = json.loads(metadata[STATE_KEY])
        if values["version"] > STATE_VERSION:
            raise UserError(f"“{shown_name(path)}” was made by a newer Earmark; update Earmark to go on with it.")
        return LearnerState(load_file(path), dict(values["values"])), dict(values["said"])
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RecursionError) as reason:
        raise wrong from reason
