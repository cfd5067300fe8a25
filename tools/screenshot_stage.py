"""One running Earmark on a screen of its own, and the hands and eyes of who takes pictures of it."""

import csv
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from desktop_app import assets
from desktop_app.services.session import Selection

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QDialog, QWidget  # noqa: TID251

    from desktop_app.app.core import Core

PATIENCE_S = 30.0
QUIET_S = 0.8
"""The screen must not have changed for this long before its picture is taken."""
GARDEN = "garden-three-minutes.flac"


class Stage:
    """Drives the window as a person would, in a folder of its own, and waits for what comes of it."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        from PySide6.QtWidgets import QApplication  # noqa: TID251 - started here as the application is

        from desktop_app.app import Earmark

        self.folder = folder
        self.application = QApplication(["earmark"])
        self.application.setCursorFlashTime(0)
        self.earmark = Earmark(self.application)
        self.use_theme("light")
        self.earmark.window.resize(*size)
        self.earmark.show(None)
        self.earmark.window.activateWindow()

    @property
    def core(self) -> "Core":
        """Return the services of the window."""
        return self.earmark.core

    def until(self, reached: Callable[[], object]) -> None:
        """Let the window work until something is reached; TimeoutError after half a minute."""
        end = time.monotonic() + PATIENCE_S
        while not reached():
            self.application.processEvents()
            time.sleep(0.002)
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")

    def settle(self) -> None:
        """Let the window work until the screen has stopped changing."""
        since, last = time.monotonic(), self.picture()

        def is_quiet() -> bool:
            nonlocal since, last
            time.sleep(0.05)
            now = self.picture()
            if now != last:
                since, last = time.monotonic(), now
            return time.monotonic() - since > QUIET_S

        self.until(is_quiet)

    def picture(self) -> "QImage":
        """Return what the screen shows now: of an open dialog, the dialog alone."""
        screen = self.application.primaryScreen().grabWindow(0).toImage()
        dialog = self.dialog
        return screen if dialog is None else screen.copy(dialog.geometry())

    @property
    def dialog(self) -> "QDialog | None":
        """Return the dialog that is open."""
        from PySide6.QtWidgets import QDialog  # noqa: TID251

        dialogs = self.earmark.window.findChildren(QDialog)
        return next((dialog for dialog in dialogs if dialog.isVisible()), None)

    def use_theme(self, name: str) -> None:
        """Switch to light or dark."""
        self.core.settings.change(theme=name)

    def act(self, name: str) -> None:
        """Do what a menu, key or button does, by the name of the action."""
        self.core.actions[name].trigger()

    def go_to(self, page: str) -> "QWidget":
        """Change to a page and return it."""
        return self.earmark.window.workspaces.show_page(page)

    def sample(self, name: str) -> Path:
        """Return the path of one of the bundled recordings, in a copy of their folder that has a short path."""
        folder = self.folder / "samples"
        if not folder.exists():
            shutil.copytree(assets.samples_dir(), folder)
        return folder / name

    def open_folder(self, folder: Path) -> None:
        """Open a folder, and wait for its list and its labels."""
        listed: list[object] = []
        connection = self.earmark.listen.listing.scan_finished.connect(listed.append)
        self.earmark.open(folder)
        self.until(lambda: listed and self.core.project.store is not None)
        self.earmark.listen.listing.scan_finished.disconnect(connection)

    def show(self, path: Path) -> None:
        """Open a recording, in its folder, and wait until it is painted."""
        painted: list[bool] = []
        connection = self.earmark.listen.timeline.painted.connect(lambda: painted.append(True))
        self.earmark.open(path)
        self.until(lambda: painted and self.core.project.store is not None)
        self.earmark.listen.timeline.painted.disconnect(connection)

    def select(self, onset_s: float, offset_s: float, *band_hz: float) -> None:
        """Select a stretch of time, or with two frequencies a box."""
        self.core.session.selection = Selection(onset_s, offset_s, *band_hz)

    def label(self, name: str, onset_s: float, offset_s: float, *band_hz: float) -> None:
        """Select and label."""
        self.earmark.listen.labelling.clear()
        self.select(onset_s, offset_s, *band_hz)
        self.earmark.listen.labelling.label(name)

    def label_garden(self, until_s: float, bands_hz: dict[str, tuple[float, float]]) -> None:
        """Label what is heard in the garden up to a time: boxes where a band is given, else stretches."""
        for row in garden_events():
            if row[2] <= until_s:
                self.label(row[0], row[1], row[2], *bands_hz.get(row[0], ()))

    def classify(self) -> None:
        """Let the model judge the folder, wait until its drafts are there, and close what tells how long that took."""
        history = self.core.project.history
        before = history.undo_text
        self.act("classify")
        self.until(lambda: history.undo_text != before and not history.busy)
        self.earmark.message_bar.close_message()

    def bring_up(self, dock: str) -> None:
        """Put a panel in front of those it shares its place with."""
        toggles = self.earmark.listen.desk.toggles()
        found = next(toggle.parent() for toggle in toggles if toggle.text() == dock)
        cast("QWidget", found).raise_()

    def close_dialog(self) -> None:
        """Close the dialog that is open."""
        if self.dialog is not None:
            self.dialog.close()


def garden_events() -> Iterator[tuple[str, float, float]]:
    """Yield label, onset and offset in seconds of everything that is heard in the garden."""
    with (assets.samples_dir() / GARDEN).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["label"], float(row["onset_s"]), float(row["offset_s"])
