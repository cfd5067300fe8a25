"""A model's card as a page that people read."""

from PySide6.QtGui import (
    QFont,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.card_text import FRONT_END, markdown_of, settings_of
from desktop_app.ui.theme import Theme

MARGIN = 16
PADDING = 4
HEADING_POINT_SIZES = (14, 11, 10)
WIDEST = 900
"""In pixels; longer lines are hard to read."""


class CardView(QTextBrowser):
    """Shows one card."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._card: ModelCard | None = None
        self.setAccessibleName("Model card")
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        theme.changed.connect(self._render)

    def show_card(self, card: ModelCard) -> None:
        """Show a card."""
        self._card = card
        self._render()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines short enough to be read."""
        super().resizeEvent(event)
        self._narrow()

    def _render(self) -> None:
        if self._card is None:
            return
        self.setMarkdown(markdown_of(self._card, brief=True))
        self.document().setDocumentMargin(MARGIN)
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                _make_plain(frame)
                _add_tip(frame, FRONT_END, settings_of(self._card.front_end))
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel():
                _set_heading(block)
            block = block.next()
        self._narrow()

    def _narrow(self) -> None:
        root = self.document().rootFrame()
        form = root.frameFormat()
        form.setRightMargin(max(MARGIN, self.viewport().width() - WIDEST))
        root.setFrameFormat(form)


def _make_plain(table: QTextTable) -> None:
    form = table.format()
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
    form.setCellPadding(PADDING)
    form.setCellSpacing(0)
    form.setLeftMargin(-PADDING)
    table.setFormat(form)


def _add_tip(table: QTextTable, name: str, tip: str) -> None:
    """Let the row called `name`, if it is in this table, say more under the pointer."""
    for row in range(table.rows()):
        if table.cellAt(row, 0).firstCursorPosition().block().text() == name:
            cursor = table.cellAt(row, 1).firstCursorPosition()
            cursor.setPosition(table.cellAt(row, 1).lastPosition(), QTextCursor.MoveMode.KeepAnchor)
            letters = QTextCharFormat()
            letters.setToolTip(tip)
            cursor.mergeCharFormat(letters)


def _set_heading(block: QTextBlock) -> None:
    """Set a heading in the window's type; Qt's own are twice as large as anything else here."""
    cursor = QTextCursor(block)
    cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
    letters = QTextCharFormat()
    letters.setFontPointSize(HEADING_POINT_SIZES[min(block.blockFormat().headingLevel(), len(HEADING_POINT_SIZES)) - 1])
    letters.setFontWeight(QFont.Weight.DemiBold)
    cursor.setCharFormat(letters)  # not merged: Qt's adjustment of the size would stay
    form = block.blockFormat()
    form.setTopMargin(MARGIN)
    form.setBottomMargin(PADDING)
    cursor.setBlockFormat(form)
