"""One model: what can be done with it, its card, what it takes for what, and itself beside another one."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from desktop_app.classifier.card import ModelCard, ModelEntry
from desktop_app.classifier.reports.confusion_plots import confusion_plot
from desktop_app.services.evaluating import Evaluating
from desktop_app.services.models import ModelShelf
from desktop_app.ui.drawing_view import DrawingView
from desktop_app.ui.evaluation.figures import percent
from desktop_app.ui.models.card_view import CardView
from desktop_app.ui.models.compare_panel import ComparePanel
from desktop_app.ui.one_line import OneLine
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets import role_label

NOT_MEASURED = "Nobody has measured this model: evaluate it on clips whose class is known."
SHIPPED_TIP = "It came with Earmark: export it and import it under another name to change it"


class ModelDetail(QWidget):
    """Shows one model."""

    use_wanted = Signal(str)
    evaluate_wanted = Signal(str)
    rename_wanted = Signal()
    export_wanted = Signal(str)
    delete_wanted = Signal(str)

    def __init__(self, evaluating: Evaluating, shelf: ModelShelf, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._name = ""
        self._title = role_label(role="title")
        self.use = _button("Use this model", "Let it judge from now on (Enter)")
        self.evaluate = _button("Evaluate…", "See how good it is on clips of yours")
        self.rename = _button("Rename", "Give it another name (F2)")
        self.export = _button(
            "Export…", "Save it for other people or programs: Earmark, ONNX, TorchScript, torch.export"
        )
        self.delete = _button("Delete", "Delete it; that can be undone (Del)")
        self.card = CardView(theme)
        self.confusion = DrawingView(theme)
        self._measured = OneLine("secondary")
        self.compare = ComparePanel(evaluating, shelf)
        self.tabs = QTabWidget()
        self._lay_out()
        self._connect()

    def show_model(self, entry: ModelEntry, *, own: bool) -> None:
        """Show a model."""
        card = entry.card
        self._name = card.name
        self._title.setText(card.title)
        used = card.name == self._shelf.chosen_name
        self.use.setEnabled(not used)
        self.use.setText("In use" if used else "Use this model")
        for button, tip in (
            (self.rename, "Give it another name (F2)"),
            (self.delete, "Delete it; that can be undone (Del)"),
        ):
            button.setEnabled(own)
            button.setToolTip(tip if own else SHIPPED_TIP)
        self.card.show_card(card)
        self._show_results(card)
        self.compare.show_model(entry)

    def _show_results(self, card: ModelCard) -> None:
        results = card.results
        if results is None:
            self._measured.show_text(NOT_MEASURED)
            self.confusion.show_drawing(None)
            return
        share = percent(results.accuracy)
        how = results.how.replace("`", "")  # it is written for Markdown
        self._measured.show_text(f"{share} of {results.clips:,} clips judged right. {how}")
        self.confusion.show_drawing(confusion_plot(card.classes, np.array(results.confusion, dtype=np.int64)))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._title, 1)
        for button in (self.use, self.evaluate, self.rename, self.export, self.delete):
            row.addWidget(button)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.addTab(self.card, "Card")
        self.tabs.addTab(self._make_confusion_page(), "Confusion")
        self.tabs.addTab(self.compare, "Compare")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.tabs, 1)

    def _make_confusion_page(self) -> QWidget:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.confusion)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._measured)
        column.addWidget(area, 1)
        return page

    def _connect(self) -> None:
        self.use.clicked.connect(lambda: self.use_wanted.emit(self._name))
        self.evaluate.clicked.connect(lambda: self.evaluate_wanted.emit(self._name))
        self.rename.clicked.connect(self.rename_wanted)
        self.export.clicked.connect(lambda: self.export_wanted.emit(self._name))
        self.delete.clicked.connect(lambda: self.delete_wanted.emit(self._name))


def _button(words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(tip)
    return button
