"""Labelling and reviewing a folder by keyboard alone, through the real window; every key that is pressed is counted."""

import csv
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.annotation.annotations import Status
from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.app import Earmark
from desktop_app.ui.folder_row import column_number
from tests.audio.fake_output import FakeDevice

CLIPS = 30
MOST_KEYS_PER_CLIP = 1.3
Key = Qt.Key


def is_speech(path: Path) -> bool:
    """Return what a person would hear: the samples of words bear the speaker in their names."""
    return any(word in path.name.lower() for word in ("-man", "-woman", "telephone", "word", "stop"))


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Return a folder with the 30 bundled samples."""
    return Path(shutil.copytree(assets.samples_dir(), tmp_path / "clips"))


@dataclass
class Keyboard:
    """Presses keys on whatever has the keyboard, and counts them; a key with Ctrl held is one."""

    qtbot: QtBot
    earmark: Earmark
    pressed: int = 0

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key."""
        self.pressed += 1
        self.qtbot.keyClick(QApplication.focusWidget() or self.earmark.window, key, modifier)

    def type(self, text: str) -> None:
        """Press the key of each letter."""
        for letter in text:
            self.pressed += 1
            self.qtbot.keyClick(QApplication.focusWidget(), letter)

    @property
    def shown(self) -> Path | None:
        """Return the recording on screen."""
        return self.earmark.core.session.recording


@pytest.fixture
def keyboard(qtbot: QtBot, earmark: Earmark) -> Keyboard:
    """Return the keyboard of the window."""
    return Keyboard(qtbot, earmark)


def open_clips(earmark: Earmark, folder: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignals([earmark.listen.listing.scan_finished, earmark.core.project.opened], timeout=20_000):
        earmark.show(folder)
    qtbot.waitUntil(earmark.window.isActiveWindow)
    model = earmark.listen.folder_panel.model
    qtbot.waitUntil(lambda: all(row.metadata for row in model.shown), timeout=20_000)


def labels_of(earmark: Earmark) -> dict[str, str]:
    """Return what people said of each clip that is listed."""
    rows = earmark.listen.folder_panel.model.shown
    return {row.path.name: row.label for row in rows if row.status is Status.ACCEPTED}


def test_thirty_clips_are_labelled_with_at_most_one_and_a_third_keys_each_and_are_there_again(
    qapp: QApplication, keyboard: Keyboard, earmark: Earmark, clips: Path, device: FakeDevice, qtbot: QtBot
) -> None:
    open_clips(earmark, clips, qtbot)
    if keyboard.shown is None:
        keyboard.press(Key.Key_Down)
    names: list[str] = []
    heard: dict[str, str] = {}
    while keyboard.shown is not None and keyboard.shown.name not in heard:
        name = "yes" if is_speech(keyboard.shown) else "no"
        heard[keyboard.shown.name] = name
        if name in names:
            keyboard.type(str(1 + names.index(name)))
        else:
            keyboard.press(Key.Key_B, Qt.KeyboardModifier.ControlModifier)
            keyboard.type(name)
            keyboard.press(Key.Key_Return)
            names.append(name)
    assert len(heard) == CLIPS
    assert set(heard.values()) == {"yes", "no"}
    assert keyboard.pressed <= MOST_KEYS_PER_CLIP * CLIPS
    assert labels_of(earmark) == heard
    earmark.window.close()

    again = Earmark(qapp, device)
    qtbot.addWidget(again.window)
    open_clips(again, clips, qtbot)
    qtbot.waitUntil(lambda: again.listen.folder_panel.model.done == CLIPS)
    assert labels_of(again) == heard
    again.window.close()


def take_drafts(earmark: Earmark, qtbot: QtBot) -> None:
    """Let a model say “yes” of every clip, of later ones with a lower score, and put that down as drafts."""
    paths = earmark.listen.folder_panel.model.paths()
    said = [
        FileVerdict(path, (Prediction(path, 0.0, 1.0, "yes", round(0.99 - 0.03 * number, 2), "model"),), None)
        for number, path in enumerate(paths)
    ]
    earmark.listen.folder_panel.model.set_verdicts(said)
    with qtbot.waitSignal(earmark.core.project.annotations_changed):
        earmark.core.project.take(said)


@pytest.fixture
def review(earmark: Earmark, keyboard: Keyboard, clips: Path, qtbot: QtBot) -> Iterator[Keyboard]:
    """Return the keyboard over a folder of drafts, filtered to them and sorted by score, the least sure one shown."""
    open_clips(earmark, clips, qtbot)
    take_drafts(earmark, qtbot)
    panel = earmark.listen.folder_panel
    panel.view.sortByColumn(column_number("score"), Qt.SortOrder.AscendingOrder)
    panel.set_filter("status:draft")
    panel.view.setFocus()
    keyboard.press(Key.Key_Home)
    keyboard.pressed = 0
    yield keyboard


def test_the_filter_is_typed_and_left_and_the_list_is_sorted_by_keys(
    earmark: Earmark, keyboard: Keyboard, clips: Path, qtbot: QtBot
) -> None:
    open_clips(earmark, clips, qtbot)
    take_drafts(earmark, qtbot)
    panel = earmark.listen.folder_panel
    in_folder = panel.shown_paths()
    keyboard.press(Key.Key_F9)
    assert panel.shown_paths() == in_folder[::-1], "the least sure first"
    assert earmark.core.session.recording == in_folder[-1]
    keyboard.press(Key.Key_F9)
    assert panel.shown_paths() == in_folder
    for text, name in (("cuckoo", "cuckoo.ogg"), ("warb", "warbler.flac")):
        keyboard.press(Key.Key_Slash)
        assert panel.filter.hasFocus()
        keyboard.type(text)
        keyboard.press(Key.Key_Return)
        assert [path.name for path in panel.shown_paths()] == [name]
        assert panel.view.hasFocus()
    keyboard.press(Key.Key_Slash)
    keyboard.press(Key.Key_Escape)
    assert (panel.filter.text(), panel.shown_paths()) == ("", in_folder)
    assert panel.view.hasFocus()
    keyboard.press(Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    keyboard.type("zz")
    keyboard.press(Key.Key_Escape)
    assert panel.view.hasFocus(), "Esc leaves the field without a label"
    assert earmark.listen.label_panel.entry.text() == ""


def settle(earmark: Earmark, qtbot: QtBot) -> None:
    """Wait until the list has taken away what the filter hides."""
    model = earmark.listen.folder_panel.model
    qtbot.waitUntil(lambda: all(row.status is Status.DRAFT for row in model.shown))


@pytest.mark.parametrize("patience", [0, 1, 4])
def test_a_review_by_enter_del_and_u_skips_no_draft_although_the_judged_leave_the_list(
    review: Keyboard, earmark: Earmark, qtbot: QtBot, patience: int
) -> None:
    wanted = [row.path for row in earmark.listen.folder_panel.model.shown]
    seen = []
    for number, key in zip(range(CLIPS), itertools.cycle([Key.Key_Return, Key.Key_Delete, Key.Key_U]), strict=False):
        assert review.shown is not None
        seen.append(review.shown)
        review.press(key)
        if patience and number % patience == 0:
            settle(earmark, qtbot)
    assert seen == wanted
    settle(earmark, qtbot)
    model = earmark.listen.folder_panel.model
    assert (model.done, model.left, review.pressed) == (CLIPS, 0, CLIPS)
    verdicts = [row.status for row in map(model.row_of, wanted) if row is not None]
    assert verdicts == [Status.ACCEPTED, Status.REJECTED, Status.UNCERTAIN] * (CLIPS // 3)


def test_a_class_key_corrects_a_draft_and_goes_on(review: Keyboard, earmark: Earmark, qtbot: QtBot) -> None:
    first, second, third = earmark.listen.folder_panel.shown_paths()[:3]
    review.press(Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    review.type("no")
    review.press(Key.Key_Return)
    assert review.shown == second
    review.type("2")
    assert review.shown == third
    for path in (first, second):
        row = earmark.listen.folder_panel.model.row_of(path)
        assert row is not None and row.labels is not None
        assert (row.label, row.status, row.labels.rejected) == ("no", Status.ACCEPTED, ("yes",))


def test_right_skips_and_left_goes_back_even_to_what_the_filter_hides_by_now(
    review: Keyboard, earmark: Earmark, qtbot: QtBot
) -> None:
    first, second, third, fourth = earmark.listen.folder_panel.shown_paths()[:4]
    review.press(Key.Key_Return)
    review.press(Key.Key_Right)
    assert review.shown == third
    settle(earmark, qtbot)
    for back in (second, first):
        review.press(Key.Key_Left)
        assert review.shown == back
    review.press(Key.Key_U)
    row = earmark.listen.folder_panel.model.row_of(first)
    assert row is not None
    assert row.status is Status.UNCERTAIN, "what was accepted too quickly can be judged again"
    assert review.shown == second
    for on in (third, fourth):
        review.press(Key.Key_Return)
        assert review.shown == on


def test_keys_that_label_neither_scroll_the_list_nor_search_it(
    review: Keyboard, earmark: Earmark, qtbot: QtBot
) -> None:
    view = earmark.listen.folder_panel.view
    view.verticalScrollBar().setValue(3)
    shown, at = review.shown, view.verticalScrollBar().value()
    review.type("ywfsg0")
    assert review.shown == shown
    assert view.verticalScrollBar().value() == at


def test_with_autoplay_the_next_clip_is_heard_after_a_verdict(review: Keyboard, earmark: Earmark, qtbot: QtBot) -> None:
    second = earmark.listen.folder_panel.shown_paths()[1]
    review.press(Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(earmark.core.playback.playing_changed):
        review.press(Key.Key_Return)
    assert review.shown == second
    qtbot.waitUntil(lambda: earmark.core.playback.path == second and earmark.core.playback.playing)


def saved_table(earmark: Earmark, to: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Save the list by its action, and read it back."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(to), ""))
    earmark.core.actions["save_table"].trigger()
    qtbot.waitUntil(lambda: f"The list of {CLIPS} files was saved" in earmark.message_bar.text)
    with to.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_verdicts_are_saved_as_a_table_in_the_order_of_the_list(
    review: Keyboard, earmark: Earmark, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    earmark.core.settings.change(reviewer="Ada")
    for key in (Key.Key_Return, Key.Key_Delete, Key.Key_U):
        review.press(key)
    panel = earmark.listen.folder_panel
    panel.set_filter("")
    rows = saved_table(earmark, tmp_path / "verdicts", qtbot, monkeypatch)
    assert [row["path"] for row in rows] == [row.name for row in panel.model.shown]
    assert [row["status"] for row in rows[:4]] == ["accepted", "rejected", "uncertain", "draft"]
    assert [row["label"] for row in rows[:4]] == ["yes", "", "", ""]
    assert [row["reviewer"] for row in rows[:4]] == ["Ada"] * 3 + [""]
    assert {row["model_label"] for row in rows} == {"yes"}
    assert float(rows[0]["model_score"]) < float(rows[-1]["model_score"])
    assert float(rows[0]["duration_s"]) > 0


def test_another_day_the_table_still_tells_what_the_model_said_of_what_was_judged(
    qapp: QApplication,
    review: Keyboard,
    earmark: Earmark,
    clips: Path,
    device: FakeDevice,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = [path.name for path in earmark.listen.folder_panel.shown_paths()[:3]]
    for key in (Key.Key_Return, Key.Key_Delete, Key.Key_U):
        review.press(key)
    earmark.window.close()
    again = Earmark(qapp, device)
    qtbot.addWidget(again.window)
    open_clips(again, clips, qtbot)
    qtbot.waitUntil(lambda: again.listen.folder_panel.model.done == 3)
    rows = {row["path"]: row for row in saved_table(again, tmp_path / "later", qtbot, monkeypatch)}
    said = [(rows[name]["status"], rows[name]["model_label"], rows[name]["model_score"]) for name in judged]
    assert said == [("accepted", "yes", "0.12"), ("rejected", "yes", "0.15"), ("uncertain", "yes", "0.18")]
    again.window.close()
