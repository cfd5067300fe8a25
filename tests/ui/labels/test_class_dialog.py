"""The classes of a project, changed in their dialog: each change at once, and one step to undo."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.annotation.table_query import TableQuery
from desktop_app.services.project import Project
from desktop_app.ui.labels.class_dialog import OFFERED_COLOURS, ClassDialog

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(project: Project, qtbot: QtBot) -> Iterator[ClassDialog]:
    """Return the dialog with robin chosen."""
    dialog = ClassDialog.open_for(project, "robin")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    qtbot.waitExposed(dialog)
    yield dialog
    dialog.close()


def count(project: Project, label: str) -> int:
    assert project.store is not None
    return project.store.count(TableQuery(labels=(label,)))


def names(project: Project) -> tuple[str, ...]:
    return project.scheme.names


def test_a_new_name_goes_to_every_annotation_and_back_with_one_undo(dialog: ClassDialog, project: Project) -> None:
    assert dialog.name.text() == "robin"
    QTest.keyClicks(dialog.name, "European robin")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert names(project) == ("European robin", "wren")
    assert (count(project, "robin"), count(project, "European robin")) == (0, 6)
    assert dialog.list.currentItem().text() == "European robin"
    QTest.keyClick(dialog.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert names(project) == ("robin", "wren")
    assert count(project, "robin") == 6


def test_the_name_of_another_class_is_refused_and_nothing_changes(dialog: ClassDialog, project: Project) -> None:
    dialog.name.selectAll()
    QTest.keyClicks(dialog.name, "wren")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert "merge them" in dialog.problem
    assert dialog.name.text() == "robin"
    assert names(project) == ("robin", "wren")


def test_colour_key_and_group_change_at_once(dialog: ClassDialog, project: Project) -> None:
    QTest.mouseClick(dialog.swatch(OFFERED_COLOURS[4]), LEFT)
    dialog.key.setCurrentIndex(dialog.key.count() - 1)
    letter = dialog.key.currentData()
    dialog.key.activated.emit(dialog.key.currentIndex())
    dialog.group.setEditText("birds")
    QTest.keyClick(dialog.group, Qt.Key.Key_Return)
    robin = project.scheme.get("robin")
    assert robin is not None
    assert (robin.colour, robin.key, robin.group) == (OFFERED_COLOURS[4], letter, "birds")


def test_keys_that_mean_something_in_the_window_or_belong_to_another_class_are_not_offered(dialog: ClassDialog) -> None:
    offered = {dialog.key.itemData(place) for place in range(dialog.key.count())}
    assert {"", "1", "3"} <= offered
    assert not offered & {"2", "u", "n", "p"}


def test_a_class_is_added_moved_up_and_removed_while_annotations_keep_their_label(
    dialog: ClassDialog, project: Project
) -> None:
    QTest.keyClicks(dialog.new, "blackbird")
    QTest.keyClick(dialog.new, Qt.Key.Key_Return)
    assert dialog.name.text() == "blackbird"
    QTest.mouseClick(dialog.up, LEFT)
    QTest.mouseClick(dialog.up, LEFT)
    QTest.mouseClick(dialog.up, LEFT)
    assert names(project) == ("blackbird", "robin", "wren")
    dialog.choose("robin")
    QTest.mouseClick(dialog.remove, LEFT)
    assert names(project) == ("blackbird", "wren")
    assert count(project, "robin") == 6


def test_merging_gives_all_annotations_the_other_label_in_one_step(
    dialog: ClassDialog, project: Project, qtbot: QtBot
) -> None:
    assert dialog.into.currentText() == "wren"
    QTest.mouseClick(dialog.merge, LEFT)
    qtbot.waitUntil(lambda: names(project) == ("wren",))
    assert (count(project, "robin"), count(project, "wren")) == (0, 9)
    assert dialog.name.text() == "wren"
    project.history.undo()
    assert (count(project, "robin"), count(project, "wren")) == (6, 3)


def test_a_name_without_letters_is_refused(dialog: ClassDialog, project: Project) -> None:
    QTest.keyClicks(dialog.new, "   ")
    QTest.keyClick(dialog.new, Qt.Key.Key_Return)
    assert "needs a name" in dialog.problem
    assert names(project) == ("robin", "wren")


def test_a_very_long_name_leaves_the_dialog_as_it_is(dialog: ClassDialog) -> None:
    before = dialog.minimumSizeHint().width()
    QTest.keyClicks(dialog.new, "Turdus merula " * 12)
    QTest.keyClick(dialog.new, Qt.Key.Key_Return)
    dialog.choose("robin")
    assert dialog.into.count() == 2
    assert dialog.minimumSizeHint().width() == before


def test_only_classes_among_others_can_be_moved(dialog: ClassDialog, project: Project, qtbot: QtBot) -> None:
    assert dialog.up.isEnabled() and dialog.down.isEnabled()
    while dialog.list.count() > 1:
        with qtbot.waitSignal(project.scheme_changed):
            dialog.remove.click()
    assert not dialog.up.isEnabled() and not dialog.down.isEnabled()
