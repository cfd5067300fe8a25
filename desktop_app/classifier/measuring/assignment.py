"""Class folders and a model's classes brought together: the same name, nearly the same, mapped, or left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.data.clips import Clip

UNKNOWN_CLASSES = frozenset({"unknown", "other"})


@dataclass(frozen=True)
class Assignment:
    """The clips of class folders, labelled with classes that the model knows."""

    clips: tuple["Clip", ...]
    """Their labels are among the model's classes."""
    taken_as: Mapping[str, str]
    """Folders whose name is not the class's, with the class they were taken for."""
    left_out: Mapping[str, int]
    """Folders of which the model knows nothing, with the number of their clips."""

    def sentences(self) -> tuple[str, ...]:
        """Return what people must know of it; one sentence for each class that took folders of other names."""
        folders: dict[str, list[str]] = {}
        for folder, name in self.taken_as.items():
            folders.setdefault(name, []).append(f"“{folder}”")
        taken = [f"Taken for the class “{name}”: {', '.join(names)}." for name, names in folders.items()]
        if not self.left_out:
            return tuple(taken)
        left_out = ", ".join(f"“{folder}” ({clips:,})" for folder, clips in self.left_out.items())
        return (*taken, f"Left out, as the model does not know these classes: {left_out}.")


def assign(
    clips: Sequence["Clip"], classes: Sequence[str], mapping: Mapping[str, str], *, others_unknown: bool = False
) -> Assignment:
    """Return the clips with their folders' names replaced by the model's classes.

    A folder belongs to the class that `mapping` names, else to the class of its name; where none is called exactly so,
    case and underscores at the ends do not count. Folders that fit no class are left out or, if so asked, taken for the
    model's class for other sounds.

    UserError where the mapping names what is not there, where the model has no such class, or where no clip is left.
    """
    folders = Counter(clip.label for clip in clips)
    _check(mapping, folders, classes)
    by_name = {_plain(name): name for name in classes} | {name: name for name in classes}
    rest = _unknown_class(classes) if others_unknown else None
    named = {folder: mapping.get(folder) or by_name.get(folder) or by_name.get(_plain(folder)) for folder in folders}
    chosen = {folder: name or rest for folder, name in named.items()}
    kept = tuple(replace(clip, label=name) for clip in clips if (name := chosen[clip.label]))
    if not kept:
        raise UserError(
            f"The model knows none of the classes in the folders ({_listed(folders)}); it knows {_listed(classes)}. "
            "Choose other clips or another model, or say which folder is which class."
        )
    return Assignment(
        clips=kept,
        taken_as={folder: name for folder, name in chosen.items() if name and name != folder},
        left_out={folder: folders[folder] for folder, name in chosen.items() if name is None},
    )


def _check(mapping: Mapping[str, str], folders: Mapping[str, int], classes: Sequence[str]) -> None:
    for folder, name in mapping.items():
        if folder not in folders:
            raise UserError(f"There is no class folder “{folder}” to map; the folders are {_listed(folders)}.")
        if name not in classes:
            raise UserError(f"The model has no class “{name}” to map “{folder}” to; it knows {_listed(classes)}.")


def _unknown_class(classes: Sequence[str]) -> str:
    for name in classes:
        if _plain(name) in UNKNOWN_CLASSES:
            return name
    raise UserError("The model has no class for other sounds; leave out the folders that it does not know.")


def _plain(name: str) -> str:
    return name.strip("_ ").casefold() or name


def _listed(names: Sequence[str] | Mapping[str, int]) -> str:
    shown = [f"“{name}”" for name in list(names)[:12]]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more
