"""Fields that show and change one key of the configuration."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from desktop_app.classifier.runs.run_config import RunConfig
from desktop_app.ui.training.editor import AUGMENTATION, ConfigEditor
from desktop_app.ui.training.specs import MAX_RATE, ChangeSpec, ChoiceSpec, NumberSpec, Spec
from desktop_app.ui.widgets import role_label

AUTOMATIC = "automatic"
RATE_STEP = 10 ** (1 / 8)
"""Learning rates are far apart: one step is an eighth of a decade."""


class NumberField(QDoubleSpinBox):
    """A number of the configuration; scrolling over it scrolls the page, unless it has the focus."""

    def __init__(self, editor: ConfigEditor, spec: NumberSpec) -> None:
        super().__init__()
        self._editor, self._spec = editor, spec
        self._lowest = spec.low - spec.step if spec.automatic else spec.low
        self.setDecimals(spec.decimals)
        self.setRange(self._lowest, spec.high)
        self.setSingleStep(spec.step)
        self.setSuffix(spec.unit)
        self.setGroupSeparatorShown(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setProperty("role", "plain")
        self.lineEdit().setTextMargins(4, 0, 4, 0)
        self.setMinimumWidth(48)
        if spec.automatic:
            self.setSpecialValueText(AUTOMATIC)
        self.setToolTip(spec.tip + ("; lowest: follows from the sound" if spec.automatic else ""))
        self._show("")
        editor.changed.connect(self._show)
        self.valueChanged.connect(self._put)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the number only where the person is at work on it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _show(self, key: str) -> None:
        if key and key != self._spec.key and not self._spec.key.startswith(key.rpartition(".")[0] + "."):
            return
        value = self._editor.value(self._spec.key)
        self.blockSignals(True)
        if isinstance(value, int | float):
            self.setValue(float(value) * self._spec.scale)
        elif self._spec.automatic:
            self.setValue(self._lowest)
        self.blockSignals(False)

    def _put(self, shown: float) -> None:
        if self._spec.automatic and shown <= self._lowest:
            self._editor.put(self._spec.key, None)
            return
        value = max(shown, self._spec.low) / self._spec.scale
        whole = self._spec.decimals == 0 and self._spec.scale == 1 and not isinstance(self._now, float)
        self._editor.put(self._spec.key, round(value) if whole else round(value, 9))

    @property
    def _now(self) -> Any:
        return self._editor.value(self._spec.key)


class RateField(QDoubleSpinBox):
    """The highest learning rate, written as people write rates: 0.004 or 1e-05."""

    def __init__(self, editor: ConfigEditor) -> None:
        super().__init__()
        self._editor = editor
        self.setDecimals(9)
        self.setRange(1e-9, 100.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setProperty("role", "plain")
        self.lineEdit().setTextMargins(4, 0, 4, 0)
        self.setAccessibleName("Highest learning rate")
        self.setToolTip(
            "How far the network moves at a step, at most. Too low learns slowly, too high learns nothing: Find… tries "
            "them out"
        )
        self._show()
        editor.changed.connect(self._show)
        self.valueChanged.connect(lambda rate: editor.put(MAX_RATE, rate))

    def textFromValue(self, value: float) -> str:
        """Return four digits at most."""
        return f"{value:.4g}"

    def stepBy(self, steps: int) -> None:
        """Multiply instead of adding."""
        self.setValue(float(f"{self.value() * RATE_STEP**steps:.2g}"))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the rate only where the person is at work on it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _show(self) -> None:
        self.blockSignals(True)
        self.setValue(float(self._editor.value(MAX_RATE)))
        self.blockSignals(False)


class ChoiceField(QComboBox):
    """One of some words; a value that is none of them is shown as it is."""

    def __init__(self, editor: ConfigEditor, spec: ChoiceSpec) -> None:
        super().__init__()
        self._editor, self._spec = editor, spec
        for words, value in spec.choices:
            self.addItem(words, value)
        self.setToolTip(spec.tip)
        self.setAccessibleName(spec.words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self._show()
        editor.changed.connect(self._show)
        self.activated.connect(lambda _: editor.put(spec.key, self.currentData()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()

    def _show(self) -> None:
        value = self._editor.value(self._spec.key)
        place = next((at for at in range(self.count()) if self.itemData(at) == value), -1)
        if place < 0 and value is not None:
            self.addItem(str(value), value)
            place = self.count() - 1
        self.setCurrentIndex(max(place, 0))


class TextField(QLineEdit):
    """A text of the configuration."""

    def __init__(self, editor: ConfigEditor, key: str, name: str, tip: str) -> None:
        super().__init__()
        self._editor, self._key = editor, key
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self._show()
        editor.changed.connect(self._show)
        self.textEdited.connect(lambda text: editor.put(key, text.strip()))

    def _show(self) -> None:
        value = str(self._editor.value(self._key) or "")
        if value != self.text().strip():
            self.setText(value)


class ChangeSwitch(QCheckBox):
    """Turns one change of the augmentation on and off; on again, it is as strong as it was."""

    def __init__(self, editor: ConfigEditor, spec: ChangeSpec) -> None:
        super().__init__(spec.words)
        self._editor, self._spec = editor, spec
        usual = ConfigEditor(RunConfig())
        self._switching = False
        self._before: dict[str, Any] = {key: usual.value(key) for key in spec.strengths}
        self.setToolTip(spec.tip)
        self._show()
        editor.changed.connect(self._show)
        self.clicked.connect(self._switch)

    def _show(self) -> None:
        values = {key: self._editor.value(key) for key in self._spec.strengths}
        if any(values.values()) and not self._switching:
            self._before = values
        self.setChecked(any(values.values()))

    def _switch(self, on: bool) -> None:
        self._switching = True  # half of it off is not what it was before
        for key, strength in self._before.items():
            self._editor.put(key, strength if on else type(strength)(0))
        self._switching = False
        self._show()


class AugmentationSwitch(QCheckBox):
    """Turns all changes on and off; on again, they are as they were."""

    def __init__(self, editor: ConfigEditor) -> None:
        super().__init__("Change the clips at random")
        self._editor = editor
        self._before: Any = None
        self.setToolTip("A network that hears each clip differently every time learns the sound, not the recording")
        self._show()
        editor.changed.connect(self._show)
        self.clicked.connect(self._switch)

    def _show(self) -> None:
        value = self._editor.value(AUGMENTATION)
        if value:
            self._before = value
        self.setChecked(bool(value))

    def _switch(self, on: bool) -> None:
        usual = ConfigEditor(RunConfig()).value(AUGMENTATION)
        self._editor.put(AUGMENTATION, (self._before or usual) if on else False)


def field_of(editor: ConfigEditor, spec: Spec) -> QWidget:
    """Return the field of a row."""
    if isinstance(spec, ChoiceSpec):
        return ChoiceField(editor, spec)
    field = NumberField(editor, spec)
    field.setAccessibleName(spec.words)
    return field


def form_of(editor: ConfigEditor, specs: tuple[Spec, ...]) -> QFormLayout:
    """Return a form with a row for each."""
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    for spec in specs:
        form.addRow(labelled(spec.words, spec.tip), field_of(editor, spec))
    return form


def labelled(words: str, tip: str) -> QWidget:
    """Return the words beside a field, all equally wide, so that forms stand in line."""
    label = role_label(words, "plain")
    label.setToolTip(tip)
    label.setFixedWidth(112)
    return label


def change_row(editor: ConfigEditor, spec: ChangeSpec) -> QHBoxLayout:
    """Return the switch of a change with its numbers, which are there while it is on."""
    row = QHBoxLayout()
    row.setSpacing(4)
    switch = ChangeSwitch(editor, spec)
    switch.setFixedWidth(112)
    row.addWidget(switch)
    for number in spec.numbers:
        if number.words:
            row.addWidget(role_label(number.words))
        field = NumberField(editor, number)
        field.setAccessibleName(f"{spec.words} {number.words} {number.tip}".strip())
        field.setToolTip(number.tip or spec.tip)
        field.setEnabled(switch.isChecked())
        switch.toggled.connect(field.setEnabled)
        row.addWidget(field, 1)
    return row
