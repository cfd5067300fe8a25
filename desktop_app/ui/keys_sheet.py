"""The sheet of all keys, made from the table of actions and the gestures of the timeline."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_app.ui.actions import grouped, shown_key, what_it_does
from desktop_app.ui.key_presets import LIST_KEYS, PRESETS, gestures_of
from desktop_app.ui.widgets import role_label

SIZE = QSize(920, 680)
FRAME = QSize(16, 64)
"""Room that the sheet leaves on a small screen, for its title bar and the one of the system."""
KEY_WIDTH = 136
RIGHT_GROUPS = ("Go", "Play", "View", "On the timeline")


class KeysSheet(QDialog):
    """Shows every key and gesture in two columns, beside the window that they are tried in; Esc closes it."""

    def __init__(self, preset: str, wheel: str, parent: QWidget | None = None) -> None:
        """Show those of a preset, with what the wheel does: words of the settings."""
        super().__init__(parent)
        of_others = f" as in {PRESETS[preset].title}" if preset != "earmark" else ""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Keys and gestures{of_others}")
        self.resize(SIZE.boundedTo(self.screen().availableSize() - FRAME))
        columns = [QVBoxLayout(), QVBoxLayout()]
        for title, rows in sections(preset, wheel):
            columns[title in RIGHT_GROUPS].addWidget(_section(title, rows))
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(24, 16, 24, 16)
        row.setSpacing(32)
        for column in columns:
            column.setSpacing(16)
            column.addStretch()
            row.addLayout(column, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)


def sections(preset: str, wheel: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what stands on the sheet and in docs/keys.md: titles, and below each rows of keys and what they do."""
    groups = [
        (title, [(" or ".join(map(shown_key, keys[:2])), what_it_does(spec)) for spec, keys in rows])
        for title, rows in grouped(preset)
    ]
    return [*groups, ("In the folder list", list(LIST_KEYS)), ("On the timeline", list(gestures_of(wheel)))]


def _section(title: str, rows: list[tuple[str, str]]) -> QWidget:
    section = QWidget()
    grid = QGridLayout(section)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.addWidget(role_label(title, "title"), 0, 0, 1, 2)
    for number, (keys, what) in enumerate(rows, start=1):
        key_label = role_label(keys)
        key_label.setFixedWidth(KEY_WIDTH)
        text = QLabel(what)
        text.setWordWrap(True)
        grid.addWidget(key_label, number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, number, 1)
    grid.setColumnStretch(1, 1)
    return section
