"""PySide6 widgets and pyqtgraph plots; decides nothing."""
