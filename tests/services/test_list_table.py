"""The folder list as a table: what is written can be read back, whatever the names and labels are."""

import csv
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from desktop_app.services.job_context import JobContext
from desktop_app.services.jobs import JobRunner
from desktop_app.services.list_table import COLUMNS, ListedRecording, write_table

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))
JUDGED = datetime(2026, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@given(names=st.lists(TEXTS, min_size=1, max_size=5), label=TEXTS)
def test_names_and_labels_come_back_as_they_were(
    names: list[str], label: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("table") / "list.csv"
    rows = [ListedRecording(name, 0.1, label, 0.93, label, "accepted", "Ada", JUDGED) for name in names]
    write_table(JobContext(lambda: None), rows, path)
    back = read(path)
    assert [(row["path"], row["label"]) for row in back] == [(name, label) for name in names]
    assert {(row["duration_s"], row["model_score"], row["time"]) for row in back} == {
        ("0.1", "0.93", "2026-05-01T12:00:00+02:00")
    }


def test_what_is_not_known_is_empty(tmp_path: Path) -> None:
    rows = [ListedRecording("a.wav", None, "", None, "", "", "", None)]
    write_table(JobContext(lambda: None), rows, tmp_path / "list.csv")
    assert read(tmp_path / "list.csv") == [dict.fromkeys(COLUMNS, "") | {"path": "a.wav"}]


def test_ten_thousand_rows_are_a_job_and_one_that_is_cancelled_leaves_the_older_table(
    runner: JobRunner, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    judged = JUDGED.astimezone(UTC)
    rows = [ListedRecording(f"{n}.wav", 1.0, "yes", 0.5, "", "draft", "", judged) for n in range(10_000)]
    with qtbot.waitSignal(runner.start(write_table, rows, path).finished, timeout=10_000) as done:
        pass
    assert done.args == [f"The list of 10,000 files was saved as {path}."]
    before = path.read_bytes()
    assert len(read(path)) == 10_000
    job = runner.start(write_table, rows[:1], path)
    with qtbot.waitSignal(job.done, timeout=10_000):
        job.cancel()
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".part"] == []


def test_a_folder_that_is_not_there_is_a_sentence(runner: JobRunner, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(runner.start(write_table, [], tmp_path / "gone" / "list.csv").failed) as failed:
        pass
    assert "list.csv" in failed.args[0]
