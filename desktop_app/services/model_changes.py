"""What is done to the person's models: import, rename, delete and undo, export. Each tells the shelf to look anew."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import ModelEntry, read_card
from desktop_app.classifier.library import Library
from desktop_app.classifier.model_bin import ModelBin, Removed
from desktop_app.errors import UserError
from desktop_app.services.deletions import Deletions
from desktop_app.services.jobs import Job, JobContext, JobRunner
from desktop_app.services.messages import Messages
from desktop_app.services.models import ModelShelf

if TYPE_CHECKING:
    from desktop_app.classifier.engines.foreign import ForeignModel


class ModelChanges(QObject):
    """Changes models by jobs, and says in the message bar what came of it. GUI thread only."""

    added = Signal(str)
    """Name of a model that is here now: imported, renamed or put back."""
    card_wanted = Signal(object)
    """Path of an ONNX file without a card: somebody must say what it hears, then `import_foreign` takes it."""

    def __init__(self, runner: JobRunner, shelf: ModelShelf, messages: Messages, library: Library) -> None:
        super().__init__()
        self._runner = runner
        self._shelf = shelf
        self._messages = messages
        self.library = library
        """The models that shipped and the person's own, as files."""
        self.bin = ModelBin(library)
        """The deleted ones."""
        self.deletions = Deletions(messages)
        """Those of them that Undo brings back."""
        runner.start(_forget_old, self.bin)

    def is_own(self, entry: ModelEntry) -> bool:
        """Return whether the person may change a model."""
        return not self.library.is_shipped(entry)

    def import_file(self, path: Path) -> Job:
        """Take in a model file with a card, after a trial load; under another name where its own is taken."""
        job = self._runner.start(_import, self.library, path, title="Importing a model")
        job.finished.connect(lambda name: self._came(name, path))
        job.failed.connect(self._messages.error)
        return job

    def use_file(self, path: Path) -> Job:
        """Let a finished model judge from now on; it is taken in first, unless it is among the models already."""
        job = self._runner.start(_take_in, self.library, path, title="Taking in the model")
        job.finished.connect(self._use)
        job.failed.connect(self._messages.error)
        return job

    def import_foreign(self, path: Path, model: "ForeignModel") -> Job:
        """Take in an ONNX file of others with a card made of what the person knows of it; who asked says why not."""
        job = self._runner.start(_import_foreign, self.library, path, model, title="Importing a model")
        job.finished.connect(lambda name: self._arrived(name, f"“{name}” is among your models now."))
        return job

    def rename(self, entry: ModelEntry, name: str) -> Job:
        """Give an own model another name; a chosen one stays chosen."""
        chosen = entry.card.name == self._shelf.chosen_name
        job = self._runner.start(_rename, self.library, entry, name, title="Renaming a model")
        job.finished.connect(lambda new: self._renamed(new, chosen))
        job.failed.connect(self._refused)
        return job

    def delete(self, entry: ModelEntry) -> None:
        """Delete an own model; the message bar offers to undo that, and `bin` keeps it for a month."""
        try:
            removed = self.bin.put(entry)
        except UserError as problem:
            self._messages.error(str(problem))
            return
        chosen = removed.name == self._shelf.chosen_name
        if chosen:
            self._shelf.choose("")
        self._shelf.refresh()
        restore = partial(self.restore, removed, choose=chosen)
        self.deletions.add(removed.entry.path, f"the model “{removed.name}”", restore)

    def restore(self, removed: Removed, *, choose: bool = False) -> None:
        """Put a deleted model back."""
        try:
            entry = self.bin.restore(removed)
        except UserError as problem:
            self._messages.error(str(problem))
            return
        self.deletions.forget(removed.entry.path)
        self._arrived(entry.card.name, f"The model “{entry.card.name}” is back.")
        if choose:
            self._shelf.choose(entry.card.name)

    def export(self, entry: ModelEntry, target: Path) -> Job:
        """Save a model for other people or programs, of the kind that the suffix says; equality is checked."""
        job = self._runner.start(_export, self.library, entry, target, title=f"Exporting {entry.card.name}")
        job.finished.connect(lambda _: self._messages.info(f"“{entry.card.name}” is saved in {target}"))
        job.failed.connect(self._messages.error)
        return job

    def _came(self, name: str, path: Path) -> None:
        if name:
            self._arrived(name, f"“{name}” is among your models now.")
        else:
            self.card_wanted.emit(path)

    def _use(self, name: str) -> None:
        self._shelf.refresh()
        self._shelf.choose(name)
        self._messages.info(f"“{name}” is among your models and judges from now on, on the pages Listen and Live.")
        self.added.emit(name)

    def _arrived(self, name: str, sentence: str) -> None:
        self._shelf.refresh()
        self._messages.info(sentence)
        self.added.emit(name)

    def _renamed(self, name: str, chosen: bool) -> None:
        self._shelf.refresh()
        if chosen:
            self._shelf.choose(name)
        self.added.emit(name)

    def _refused(self, sentence: str) -> None:
        self._messages.error(sentence)
        self._shelf.changed.emit()  # so that what was typed gives way to the name there is


def _import(context: JobContext, library: Library, path: Path) -> str:
    """Return the name of the imported model; empty for an ONNX file that has no card."""
    context.report(0, text="trying it out")
    if path.suffix.lower() == onnx_file.SUFFIX and onnx_file.CARD_KEY not in onnx_file.read_metadata(path):
        return ""
    return library.add(path, library.free_name(read_card(path).name)).card.name


def _take_in(context: JobContext, library: Library, path: Path) -> str:
    """Return the name of the model in a file, which is copied unless a copy is there under whatever name."""
    card = read_card(path)
    same = (entry.card.name for entry in library.models() if replace(entry.card, name=card.name) == card)
    return next(same, None) or _import(context, library, path)


def _import_foreign(context: JobContext, library: Library, path: Path, model: "ForeignModel") -> str:
    from desktop_app.classifier.engines.foreign import import_onnx

    context.report(0, text="trying it out")
    return import_onnx(path, model.card(), library.free_place(model.name, onnx_file.SUFFIX)).name


def _rename(_context: JobContext, library: Library, entry: ModelEntry, name: str) -> str:
    return library.rename(entry, name.strip()).card.name


def _export(context: JobContext, library: Library, entry: ModelEntry, target: Path) -> None:
    context.report(0, text=f"writing {target.name} and checking that it judges the same")
    library.export(entry, target)


def _forget_old(_context: JobContext, models: ModelBin) -> None:
    models.forget_old()
