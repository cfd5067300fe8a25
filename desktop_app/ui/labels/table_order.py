"""What the table of annotations is sorted by: a column that the store knows, or one that is measured first."""

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHeaderView

from desktop_app.annotation.table_query import TableQuery
from desktop_app.services.label_measuring import MOST_KEPT, LabelMeasuring
from desktop_app.services.label_table import LabelTable, in_order
from desktop_app.ui.labels.table_columns import COLUMNS, place_of

TOO_MANY = f"At most {MOST_KEPT:,} annotations are sorted by what is measured: filter them first."
Order = Qt.SortOrder


class TableOrder(QObject):
    """Sorts a LabelTable by clicks on a header, and points out there by what. GUI thread only."""

    refused = Signal(str)
    """Why the table was not sorted, as a sentence."""

    def __init__(self, header: QHeaderView, table: LabelTable, measuring: LabelMeasuring) -> None:
        super().__init__(header)
        self._header = header
        self._table = table
        self._measuring = measuring
        self.measured_by = (0, False)
        """Number of the column of the query's ranking, and whether that is descending."""
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self._sort_by)
        self.point_out()

    def show_found(self, query: TableQuery) -> None:
        """Show what another filter finds, in the order before; where that is measured, once it has been measured."""
        self._table.show(replace(query, ranking=()))
        if query.ranking:
            self._rank(*self.measured_by)

    def point_out(self) -> None:
        """Point out the column that is sorted by."""
        query = self._table.query
        number, descending = self.measured_by if query.ranking else (place_of(query.order), query.descending)
        self._header.setSortIndicator(number, Order.DescendingOrder if descending else Order.AscendingOrder)

    def _sort_by(self, number: int) -> None:
        """Sort by a column, or turn its order round."""
        wanted, query = COLUMNS[number].order, self._table.query
        if wanted is None:
            again = bool(query.ranking) and number == self.measured_by[0]
            self._rank(number, again and not self.measured_by[1])
        else:
            again = not query.ranking and wanted is query.order
            self._table.show(in_order(query, wanted, descending=again and not query.descending))
        self.point_out()

    def _rank(self, number: int, descending: bool) -> None:
        """Measure what the filter finds and sort by it; until then the order stays."""
        value, query = COLUMNS[number].measured, self._table.query
        assert value is not None, "every column is sorted by in one of two ways"

        def show(ranked: TableQuery | None) -> None:
            if ranked is None:
                self.refused.emit(TOO_MANY)
            elif replace(query, ranking=()) == replace(self._table.query, ranking=()):
                self.measured_by = (number, descending)
                self._table.show(ranked)
            self.point_out()

        self._measuring.rank(query, value, descending=descending, then=show)
