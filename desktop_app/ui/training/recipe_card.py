"""How a network learns: recipe, name, network, sound, rate, augmentation; what few people need is folded away."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.assets import resources_dir
from desktop_app.classifier.runs.run_config import RunConfig, config_of, read_recipe, recipe_names
from desktop_app.errors import UserError
from desktop_app.ui.training.editor import ConfigEditor
from desktop_app.ui.training.fields import AugmentationSwitch, RateField, TextField, change_row, form_of, labelled
from desktop_app.ui.training.folder_field import FolderField
from desktop_app.ui.training.hear_it import HearIt
from desktop_app.ui.training.parts import Card, Fold, push_button
from desktop_app.ui.training.specs import CHANGES, LEARNING, LOG_MEL, MAIN, NOISES, SOUND, SPECTROGRAM, TRANSFORM
from desktop_app.ui.widgets import role_label

FIRST_RECIPES = ("default", "few", "sounds", "fast", "seed")
FROM_FILE = "From a file…"


class RecipeCard(Card):
    """Edits the configuration through its fields."""

    rates_wanted = Signal()
    """The person wants the learning rate to be looked for."""

    def __init__(self, editor: ConfigEditor, hear_it: HearIt) -> None:
        super().__init__("Recipe")
        self._editor, self.hear_it = editor, hear_it
        self.recipe = QComboBox()
        self._about = role_label(role="small", wrap=True)
        self._lay_out()
        editor.changed.connect(self._follow)
        self._follow("")

    def choose(self, name: str) -> None:
        """Begin anew from a recipe, by its name or file; data and name of the model stay. UserError for a wrong one."""
        config = config_of(read_recipe(name))
        self.show_name(name)
        self._editor.show(keeping(config, self._editor))

    def show_name(self, name: str) -> None:
        """Say which recipe was begun from."""
        self._about.setText(about_recipe(name))
        place = self.recipe.findData(name)
        if place < 0:
            place = self.recipe.count() - 1
            self.recipe.insertItem(place, Path(name).stem, name)
        self.recipe.setCurrentIndex(place)

    def _lay_out(self) -> None:
        others = [name for name in recipe_names() if name not in FIRST_RECIPES]
        for name in (*FIRST_RECIPES, *others):
            self.recipe.addItem(name, name)
        self.recipe.addItem(FROM_FILE, None)
        self.recipe.setAccessibleName("Recipe")
        self.recipe.setToolTip("Settings to start from; everything below may be changed afterwards")
        self.recipe.activated.connect(self._recipe_chosen)
        self._about.setText(about_recipe("default"))
        self.name = TextField(self._editor, "name", "Name of the model", "What the model is called in lists and files")
        head = QFormLayout()
        _plain(head)
        head.addRow(labelled("Recipe", self.recipe.toolTip()), self.recipe)
        head.addRow("", self._about)
        head.addRow(labelled("Model’s name", self.name.toolTip()), self.name)
        self.body.addLayout(head)
        main = form_of(self._editor, MAIN)
        self.rate = RateField(self._editor)
        self.find_rate = push_button("Find…", "Try rising rates and see where the network learns fastest")
        self.find_rate.clicked.connect(self.rates_wanted)
        rate_row = QHBoxLayout()
        rate_row.setSpacing(8)
        rate_row.addWidget(self.rate, 1)
        rate_row.addWidget(self.find_rate)
        main.addRow(labelled("Highest rate", self.rate.toolTip()), rate_row)
        self.body.addLayout(main)
        self.body.addWidget(self._augmentation())
        self.body.addWidget(Fold("Sound and front-end", self._sound(), "What the network hears, in detail"))
        self.body.addWidget(Fold("Learning", form_of(self._editor, LEARNING), "How it learns, in detail"))
        self.body.addStretch(1)

    def _augmentation(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(role_label("Augmentation", "title"))
        self.augmentation = AugmentationSwitch(self._editor)
        column.addWidget(self.augmentation)
        column.addWidget(FolderField(self._editor, NOISES))
        rows = QVBoxLayout()
        rows.setSpacing(8)
        for change in CHANGES:
            rows.addLayout(change_row(self._editor, change))
        self._changes = Fold("Changes", rows, "Which changes there are, and how strong they may be")
        column.addWidget(self._changes)
        column.addWidget(self.hear_it)
        return part

    def _sound(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(form_of(self._editor, SOUND))
        self._parts: dict[str, QWidget] = {}
        for kinds, specs in (("log_mel", LOG_MEL), ("spectrogram", SPECTROGRAM), ("log_mel spectrogram", TRANSFORM)):
            part = QWidget()
            part.setLayout(form_of(self._editor, specs))
            self._parts[kinds] = part
            column.addWidget(part)
        return column

    def _follow(self, key: str) -> None:
        """Show only the constants that the front-end has."""
        kind = str(self._editor.value("front_end.kind"))
        for kinds, part in self._parts.items():
            part.setVisible(kind in kinds.split())
        self._changes.setEnabled(self.augmentation.isChecked())

    def _recipe_chosen(self) -> None:
        name = self.recipe.currentData()
        if name is None:
            name, _ = QFileDialog.getOpenFileName(self, "Choose a recipe", str(Path.home()), "Recipes (*.toml)")
        try:
            if name:
                self.choose(name)
            else:
                self.recipe.setCurrentIndex(0)
        except UserError as problem:
            self._about.setText(str(problem))


def keeping(config: RunConfig, editor: ConfigEditor) -> RunConfig:
    """Return a recipe's configuration with what the person already chose beside it: the data, and the model's name."""
    kept = ConfigEditor(config)
    for key in ("data.source", "data.labels", "data.group_by", "data.noises", "name"):
        kept.put(key, editor.value(key))
    return kept.config()


def about_recipe(name: str) -> str:
    """Return what a shipped recipe says of itself in the comment on its first lines."""
    path = resources_dir() / "recipes" / f"{name}.toml"
    if not path.is_file():
        return name
    lines = path.read_text("utf-8").splitlines()
    count = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return " ".join(line.lstrip("# ") for line in lines[:count])


def _plain(form: QFormLayout) -> None:
    form.setContentsMargins(0, 0, 0, 0)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
