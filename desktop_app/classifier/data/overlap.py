"""Has the model heard these clips before? Only its card can tell, and often it cannot. No torch."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.data.clips import Clip
from desktop_app.errors import UserError

TRAINING_GROUPS = "groups"
TRAINING_HASHES = "clip_hashes"
"""Keys of `ModelCard.training`: speakers or sources learnt from, and `clip_hash` of each clip learnt from."""
HASH_LETTERS = 16  # 64 bits: among a million clips two share a hash with a chance of one in forty million
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Overlap:
    """What the clips of an evaluation share with the training of the model, as far as its card tells."""

    groups: tuple[str, ...] | None
    """Speakers or sources that the model learnt from, sorted; None where the card does not list them."""
    clips: tuple[Path, ...] | None
    """Clips that the model learnt from; None where the card does not list them."""
    measured_groups: tuple[str, ...]
    """Speakers or sources that the numbers on the card were measured on, sorted."""
    sources: tuple[str, ...]
    """Names of the recordings that the model learnt from."""

    @property
    def leaks(self) -> bool:
        """Return whether the model is known to have learnt from some of these clips or speakers."""
        return bool(self.groups or self.clips)

    def sentence(self) -> str:
        """Return what people must know before they believe the numbers; one or two sentences."""
        found = []
        if self.clips:
            found.append(f"{len(self.clips):,} of the clips themselves")
        if self.groups:
            found.append(f"other clips of {len(self.groups):,} of these speakers or sources")
        if found:
            return f"The model learnt from {' and '.join(found)}: on new ones it will be worse than these numbers."
        if self.groups is not None and self.clips is not None:
            return "The model learnt from none of these clips and from none of these speakers or sources."
        if self.groups is not None:
            return "The model learnt from none of these speakers or sources."
        if self.clips is not None:
            return "The model learnt from none of these clips; whether it knows their speakers, its card does not say."
        named = f" It learnt from: {'; '.join(self.sources)}." if self.sources else ""
        if self.measured_groups:
            named = f" The numbers on its card come from {len(self.measured_groups)} of them.{named}"
        return (
            "The card does not list whom or what the model learnt from, so these numbers hold for new recordings only "
            f"if you know that these speakers or sources are new to it.{named}"
        )


def overlap_of(card: ModelCard, paths: Sequence[Path], groups: Iterable[str]) -> Overlap:
    """Return what the clips share with the model's training. Reads the files only where the card lists hashes."""
    training = card.training or {}
    known_groups, known_hashes = _names(training.get(TRAINING_GROUPS)), _names(training.get(TRAINING_HASHES))
    here = set(groups)
    measured = set(card.results.group_accuracy) if card.results else set()
    heard = set() if known_hashes is None else {path for path in set(paths) if _hash(path) in known_hashes}
    return Overlap(
        groups=None if known_groups is None else tuple(sorted(known_groups & here)),
        clips=None if known_hashes is None else tuple(path for path in paths if path in heard),
        measured_groups=tuple(sorted(measured & here)),
        sources=tuple(source.name for source in card.trained_on),
    )


def new_to(card: ModelCard, clips: Sequence[Clip]) -> list[Clip]:
    """Return the clips that a model learnt neither from nor from others of their speaker or source.

    UserError where its card does not list them, or where it knows them all.
    """
    known = overlap_of(card, [clip.path for clip in clips], (clip.group for clip in clips))
    if known.groups is None or known.clips is None:
        raise UserError(f"The card of “{card.name}” does not list what it learnt from; evaluate it on all clips.")
    groups, paths = set(known.groups), set(known.clips)
    new = [clip for clip in clips if clip.group not in groups and clip.path not in paths]
    if not new:
        raise UserError(f"“{card.name}” learnt from all of these clips or their speakers; choose others, or all clips.")
    return new


def clip_hash(path: Path) -> str:
    """Return what a card lists a clip by: the first 16 hex digits of the SHA-256 of the file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(MEBIBYTE):
            digest.update(block)
    return digest.hexdigest()[:HASH_LETTERS]


def _hash(path: Path) -> str:
    """Return the hash of a file, empty where it cannot be read: whoever judges it will say so."""
    try:
        return clip_hash(path)
    except OSError:
        return ""


def _names(value: object) -> frozenset[str] | None:
    if not isinstance(value, list | tuple):
        return None
    return frozenset(str(name) for name in value)
