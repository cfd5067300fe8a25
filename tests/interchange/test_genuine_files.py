"""Genuine files of other programs: all are read, and what is written reads back the same."""

from collections import Counter
from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange.labels import ImportResult
from desktop_app.interchange.losses import losses
from desktop_app.interchange.registry import read_labels, write_labels
from tests.conftest import SHARED_DATA

FOLDER = SHARED_DATA / "label_files"
FILES = sorted(FOLDER.glob("*/*"))
COUNTS = {"audacity": 3027, "audacity_frequency": 178, "birdnet": 13, "raven": 2941, "raven_awkward": 11}
"""Rows in each folder, counted with awk."""

pytestmark = pytest.mark.realdata


def said(result: ImportResult) -> Counter[str]:
    def fields(it: Annotation) -> tuple[object, ...]:
        ends = (it.onset_s, it.offset_s, it.low_hz, it.high_hz, it.channel)
        return (it.label, *ends, it.status, it.source, it.score, it.note, sorted(it.extra.items()))

    return Counter(repr(fields(it)) for each in result.labels for it in each.annotations)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_import_export_import_is_equal(path: Path, tmp_path: Path) -> None:
    first = read_labels(path)
    assert first.format.name == path.parent.name.removesuffix("_frequency").removesuffix("_awkward").replace("_", "-")
    assert losses(first.labels, first.format) == ()
    target = tmp_path if first.format.per_recording else tmp_path / f"all{first.format.suffixes[0]}"
    for file in write_labels(first.labels, target, first.format).files:
        again = read_labels(file)
        assert again.format is first.format
        assert said(again) == said(first)


@pytest.mark.parametrize("folder", COUNTS)
def test_every_label_in_the_files_is_read(shared_data: Path, folder: str) -> None:
    results = [read_labels(path) for path in sorted((shared_data / "label_files" / folder).iterdir())]
    assert sum(result.count for result in results) == COUNTS[folder]
    assert not [problem for result in results for problem in result.problems if "was left out" in problem]


def test_a_json_file_without_tasks_is_told_to_be_none_of_label_studio(shared_data: Path) -> None:
    result = read_labels(shared_data / "label_files" / "label_studio" / "data_examples.json")
    assert result.problems == ("“data_examples.json” holds no tasks of Label Studio: export the project as JSON.",)


def test_deliberately_spoilt_textgrids_say_what_is_wrong_with_them(shared_data: Path) -> None:
    folder = shared_data / "label_files" / "textgrid"
    spoilt = {f"texio{number}.TextGrid" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17)}
    told = {path.name for path in folder.iterdir() if read_labels(path).problems}
    assert told == spoilt
