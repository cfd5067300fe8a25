"""A folder of the configuration: shown, chosen, taken away."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from desktop_app.ui.training.editor import ConfigEditor
from desktop_app.ui.training.fields import labelled
from desktop_app.ui.training.parts import push_button
from desktop_app.ui.training.specs import FolderSpec
from desktop_app.ui.wording import in_tip


class FolderField(QWidget):
    """Edits the path of a folder; an empty text is none."""

    def __init__(self, editor: ConfigEditor, spec: FolderSpec) -> None:
        super().__init__()
        self._editor, self._spec = editor, spec
        self.line = QLineEdit()
        self.line.setPlaceholderText(spec.none)
        self.line.setAccessibleName(spec.words)
        self.line.setToolTip(spec.tip)
        self.line.setClearButtonEnabled(True)
        self.choose = push_button("Folder…", spec.tip)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.choose)
        form = QFormLayout(self)  # beside other forms, so that their columns stand under each other
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.addRow(labelled(spec.words, spec.tip), row)
        self.line.editingFinished.connect(lambda: self._put(self.line.text()))
        self.line.textChanged.connect(lambda text: None if text else self._put(""))
        self.choose.clicked.connect(self._ask)
        editor.changed.connect(lambda _: self._show())
        self._show()

    def _ask(self) -> None:
        start = self._editor.value(self._spec.key) or str(Path.home())
        self._put(QFileDialog.getExistingDirectory(self, self._spec.words, start) or self.line.text())

    def _put(self, folder: str) -> None:
        self._editor.put(self._spec.key, folder.strip())

    def _show(self) -> None:
        """Show the folder, its end where it is too long."""
        folder = str(self._editor.value(self._spec.key) or "")
        if folder != self.line.text():
            self.line.setText(folder)
        self.line.setToolTip(in_tip(f"{folder}\n{self._spec.tip}".strip()))
