"""Import, export and re-linking of labels in their dialogs."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.table_query import TableQuery
from desktop_app.services.label_files import LabelFiles
from desktop_app.services.messages import Messages
from desktop_app.services.project import Project
from desktop_app.services.relinking import Relinking
from desktop_app.services.settings import Settings
from desktop_app.ui.labels.export_dialog import LabelExportDialog, LabelOffer
from desktop_app.ui.labels.import_dialog import ImportDialog, file_kinds
from desktop_app.ui.labels.relink_panel import MissingBar, RelinkDialog

LEFT = Qt.MouseButton.LeftButton


def labels_of(project: Project) -> list[str]:
    assert project.store is not None
    return [row.annotation.label for row in project.store.page(TableQuery(), 0, 100)]


def import_dialog(project: Project, paths: list[Path], qtbot: QtBot) -> ImportDialog:
    dialog = ImportDialog(LabelFiles(project), paths, project.scheme)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: bool(dialog.summary))
    return dialog


def test_the_preview_tells_format_rows_damage_and_what_has_no_recording(
    project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "b.txt").write_text("0.5\t0.75\tcuckoo\n2.0\t1.0\tbackwards\n")
    (tmp_path / "nowhere.txt").write_text("0.5\t0.75\tcuckoo\n")
    dialog = import_dialog(project, [tmp_path / "b.txt", tmp_path / "nowhere.txt"], qtbot)
    assert dialog.summary == (
        "Audacity label track: 2 annotations; 1 stays out: 1 recording cannot be placed in this folder."
    )
    model = dialog.rows.model()
    shown = [[model.index(row, column).data() for column in range(4)] for row in range(model.rowCount())]
    assert shown == [
        ["cuckoo", "b.wav", "00:00.500", "0.250 s"],
        ["cuckoo", "nowhere (cannot be placed)", "00:00.500", "0.250 s"],
    ]
    problems = dialog.problems.toPlainText().splitlines()
    assert len(problems) == 2
    assert "no recording called “nowhere”" in problems[0]
    assert "Row 2 of “b.txt” was left out" in problems[1]


def test_labels_are_renamed_and_left_out_on_the_way_in(project: Project, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "a.txt").write_text("0.1\t0.2\tErithacus\n0.3\t0.4\tnoise\n0.5\t0.6\tnoise\n")
    dialog = import_dialog(project, [tmp_path / "a.txt"], qtbot)
    noise, erithacus = dialog.mapping.item(0, 0), dialog.mapping.item(1, 2)
    assert noise is not None and erithacus is not None
    noise.setCheckState(Qt.CheckState.Unchecked)
    erithacus.setText("robin")
    assert "2 stay out by their label" in dialog.summary
    with qtbot.waitSignal(dialog.imported) as told:
        QTest.mouseClick(dialog.take, LEFT)
    assert told.args == ["1 annotation imported; 2 were left out."]
    assert sorted(labels_of(project)) == ["robin"] * 7 + ["wren"] * 3
    project.history.undo()
    assert len(labels_of(project)) == 9


def test_a_second_import_of_the_same_file_adds_nothing(project: Project, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "a.txt").write_text("0.1\t0.2\trobin\n")
    told = []
    for _ in range(2):
        dialog = import_dialog(project, [tmp_path / "a.txt"], qtbot)
        with qtbot.waitSignal(dialog.imported) as signal:
            QTest.mouseClick(dialog.take, LEFT)
        told += signal.args
    assert told == ["1 annotation imported.", "0 annotations imported; 1 was here already."]
    assert len(labels_of(project)) == 10


def test_what_only_the_import_finds_is_told_with_it(project: Project, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "a.txt").write_text("0.1\t0.2\trobin\n100\t101\twren\n")
    (tmp_path / "b.txt").write_text("100\t101\twren\n")
    dialog = import_dialog(project, [tmp_path / "a.txt", tmp_path / "b.txt"], qtbot)
    with qtbot.waitSignal(dialog.imported) as told:
        QTest.mouseClick(dialog.take, LEFT)
    late = "“a.wav” ends at 4.0 s, before 1 annotation of it: is it the right recording?"
    assert told.args == [f"3 annotations imported. {late} And 1 more like it."]


def test_a_file_that_is_none_says_so_and_cannot_be_imported(project: Project, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ada,\nthe robins are back.\n")
    dialog = import_dialog(project, [tmp_path / "letter.txt"], qtbot)
    assert not dialog.take.isEnabled()
    assert "letter.txt" in dialog.problems.toPlainText()


@pytest.mark.realdata
def test_genuine_files_of_other_programs_are_recognised_in_the_preview(
    project: Project, shared_data: Path, qtbot: QtBot
) -> None:
    files = [path for path in sorted((shared_data / "label_files").rglob("*")) if path.suffix == ".TextGrid"][:3]
    if not files:
        pytest.skip("no TextGrid among the genuine files")
    dialog = import_dialog(project, files, qtbot)
    assert dialog.summary.startswith("Praat TextGrid: ")


@pytest.fixture
def export(project: Project, settings: Settings, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelExportDialog]:
    """Return the dialog for all annotations, or those that are wrens."""
    offer = LabelOffer([("All", TableQuery()), ("Wrens", TableQuery(labels=("wren",)))])
    dialog = LabelExportDialog(LabelFiles(project), offer, settings)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.target.setText(str(tmp_path / "out" / "labels.csv"))
    qtbot.waitUntil(dialog.export.isEnabled)
    yield dialog
    dialog.close()


def choose_format(dialog: LabelExportDialog, title: str, qtbot: QtBot) -> None:
    dialog.format.setCurrentIndex(dialog.format.findText(title))
    assert not dialog.export.isEnabled()


def export_now(dialog: LabelExportDialog, qtbot: QtBot) -> str:
    qtbot.waitUntil(dialog.export.isEnabled)
    with qtbot.waitSignal(dialog.written) as told:
        QTest.mouseClick(dialog.export, LEFT)
    assert told.args is not None
    return str(told.args[0])


def test_everything_goes_into_one_table_that_reads_back_the_same(
    export: LabelExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    assert export.words == "9 annotations on 3 recordings will be written.\nEarmark table (CSV) holds all of it."
    assert export_now(export, qtbot) == f"9 annotations written to {tmp_path / 'out' / 'labels.csv'}."
    with (tmp_path / "out" / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == ["robin", "wren", "robin"] * 3


def test_formats_are_listed_by_their_titles(export: LabelExportDialog) -> None:
    titles = [export.format.itemText(place) for place in range(export.format.count())]
    assert titles == sorted(titles, key=str.casefold) and export.format.currentText() == "Earmark table (CSV)"


def test_what_a_format_cannot_hold_is_said_before(export: LabelExportDialog, tmp_path: Path, qtbot: QtBot) -> None:
    choose_format(export, "Praat TextGrid", qtbot)
    assert not export.each_alone.isEnabled()
    export.target.setText(str(tmp_path / "grids"))
    qtbot.waitUntil(lambda: "Without their frequencies: 3 annotations." in export.words)
    export_now(export, qtbot)
    assert sorted(path.name for path in (tmp_path / "grids").iterdir()) == ["a.TextGrid", "b.TextGrid", "c.TextGrid"]


def test_a_choice_and_statuses_leave_out_the_rest(export: LabelExportDialog, qtbot: QtBot) -> None:
    export.statuses[Status.ACCEPTED].click()
    export.statuses[Status.UNCERTAIN].click()
    qtbot.waitUntil(lambda: export.words.startswith("3 annotations on 3 recordings"))
    export.choice("Wrens").click()
    qtbot.waitUntil(lambda: export.words.startswith("There are no such annotations"))
    assert not export.export.isEnabled()


def test_each_recording_gets_a_file_of_its_own_where_that_is_wanted(
    export: LabelExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    export.each_alone.click()
    export.target.setText(str(tmp_path / "tables"))
    export_now(export, qtbot)
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["a.csv", "b.csv", "c.csv"]


def test_another_format_keeps_the_folder_that_was_chosen_and_forgets_what_the_last_one_forced(
    export: LabelExportDialog, tmp_path: Path
) -> None:
    export.target.setText(str(tmp_path / "chosen" / "owls.csv"))
    export.format.setCurrentIndex(export.format.findText("Praat TextGrid"))
    assert (export.target.text(), export.each_alone.isChecked()) == (str(tmp_path / "chosen" / "textgrid"), True)
    export.format.setCurrentIndex(export.format.findText("Earmark JSON"))
    assert (export.target.text(), export.each_alone.isChecked()) == (str(tmp_path / "chosen" / "labels.json"), False)


def test_a_file_that_would_be_written_over_is_told(export: LabelExportDialog, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "there.csv").write_text("precious")
    export.target.setText(str(tmp_path / "there.csv"))
    qtbot.waitUntil(lambda: "1 file that is there is written over." in export.words)


def test_a_file_name_for_several_recordings_is_refused_before_anything_is_written(
    export: LabelExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    choose_format(export, "Raven selection table", qtbot)
    export.target.setText(str(tmp_path / "labels.txt"))
    qtbot.waitUntil(lambda: "a file for each of the 3 recordings: name a folder." in export.words)
    assert not export.export.isEnabled()
    export.target.setText(str(tmp_path / "tables"))
    qtbot.waitUntil(export.export.isEnabled)


def test_annotations_become_clips_with_context_in_a_folder_for_each_label(
    export: LabelExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    export.choice("Wrens").click()
    choose_format(export, "Clips with a manifest", qtbot)
    export.context.setValue(0.5)
    export.target.setText(str(tmp_path / "clips"))
    export_now(export, qtbot)
    written = sorted(path.relative_to(tmp_path / "clips").as_posix() for path in (tmp_path / "clips").rglob("*.*"))
    assert written == ["manifest.csv", "wren/a_1.50.flac", "wren/b_1.50.flac", "wren/c_1.50.flac"]
    assert soundfile.info(tmp_path / "clips" / "wren" / "a_1.50.flac").duration == pytest.approx(2.0)


def test_missing_recordings_are_told_listed_and_found_in_another_folder(
    project: Project, messages: Messages, labelled: Path, qtbot: QtBot
) -> None:
    relinking = Relinking(project, messages)
    opened: list[bool] = []
    bar = MissingBar(relinking, lambda: opened.append(True))
    qtbot.addWidget(bar)
    (labelled / "archive" / "x").mkdir(parents=True)
    shutil.move(labelled / "night" / "c.wav", labelled / "archive" / "x" / "c.wav")
    sound, rate = soundfile.read(labelled / "archive" / "x" / "c.wav")
    soundfile.write(labelled / "archive" / "x" / "c.wav", sound[::2], rate)  # other content: only a person can tell
    paths = ["a.wav", "b.wav"]
    relinking.look(labelled / path for path in paths)
    qtbot.waitUntil(lambda: bar.words == "1 labelled recording is missing.")
    dialog = RelinkDialog(relinking, labelled, lambda: paths)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == ["night/c.wav"]
    dialog.relink_to(labelled.parent)
    assert "outside of the open folder" in dialog.words
    dialog.relink_to(labelled / "archive")
    assert "No file" in dialog.words
    paths.append("archive/x/c.wav")  # copied there while the dialog stands
    dialog.relink_to(labelled / "archive" / "x")
    qtbot.waitUntil(lambda: not relinking.missing)
    assert dialog.isHidden()
    assert project.history.undo_text == "Re-link 1 recording"
    assert len(project.annotations_of(labelled / "archive" / "x" / "c.wav")) == 3


def test_a_closed_dialog_of_missing_recordings_hears_of_no_more(
    project: Project, messages: Messages, labelled: Path, qtbot: QtBot
) -> None:
    relinking = Relinking(project, messages)
    relinking.look(labelled / path for path in ("a.wav", "b.wav"))
    qtbot.waitUntil(lambda: len(relinking.missing) == 1)
    dialog = RelinkDialog(relinking, labelled, lambda: ["a.wav", "b.wav"])
    dialog.show()
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
    project.close()
    assert relinking.missing == []


def test_labels_are_not_given_to_a_file_that_has_labels_of_its_own(
    project: Project, messages: Messages, labelled: Path, qtbot: QtBot
) -> None:
    relinking = Relinking(project, messages)
    told: list[str] = []
    messages.posted.connect(lambda message: told.append(message.text))
    (labelled / "night" / "c.wav").rename(labelled.parent / "c.wav")
    relinking.look(labelled / path for path in ("a.wav", "b.wav"))
    qtbot.waitUntil(lambda: len(relinking.missing) == 1)
    relinking.relink([(relinking.missing[0], "a.wav")])
    qtbot.waitUntil(lambda: any("labels of their own" in each for each in told))
    assert len(project.annotations_of(labelled / "a.wav")) == 3


def test_the_file_dialog_of_an_import_shows_label_files_and_no_recordings() -> None:
    label_files, everything = file_kinds().split(";;")
    assert {"*.txt", "*.csv", "*.TextGrid", "*.json"} <= set(label_files.partition("(")[2].rstrip(")").split())
    assert not {"*.wav", "*."} & set(label_files.partition("(")[2].rstrip(")").split())
    assert everything == "All files (*)"
