"""The sheet of all keys, made from the table of actions and the gestures of the timeline."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_app.ui.actions import ActionSpec, grouped, shown_key
from desktop_app.ui.widgets import role_label

GESTURES: tuple[tuple[str, str], ...] = (
    ("Drag", "Select time; on the spectrogram a box in time and frequency"),
    ("Drag an edge", "Move that edge of the selection"),
    ("Click", "Set the play head"),
    ("Shift + click", "Select up to there"),
    ("Double-click", "Play from there, or the selection"),
    ("Wheel", "Scroll in time"),
    ("Ctrl + wheel", "Zoom in time at the cursor"),
    ("Middle drag", "Move the view"),
    ("Wheel on the Hz axis", "Zoom in frequency; drag moves, double-click shows all"),
    ("Wheel on amplitude", "Stretch the waveform"),
)

KEY_WIDTH = 136
RIGHT_GROUPS = ("Play", "View")


class KeysSheet(QDialog):
    """Shows every key and gesture in two columns; Esc closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and gestures")
        self.resize(920, 680)
        columns = [QVBoxLayout(), QVBoxLayout()]
        for title, specs in grouped():
            columns[title in RIGHT_GROUPS].addWidget(_section(title, [_row(spec) for spec in specs]))
        columns[0].addWidget(_section("On the timeline", list(GESTURES)))
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


def _row(spec: ActionSpec) -> tuple[str, str]:
    keys = " or ".join(shown_key(key) for key in spec.keys[:2])
    return keys, spec.tip or spec.text.removesuffix("…")


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
