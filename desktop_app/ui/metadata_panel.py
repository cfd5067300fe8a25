"""Everything that is known of the recording on screen, in groups; every value can be selected and copied."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QPalette, QTextOption
from PySide6.QtWidgets import QApplication, QPushButton, QTextEdit, QVBoxLayout, QWidget

from desktop_app.audio.formats import format_named
from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import FoundFile, shown_name
from desktop_app.errors import UserError
from desktop_app.ui.wording import duration_words, encoding_words, rate_words, size_words, time_words

Group = tuple[str, list[tuple[str, str]]]
"""A title, and pairs of name and value."""

EMPTY_HINT = "Choose a recording to see what is known of it."
LONGEST_VALUE = 2000
"""Characters of a tag that are shown; some programs store pages of JSON in a comment."""
NAME_GAP, MOST_NAME_WIDTH = 12, 128
"""Pixels between the longest name and the values, and what names have at most."""
AIR = "padding-top:2px; padding-bottom:2px"
UNREADABLE_ADVICE = (
    "The other recordings are not affected. If it plays in another program, please keep it: it may be a kind of file "
    "that Earmark should learn to read."
)


class MetadataPanel(QWidget):
    """Shows one recording; it is told which and what is known of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = _Page("", EMPTY_HINT, False, ())
        self._body = QTextEdit()
        self._body.setReadOnly(True)
        self._body.setTabChangesFocus(True)
        self._body.setFrameShape(QTextEdit.Shape.NoFrame)
        self._body.viewport().setAutoFillBackground(False)
        self._body.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._body.document().setDocumentMargin(0)
        self._body.setAccessibleName("Metadata")
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self._body.setTextInteractionFlags(flags)
        self._copy = QPushButton("Copy all")
        self._copy.setToolTip("Copy everything above to the clipboard, as text")
        self._copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._body, 1)
        column.addWidget(self._copy, alignment=Qt.AlignmentFlag.AlignLeft)
        self._write()

    @property
    def text(self) -> str:
        """Return what is shown, as plain text."""
        return self._shown.as_text()

    def show_recording(
        self, path: Path | None, described: AudioMetadata | str | None, file: FoundFile | None = None
    ) -> None:
        """Show what is known of a recording: its metadata, a sentence why there is none, or None while it is read."""
        name = shown_name(path) if path is not None else ""
        if path is None:
            page = _Page("", EMPTY_HINT, False, ())
        elif described is None:
            page = _Page(name, "Reading…", False, ())
        elif isinstance(described, str):
            page = _Page(name, described, True, (("", [("", UNREADABLE_ADVICE)]),))
        else:
            page = _Page(name, "", False, tuple(groups_of(path, described, file)))
        if page != self._shown:
            self._shown = page
            self._write()

    def changeEvent(self, event: QEvent) -> None:
        """Write anew in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write()

    def _write(self) -> None:
        at = self._body.verticalScrollBar().value()
        self._body.setHtml(self._shown.as_html(self.palette(), self.fontMetrics()))
        self._body.verticalScrollBar().setValue(at)
        self._copy.setVisible(bool(self._shown.groups))


@dataclass(frozen=True)
class _Page:
    """What the panel shows."""

    name: str
    sentence: str
    is_error: bool
    groups: tuple[Group, ...]

    def as_text(self) -> str:
        """Return one value a line."""
        lines = [self.name, self.sentence] if self.sentence else [self.name]
        for title, pairs in self.groups:
            lines += ["", title] if title else [""]
            lines += [f"{name}: {value}" if name else value for name, value in pairs]
        return "\n".join(lines).strip()

    def as_html(self, palette: QPalette, metrics: QFontMetrics) -> str:
        """Return tables in the palette's colours, their values below each other; what comes from a file is escaped."""
        names = [name for _, pairs in self.groups for name, _ in pairs]
        width = min(max(map(metrics.horizontalAdvance, names), default=0) + NAME_GAP, MOST_NAME_WIDTH)
        quiet = palette.color(QPalette.ColorRole.PlaceholderText).name()
        tone = palette.color(QPalette.ColorRole.Text).name() if self.is_error else quiet
        parts = [f"<p style='font-weight:600; margin:0 0 8px 0'>{escape(self.name)}</p>"] if self.name else []
        if self.sentence:
            parts.append(f"<p style='color:{tone}; margin:0'>{escape(self.sentence)}</p>")
        for title, pairs in self.groups:
            parts.append(f"<p style='font-weight:600; margin:12px 0 4px 0'>{escape(title)}</p>")
            rows = (_row_html(name, value, quiet, width) for name, value in pairs)
            parts.append(f"<table width='100%' cellspacing='0' cellpadding='0'>{''.join(rows)}</table>")
        return "".join(parts)


def _row_html(name: str, value: str, quiet: str, width: int) -> str:
    cut = value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
    if not name:
        return f"<tr><td colspan='2' style='color:{quiet}; {AIR}'>{escape(cut)}</td></tr>"
    label = f"<td width='{width}' style='color:{quiet}; {AIR}'>{escape(name)}</td>"
    return f"<tr>{label}<td style='{AIR}'>{escape(cut)}</td></tr>"


def groups_of(path: Path, known: AudioMetadata, file: FoundFile | None) -> list[Group]:
    """Return everything that is known, in the order in which it is shown; groups without content are left out."""
    frames = f"{known.frames:,}" if known.frames is not None else "unknown until it is decoded"
    sound = [
        ("Duration", _exact_duration(known)),
        ("Sample rate", f"{rate_words(known.sample_rate_hz)} ({known.sample_rate_hz:,} Hz)"),
        ("Channels", _channel_words(known.channels)),
        ("Encoding", encoding_words(known.encoding, known.bits_per_sample)),
        ("Bits per sample", str(known.bits_per_sample) if known.bits_per_sample else "none in this encoding"),
        ("Frames", frames),
        ("Data rate", _data_rate(known)),
    ]
    place = [("Format", _format_title(known.container)), ("Size", size_words(known.size_bytes or 0))]
    if file is not None:
        place.append(("Modified", time_words(file.modified_s)))
    place.append(("Folder", str(path.parent)))
    groups: list[Group] = [("Sound", [(name, value) for name, value in sound if value]), ("File", place)]
    if known.tags:
        groups.append(("Tags", [(name.replace("_", " ").capitalize(), tag) for name, tag in known.tags.items()]))
    if known.notes:
        groups.append(("Notes", [("", note) for note in known.notes]))
    return groups


def _exact_duration(known: AudioMetadata) -> str:
    seconds = known.duration_s
    short = duration_words(seconds)
    return short if seconds is None or short.endswith(" s") else f"{short} ({seconds:,.2f} s)"


def _channel_words(channels: int) -> str:
    return {1: "1 (mono)", 2: "2 (stereo)"}.get(channels, str(channels))


def _data_rate(known: AudioMetadata) -> str:
    if not known.duration_s or not known.size_bytes:
        return ""
    return f"{8 * known.size_bytes / known.duration_s / 1000:,.0f} kbit/s"


def _format_title(container: str) -> str:
    try:
        return format_named(container).title
    except UserError:
        return container
