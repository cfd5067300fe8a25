"""The table behind the folder list: fills while a folder is scanned, sorts and filters 100,000 rows at once.

Sorting and filtering happen in here on plain lists: a QSortFilterProxyModel asks Python once for every comparison,
which takes seconds at 100,000 rows.
"""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.records import FileVerdict
from desktop_app.annotation.summaries import RecordingVerdict
from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import FoundFile
from desktop_app.ui.folder_filter import Filter
from desktop_app.ui.folder_row import COLUMNS, FolderRow
from desktop_app.ui.wording import in_one_line, in_tip, metadata_line

REORDER_MS = 400
"""Rows that move because something became known of them move this long after, many at a time."""
REORDER_REST = 5
"""At least so many times longer than moving them took."""
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Item = Qt.ItemDataRole


class FolderModel(QAbstractTableModel):
    """The rows of one folder, in the order and choice that is on screen."""

    counts_changed = Signal()
    reordered = Signal()
    """The rows on screen are others, or in another order; after the view knows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.judged = 0
        """Rows that a model has judged."""
        self.done = 0
        """Rows with labels, none of which is a draft."""
        self.left = 0
        """Rows with a draft."""
        self.unreadable = 0
        """Rows with an error."""
        self._folder: Path | None = None
        self._rows: dict[Path, FolderRow] = {}
        self._shown: list[FolderRow] = []
        self._filter = Filter()
        self._sorted_by = -1
        self._descending = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._took_s = 0.0
        self._timer.timeout.connect(self._reorder)

    @property
    def total(self) -> int:
        """Return how many recordings there are, shown or not."""
        return len(self._rows)

    @property
    def filtered(self) -> bool:
        """Return whether a filter chooses among the recordings."""
        return bool(self._filter.keeps)

    @property
    def shown(self) -> list[FolderRow]:
        """Return the rows on screen, from top to bottom; not to be changed."""
        return self._shown

    def paths(self) -> list[Path]:
        """Return every recording, in the order of the scan."""
        return list(self._rows)

    def position(self, path: Path) -> int:
        """Return the row of a recording on screen, -1 where it is not."""
        row = self._rows.get(path)
        return row.position if row is not None else -1

    def row_of(self, path: Path) -> FolderRow | None:
        """Return what is known of a recording."""
        return self._rows.get(path)

    def described(self, path: Path) -> AudioMetadata | str | None:
        """Return what is known of a recording, the sentence why nothing is, or None while it waits."""
        row = self._rows.get(path)
        return (row.metadata or row.unreadable or None) if row is not None else None

    def duration_of(self, path: Path) -> float | None:
        """Return the length of a recording in seconds, where it is known."""
        row = self._rows.get(path)
        return row.duration_s if row is not None else None

    def label_of(self, path: Path) -> str:
        """Return what people or the model say of a recording; empty where nobody said anything."""
        row = self._rows.get(path)
        return row.label if row is not None else ""

    def open_folder(self, folder: Path | None) -> None:
        """Begin anew with an empty list."""
        self.beginResetModel()
        self._folder, self._rows, self._shown = folder, {}, []
        self.judged = self.unreadable = self.done = self.left = 0
        self._timer.stop()
        self.endResetModel()
        self.counts_changed.emit()

    def add_files(self, files: Iterable[FoundFile]) -> None:
        """Put found files at the end, or where the sort order wants them."""
        new = [self._new_row(file, number) for number, file in enumerate(files, len(self._rows))]
        self._rows.update((row.path, row) for row in new)
        if self._sorted_by >= 0:
            self._reorder_soon()
        elif kept := self._filter.apply(new):
            first = len(self._shown)
            self.beginInsertRows(ROOT, first, first + len(kept) - 1)
            for position, row in enumerate(kept, first):
                row.position = position
            self._shown += kept
            self.endInsertRows()
        self.counts_changed.emit()

    def remove_files(self, paths: Iterable[Path]) -> None:
        """Take files off the list."""
        for path in paths:
            row = self._rows.pop(path, None)
            if row is not None:
                self._count(row, -1)
        self._reorder()
        self.counts_changed.emit()

    def change_files(self, files: Iterable[FoundFile]) -> None:
        """Forget what was known of files that were written anew."""
        changed = [(self._rows[file.path], file) for file in files if file.path in self._rows]
        for row, file in changed:
            self._count(row, -1)
            row.replace_file(file)
            self._count(row, 1)
        self._rows_changed((row for row, _ in changed), "")

    def show_metadata(self, described: Iterable[tuple[Path, AudioMetadata | str]]) -> None:
        """Fill in what was found out about files."""
        self._rows_changed(self._describe(described), "metadata")

    def set_verdicts(self, verdicts: Iterable[FileVerdict]) -> None:
        """Fill in what a model says."""
        self._rows_changed(self._judge(verdicts), "verdict")

    def set_labels(self, verdicts: Iterable[tuple[Path, RecordingVerdict | None]]) -> None:
        """Fill in what annotations come to."""
        self._rows_changed(self._label(verdicts), "verdict")

    def clear_labels(self) -> None:
        """Forget all annotations."""
        self.set_labels((path, None) for path, row in self._rows.items() if row.labels is not None)

    def set_filter(self, wanted: Filter) -> None:
        """Show the rows that a filter keeps."""
        self._filter = wanted
        self._reorder()
        self.counts_changed.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 for the order of the scan."""
        self._sorted_by = column
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._reorder()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return how many rows are on screen."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Item.DisplayRole) -> Any:
        """Return a column's title, over its numbers or its words."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Item.DisplayRole:
            return COLUMNS[section].title
        return _alignment(section) if role == Item.TextAlignmentRole else None

    def data(self, index: Index, role: int = Item.DisplayRole) -> Any:
        """Return what a cell shows; `UserRole` gives the whole FolderRow."""
        if not index.isValid():
            return None
        row = self._shown[index.row()]
        if role == Item.DisplayRole:
            return COLUMNS[index.column()].text(row)
        if role == Item.TextAlignmentRole:
            return _alignment(index.column())
        if role == Item.ToolTipRole:
            return in_tip(_tip(row))
        return row if role == Item.UserRole else None

    def _new_row(self, file: FoundFile, order: int) -> FolderRow:
        return FolderRow(file, _name_below(file.path, self._folder), order)

    def _describe(self, described: Iterable[tuple[Path, AudioMetadata | str]]) -> Iterator[FolderRow]:
        for path, known in described:
            if (row := self._rows.get(path)) is not None:
                self._count(row, -1)
                row.describe(known)
                self._count(row, 1)
                yield row

    def _judge(self, verdicts: Iterable[FileVerdict]) -> Iterator[FolderRow]:
        for verdict in verdicts:
            if (row := self._rows.get(verdict.path)) is not None:
                self._count(row, -1)
                row.judge(verdict)
                self._count(row, 1)
                yield row

    def _label(self, verdicts: Iterable[tuple[Path, RecordingVerdict | None]]) -> Iterator[FolderRow]:
        for path, verdict in verdicts:
            if (row := self._rows.get(path)) is not None:
                self._count(row, -1)
                row.labels = verdict if verdict is not None and verdict.has_labels else None
                self._count(row, 1)
                yield row

    def _count(self, row: FolderRow, change: int) -> None:
        self.judged += change * (row.best is not None)
        self.done += change * (row.status not in (None, Status.DRAFT))
        self.left += change * (row.status is Status.DRAFT)
        self.unreadable += change * bool(row.error)

    def _rows_changed(self, rows: Iterable[FolderRow], what: str) -> None:
        """Repaint rows, and move them soon where their place depends on what changed (empty: on anything)."""
        positions = [row.position for row in rows]
        for first, last in runs(position for position in positions if position >= 0):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))
        moves = self._sorted_by >= 0 and (not what or COLUMNS[self._sorted_by].depends == what)
        if positions and (moves or self._filter.waits):
            self._reorder_soon()
        self.counts_changed.emit()

    def _reorder_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start(max(REORDER_MS, round(1000 * self._took_s * REORDER_REST)))

    def _reorder(self) -> None:
        """Filter and sort; what is selected or current stays so, wherever it moves."""
        self._timer.stop()
        started_s = time.monotonic()
        self.layoutAboutToBeChanged.emit()
        kept_indexes = self.persistentIndexList()
        kept_rows = [(self._shown[index.row()], index.column()) for index in kept_indexes]
        for row in self._shown:
            row.position = -1
        self._shown = self._in_order(self._filter.apply(list(self._rows.values())))
        for position, row in enumerate(self._shown):
            row.position = position
        moved = [self.index(row.position, column) if row.position >= 0 else ROOT for row, column in kept_rows]
        self.changePersistentIndexList(kept_indexes, moved)
        self.layoutChanged.emit()
        self._took_s = time.monotonic() - started_s
        self.reordered.emit()

    def _in_order(self, rows: list[FolderRow]) -> list[FolderRow]:
        """Return the rows sorted, those without a value last, equals in the order of the scan."""
        if self._sorted_by < 0:
            return rows
        key = COLUMNS[self._sorted_by].key
        valued = [row for row in rows if key(row) is not None]
        without = [row for row in rows if key(row) is None] if len(valued) < len(rows) else []
        valued.sort(key=key, reverse=self._descending)
        return valued + without


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of every run of consecutive numbers, each named once."""
    ordered = sorted(set(numbers))
    start = 0
    for at in range(1, len(ordered) + 1):
        if at == len(ordered) or ordered[at] != ordered[at - 1] + 1:
            yield ordered[start], ordered[at - 1]
            start = at


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _name_below(path: Path, folder: Path | None) -> str:
    """Return the path below the folder, fit to be shown; by string, since 100,000 Paths are compared too slowly."""
    text, base = str(path), f"{folder}/" if folder is not None else ""
    below = text[len(base) :] if base and text.startswith(base) else None
    if below is None:
        below = str(path.relative_to(folder)) if folder is not None and path.is_relative_to(folder) else text
    below = PurePath(below).as_posix() if "\\" in below else below
    return below if below.isascii() else os.fsencode(below).decode("utf-8", "replace")


def _tip(row: FolderRow) -> str:
    lines = [in_one_line(row.name)]
    if row.error:
        lines.append(row.error)
    if row.metadata is not None:
        lines.append(metadata_line(row.metadata))
    if row.best is not None:
        best = row.best
        lines.append(f"{best.label} {best.score:.2f} at {best.onset_s:.2f}-{best.offset_s:.2f} s ({best.source})")
    return "\n".join(lines)
