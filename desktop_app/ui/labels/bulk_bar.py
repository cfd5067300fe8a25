"""What can be done with the chosen annotations, below their table."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from desktop_app.ui.actions import shown_key
from desktop_app.ui.labels.class_palette import FlowLayout
from desktop_app.ui.labels.label_panel import LabelEntry
from desktop_app.ui.labels.table_view import ACCEPT, DELETE, KEYS, REJECT, UNCERTAIN
from desktop_app.ui.widgets import role_label
from desktop_app.words import counted

ENTRY_WIDTH = 160


class BulkBar(QWidget):
    """Counts what is found and chosen, and offers what can be done with it."""

    acted = Signal(str)
    """One of the acts of the table."""
    relabelled = Signal(str)
    """Label for all that is chosen."""
    noted = Signal(str)
    """Note for all that is chosen."""
    all_wanted = Signal()
    """Choose everything that the filter finds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = role_label()
        self.choose_all = QPushButton("Select all")
        self.choose_all.setToolTip(f"Choose everything that the filter finds ({shown_key('Ctrl+A')})")
        self.choose_all.clicked.connect(lambda _: self.all_wanted.emit())
        self.entry = LabelEntry()
        self.entry.setFixedWidth(ENTRY_WIDTH)
        self.entry.setToolTip(f"Enter gives the chosen annotations this label ({shown_key('Ctrl+B')})")
        self.note = NoteEntry()
        self.note.setFixedWidth(ENTRY_WIDTH)
        self.entry.entered.connect(lambda name, _beside: self.relabelled.emit(name))
        self.note.entered.connect(self.noted)
        self.buttons = {
            ACCEPT: self._button("Accept", ACCEPT, "Accept the chosen annotations"),
            REJECT: self._button("Reject", REJECT, "Reject them; they are kept as examples of what their label is not"),
            UNCERTAIN: self._button("Uncertain", UNCERTAIN, "Mark them as uncertain"),
            DELETE: self._button("Delete", DELETE, "Delete them; undo brings them back"),
        }
        self._lay_out()
        self.show_counts(0, 0, "")

    @property
    def words(self) -> str:
        """Return what is said of the rows."""
        return self._words.text()

    def show_counts(self, found: int | None, chosen: int, read_only: str) -> None:
        """Say how many rows there are, None: still counted; nothing can be changed where none is chosen or allowed."""
        found_words = "counting…" if found is None else counted(found, "annotation")
        longest = (
            f"{found or 0:,} of {found_words} selected"  # so that nothing beside the words moves as rows are chosen
        )
        self._words.setMinimumWidth(self.fontMetrics().horizontalAdvance(longest) if found else 0)
        self._words.setText(f"{chosen:,} of {found_words} selected" if chosen and found is not None else found_words)
        self.choose_all.setEnabled(found is not None and 0 < found != chosen)
        for widget in (self.entry, self.note, *self.buttons.values()):
            widget.setEnabled(bool(chosen) and not read_only)

    def _lay_out(self) -> None:
        """Put what belongs together beside each other; a narrow window has it in two lines."""
        flow = FlowLayout(self)
        flow.setSpacing(8)
        parts: tuple[tuple[QWidget, ...], ...] = (
            (self._words, self.choose_all),
            (self.entry, self.note),
            tuple(self.buttons.values()),
        )
        for widgets in parts:
            part = QWidget()
            row = QHBoxLayout(part)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            for widget in widgets:
                row.addWidget(widget)
            flow.addWidget(part)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _button(self, words: str, what: str, tip: str) -> QPushButton:
        button = QPushButton(words)
        key = next(key for key, act in KEYS.items() if act == what)
        button.setToolTip(f"{tip} ({shown_key(key)})")
        button.clicked.connect(lambda _: self.acted.emit(what))
        return button


class NoteEntry(QLineEdit):
    """A field for a note on everything that is chosen."""

    entered = Signal(str)
    """The note; empty takes the notes away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Write a note, Enter")
        self.setAccessibleName("Note")
        self.setToolTip(f"Enter writes it about the chosen annotations ({shown_key('F2')}); empty takes notes away")
        self.returnPressed.connect(self._enter)

    def _enter(self) -> None:
        text = self.text().strip()
        self.clear()
        self.entered.emit(text)
