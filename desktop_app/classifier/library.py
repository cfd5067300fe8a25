"""The models at hand: those that ship, and the person's own, which can be added, renamed and thrown away. No torch.

A model is one file, weights (safetensors) or ONNX; weights may have a compiled model of the same name beside them
(`engine.compiled_path`), which goes where they go.
"""

import itertools
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.audio.atomic import explain_write_error, replacing
from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import (
    METADATA_KEY,
    SUFFIX,
    ModelCard,
    ModelEntry,
    card_to_json,
    find_model,
    list_models,
    read_card,
    read_header,
)
from desktop_app.classifier.engines.engine import compiled_path, fingerprint, open_engine
from desktop_app.errors import UserError

HEADER_LENGTH_BYTES = 8
ALIGNMENT_BYTES = 8  # safetensors pads its header with spaces so that the weights stay aligned

EXPORT_SUFFIXES = {onnx_file.SUFFIX: "onnx", ".pt": "torchscript", ".ts": "torchscript", ".pt2": "torch-export"}
"""Suffix -> kind of an export for other programs (`engines.export`)."""

_NAME = re.compile(r"\w[\w .+()-]{0,79}")
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Library:
    """Where models are."""

    shipped: Path
    """Those that came with Earmark; they are never changed."""
    own: Path
    """The person's own; made when the first one is added."""

    def models(self, problems: Callable[[str], None] | None = None) -> tuple[ModelEntry, ...]:
        """Return all models, sorted by name; a shipped one wins over an own one of its name."""
        return list_models(self.shipped, self.own, problems=problems)

    def find(self, name: str) -> ModelEntry:
        """Return the model of a name or in a file; UserError lists the names there are."""
        return find_model(name, self.shipped, self.own)

    def is_shipped(self, entry: ModelEntry) -> bool:
        """Return whether the model came with Earmark."""
        return entry.path.resolve().is_relative_to(self.shipped.resolve())

    def add(self, source: Path, name: str | None = None) -> ModelEntry:
        """Copy a model file into the library, under its card's name or another one, and return it.

        It is loaded first, so that nothing broken gets in; the compiled model beside it comes along. UserError where
        it is no model, where the name is taken, or where the disk refuses.
        """
        card = read_card(source)
        open_engine(source)
        target = self.free_place(name or card.name, source.suffix.lower())
        return _moved(ModelEntry(source, card), target, name or card.name)

    def rename(self, entry: ModelEntry, name: str) -> ModelEntry:
        """Give an own model another name, in card and file name, and return it; UserError for shipped ones."""
        self._refuse_shipped(entry, "renamed")
        if name == entry.card.name:
            return entry
        renamed = _moved(entry, self.free_place(name, entry.path.suffix.lower()), name)
        for path in _files(entry.path):
            path.unlink(missing_ok=True)
        return renamed

    def delete(self, entry: ModelEntry, throw_away: Callable[[Path], None]) -> None:
        """Hand an own model's files to `throw_away`; UserError for shipped ones."""
        self._refuse_shipped(entry, "deleted")
        for path in _files(entry.path):
            throw_away(path)

    def export(self, entry: ModelEntry, target: Path) -> None:
        """Save a model for other people or programs, card inside; the suffix says what kind (`EXPORT_SUFFIXES`).

        Its own kind is copied; for another one torch is loaded, seconds pass, and nothing is written unless its scores
        are equal. UserError where that cannot be done or written. Any thread but the window's.
        """
        suffix = target.suffix.lower()
        if suffix == entry.path.suffix.lower():
            with entry.path.open("rb") as source, replacing(target) as file:
                shutil.copyfileobj(source, file)
        elif suffix in EXPORT_SUFFIXES and entry.path.suffix.lower() == SUFFIX:
            from desktop_app.classifier.engines.export import export_model

            export_model(entry.path, target, EXPORT_SUFFIXES[suffix])
        else:
            known = ", ".join(export_suffixes(entry))
            raise UserError(f"“{target.name}” has no suffix that says what to write; give it one of {known}.")

    def free_name(self, name: str) -> str:
        """Return a name, with a number behind it where it is taken."""
        taken = {entry.card.name.casefold() for entry in self.models()}
        names = itertools.chain((name,), (f"{name} ({number})" for number in itertools.count(2)))
        return next(each for each in names if each.casefold() not in taken)

    def free_place(self, name: str, suffix: str) -> Path:
        """Return where a new model of this name is saved; UserError where the name is taken or no file name."""
        if not _NAME.fullmatch(name) or name != name.strip(" .") or _RESERVED.match(name):
            raise UserError(
                f"“{name}” cannot be the name of a model: use letters, digits, spaces and . _ - + ( ), at most 80."
            )
        taken = {entry.card.name.casefold() for entry in self.models()}
        place = self.own / f"{name}{suffix}"
        if name.casefold() in taken or place.exists():
            raise UserError(f"There is already a model named “{name}”; choose another name.")
        try:
            self.own.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_write_error(error, self.own) from error
        return place

    def _refuse_shipped(self, entry: ModelEntry, what: str) -> None:
        if self.is_shipped(entry):
            instead = "; export it and import it under another name." if what == "renamed" else "."
            raise UserError(f"“{entry.card.name}” came with Earmark and cannot be {what}{instead}")
        if not entry.path.resolve().is_relative_to(self.own.resolve()):
            raise UserError(f"“{entry.path}” is not among your models and cannot be {what} here; import it first.")


def export_suffixes(entry: ModelEntry) -> tuple[str, ...]:
    """Return the suffixes under which a model can be saved, its own first; an ONNX file stays one."""
    own = entry.path.suffix.lower()
    return (own, *EXPORT_SUFFIXES) if own == SUFFIX else (own,)


def move_to_trash(path: Path) -> None:
    """Move a file to the system's trash; UserError where there is none."""
    from send2trash import send2trash

    try:
        send2trash(path)
    except OSError as reason:
        raise UserError(
            f"“{path.name}” could not be moved to the trash ({reason}); delete it in {path.parent}."
        ) from reason


def _files(path: Path) -> list[Path]:
    """Return a model's file, and the compiled model beside it, which goes first: alone it would be a model."""
    compiled = compiled_path(path)
    return [compiled, path] if compiled != path and compiled.is_file() else [path]


def _moved(entry: ModelEntry, target: Path, name: str) -> ModelEntry:
    """Write a model's files under another name, with the name in their cards, and return it."""
    card = replace(entry.card, name=name)
    _write(target, with_card(entry.path, card))
    compiled = compiled_path(entry.path)
    if compiled != entry.path and compiled.is_file():
        said = {onnx_file.SOURCE_KEY: fingerprint(target), onnx_file.CARD_KEY: card_to_json(card)}
        if onnx_file.read_metadata(compiled).get(onnx_file.SOURCE_KEY) == fingerprint(entry.path):
            _write(compiled_path(target), _with_said(compiled, said))
    return ModelEntry(target, card)


def with_card(path: Path, card: ModelCard) -> bytes:
    """Return the content of a model file with another card in it; the weights stay as they are, byte for byte."""
    if path.suffix.lower() != SUFFIX:
        return _with_said(path, {onnx_file.CARD_KEY: card_to_json(card)})
    header = read_header(path)
    header["__metadata__"] = {**header.get("__metadata__", {}), METADATA_KEY: card_to_json(card)}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT_BYTES)
    content = path.read_bytes()
    weights_start = HEADER_LENGTH_BYTES + int.from_bytes(content[:HEADER_LENGTH_BYTES], "little")
    return len(text).to_bytes(HEADER_LENGTH_BYTES, "little") + text + content[weights_start:]


def _with_said(path: Path, values: dict[str, str]) -> bytes:
    """Return the content of an ONNX file in which these entries of ours are other ones."""
    content = onnx_file.read_onnx(path)
    ours = {key: text for key, text in onnx_file.metadata_in(content).items() if key.startswith(onnx_file.OURS)}
    return onnx_file.with_metadata(content, ours | values)


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)
