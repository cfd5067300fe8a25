"""Models that were deleted and can come back: kept in a folder inside the person's own for a month. No torch."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.audio.atomic import explain_write_error
from desktop_app.classifier.card import ModelEntry, list_models
from desktop_app.classifier.library import Library
from desktop_app.errors import UserError

BIN_NAME = ".deleted"
KEPT_DAYS = 30
DAY_S = 86_400.0


@dataclass(frozen=True)
class Removed:
    """A deleted model."""

    entry: ModelEntry
    """The model, where its files are now."""

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self.entry.card.name


class ModelBin:
    """The deleted models of a library; each lies in a folder of its own, named by the moment of its deletion."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._folder = library.own / BIN_NAME

    def put(self, entry: ModelEntry) -> Removed:
        """Delete an own model so that it can come back; UserError for shipped ones, or where the disk refuses."""
        place = self._folder / str(time.time_ns())
        moved: list[tuple[Path, Path]] = []

        def throw_away(path: Path) -> None:
            place.mkdir(parents=True, exist_ok=True)
            path.rename(place / path.name)
            moved.append((path, place / path.name))

        try:
            self._library.delete(entry, throw_away)
        except OSError as error:
            _move_back(moved)
            raise explain_write_error(error, entry.path) from error
        return Removed(ModelEntry(place / entry.path.name, entry.card))

    def restore(self, removed: Removed) -> ModelEntry:
        """Put a deleted model back, and return it; UserError where its name is taken by now or its files are gone."""
        folder = removed.entry.path.parent
        target = self._library.free_place(removed.name, removed.entry.path.suffix.lower())
        try:
            for path in sorted(folder.iterdir(), reverse=True):  # weights first: a compiled model alone is a model
                path.rename(target.with_suffix(path.suffix.lower()))
            folder.rmdir()
        except OSError as error:
            raise UserError(
                f"“{removed.name}” cannot be put back ({error.strerror}); look for it in {folder}."
            ) from error
        return ModelEntry(target, removed.entry.card)

    def contents(self) -> Sequence[Removed]:
        """Return the deleted models that can come back, the last one first."""
        entries = (entry for folder in self._folders() for entry in list_models(folder))
        return [Removed(entry) for entry in entries]

    def forget_old(self, days: float = KEPT_DAYS) -> None:
        """Delete for good what was deleted longer ago; what cannot be removed stays."""
        for folder in self._folders():
            if time.time_ns() - int(folder.name) > days * DAY_S * 1e9:
                shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted((path for path in found if path.name.isdecimal()), key=lambda path: int(path.name), reverse=True)


def _move_back(moved: Sequence[tuple[Path, Path]]) -> None:
    for before, now in moved:
        now.rename(before)
