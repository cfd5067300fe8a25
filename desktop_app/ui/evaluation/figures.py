"""The figures of an evaluation, large, and what qualifies them."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.classifier.reports.report import Report
from desktop_app.ui.theme import type_family
from desktop_app.ui.widgets import role_label
from desktop_app.words import counted

FIGURE_POINT_SIZE = 18
"""The numbers are what the page is for: the one place with a third size of type."""


def percent(share: float) -> str:
    """Return a share as people write it."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


class Figure(QWidget):
    """One number with its name above and what it means below."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = QLabel()
        self._value.setFont(_figure_font())
        self._value.setAccessibleName(name)
        self._more = role_label(role="small", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in (role_label(name), self._value, self._more):
            column.addWidget(label)
        column.addStretch(1)

    @property
    def value(self) -> str:
        """Return the number as it is shown."""
        return self._value.text()

    def show_value(self, value: str, more: str) -> None:
        """Show a number and what it means."""
        self._value.setText(value)
        self._more.setText(more)


class Figures(QWidget):
    """Accuracy, macro F1, loss, calibration error and the number of clips of one report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        names = ("Accuracy", "Macro F1", "Loss", "Calibration error", "Clips")
        self.figures = {name: Figure(name) for name in names}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        for figure in self.figures.values():
            row.addWidget(figure, 1)

    def show_report(self, report: Report) -> None:
        """Show the figures of a report."""
        measures = report.measures
        low, high = percent(measures.interval.low), percent(measures.interval.high)
        groups = counted(len(measures.by_group), "speaker or source", "speakers or sources")
        shown = {
            "Accuracy": (percent(measures.accuracy), f"95\N{NO-BREAK SPACE}% interval: {low} to {high}"),
            "Macro F1": (percent(measures.macro_f1), "mean over the classes that have clips"),
            "Loss": (f"{measures.loss:.3f}", "mean −ln of the right class’s score"),
            "Calibration error": (percent(measures.calibration_error), "between score and share judged right"),
            "Clips": (f"{measures.clips:,}", f"of {groups}" if measures.grouped else "each one for itself"),
        }
        for name, (value, more) in shown.items():
            self.figures[name].show_value(value, more)


def _figure_font() -> QFont:
    font = QFont(type_family())
    font.setPointSize(FIGURE_POINT_SIZE)
    font.setWeight(QFont.Weight.DemiBold)
    return font
