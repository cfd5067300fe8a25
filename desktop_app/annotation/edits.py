"""One change of a project's labels as a value: what went, what came, and how to take it back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.errors import UserError


class StaleEditError(UserError):
    """An edit speaks of annotations that are not, or no longer, as it says; nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What one gesture does, bulk gestures included; applied as a whole or not at all.

    An annotation that changes is in both `removed` and `added`, with the same id.
    """

    text: str
    """What it does, for the menu: “Draw “robin””."""
    removed: tuple[Annotation, ...] = ()
    """Exactly as they are in the store before."""
    added: tuple[Annotation, ...] = ()
    """As they are in the store after."""
    scheme: tuple[LabelScheme, LabelScheme] | None = None
    """The scheme before and after; None where it stays."""
    renamed: tuple[str, str] | None = None
    """A label that all its annotations exchange for another one that none has; neither is in `removed` or `added`."""
    moved: tuple[tuple[Recording, Recording], ...] = ()
    """Recordings before and after they were found elsewhere; the ids stay."""
    recordings: tuple[Recording, ...] = ()
    """Recordings that `added` speaks of and the store may not know yet; they stay known when the edit is undone."""

    def inverse(self) -> "Edit":
        """Return the edit that takes this one back."""
        return replace(
            self,
            removed=self.added,
            added=self.removed,
            scheme=self.scheme and (self.scheme[1], self.scheme[0]),
            renamed=self.renamed and (self.renamed[1], self.renamed[0]),
            moved=tuple((after, before) for before, after in self.moved),
        )

    def naming(self, scheme: LabelScheme) -> "Edit":
        """Return the edit with a class for each label that the scheme lacks; one that changes it stays as it is."""
        if self.scheme is not None:
            return self
        grown = scheme.adding(each.label for each in self.added)
        return self if grown == scheme else replace(self, scheme=(scheme, grown))

    @property
    def is_empty(self) -> bool:
        """Return whether it changes nothing."""
        return not (self.removed or self.added or self.scheme or self.renamed or self.moved)

    @property
    def size(self) -> int:
        """Return how many annotations it writes, which tells how long it takes."""
        return len(self.removed) + len(self.added)

    @property
    def recording_ids(self) -> frozenset[str]:
        """Return the recordings whose annotations it touches; a renamed label may touch all others too."""
        return frozenset(each.recording_id for each in (*self.removed, *self.added))


def counted(annotations: Iterable[Annotation]) -> str:
    """Return what edits call their annotations: “robin”, or 3 annotations."""
    known = tuple(annotations)
    if len(known) == 1:
        return f"“{known[0].label}”" if known[0].label else "an annotation"
    return f"{len(known):,} annotations"
