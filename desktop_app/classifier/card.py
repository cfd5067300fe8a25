"""The model card: everything a person or a program must know about a model, kept inside the model's own file.

Reading a card needs no torch: a safetensors file begins with the length of its header (8 bytes, little endian) and the
header, which is JSON; the card is one text in its `__metadata__`. Imported ONNX models keep it in their metadata.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from desktop_app.audio.sources import require_regular_file, shown_name
from desktop_app.classifier import onnx_file
from desktop_app.classifier.rejection import Rejection
from desktop_app.errors import UserError

SCHEMA_VERSION = 1
METADATA_KEY = "earmark_card"
SUFFIX = ".safetensors"
MOST_HEADER_BYTES = 4 * 2**20  # a card with a thousand classes has 100 KiB; nothing is allocated from a lying length
MOST_CLASSES = 10_000
MOST_WINDOW_S = 600.0
MOST_RATE_HZ = 10_000_000


@dataclass(frozen=True)
class DataSource:
    """Recordings that a model was trained on."""

    name: str
    """What they are called."""
    licence: str
    """Their licence."""
    attribution: str
    """Whom to name."""
    clips: int
    """How many were used."""


@dataclass(frozen=True)
class Results:
    """How good the model is, and how that was measured."""

    how: str
    """Which clips, who spoke them, and what the network had seen before."""
    clips: int
    """How many clips were judged."""
    accuracy: float
    """Share judged right."""
    macro_f1: float
    """Mean over the classes of the harmonic mean of precision and recall."""
    loss: float
    """Mean negative log of the score of the right class."""
    calibration_error: float
    """Mean distance between score and share judged right."""
    class_accuracy: Mapping[str, float]
    """Share judged right, by class."""
    confusion: tuple[tuple[int, ...], ...]
    """Counts in the order of the classes; row: what it is, column: what it was taken for."""
    group_accuracy: Mapping[str, float]
    """Share judged right, by speaker or source."""


@dataclass(frozen=True)
class ModelCard:
    """What a model is, hears, was made of, and can do."""

    name: str
    """Short name, as given to `--model`."""
    title: str
    """One line for lists."""
    classes: tuple[str, ...]
    """Labels, in the order of the network's outputs."""
    sample_rate_hz: int
    """Rate that the network hears; recordings are resampled to it."""
    window_s: float
    """Length of what the network judges at a time."""
    front_end: Mapping[str, Any]
    """Kind and constants of the way from waveform to network (`classifier.frontend`)."""
    network: Mapping[str, Any]
    """Kind and sizes of the network (`classifier.networks`)."""
    temperature: float
    """Logits are divided by it before the softmax, so that scores are honest."""
    parameters: int
    """Trained weights."""
    macs: int
    """Multiply-accumulate operations of the network for one window."""
    created: str
    """Date, ISO 8601."""
    licence: str
    """Of the weights."""
    intended_use: str
    """What it is for."""
    limits: str
    """What it cannot do."""
    trained_on: tuple[DataSource, ...] = ()
    """The recordings behind it."""
    training: Mapping[str, Any] | None = None
    """Settings of the training run."""
    results: Results | None = None
    """None where nobody has measured it."""
    rejection: Rejection | None = None
    """When it says “unknown”; None where it always names the nearest class."""
    schema_version: int = SCHEMA_VERSION
    """Of this card's layout."""

    @property
    def window_frames(self) -> int:
        """Return the length of a window in samples."""
        return round(self.window_s * self.sample_rate_hz)


@dataclass(frozen=True)
class ModelEntry:
    """A model that can be chosen."""

    path: Path
    """Its file."""
    card: ModelCard
    """What it is."""


def read_card(path: Path) -> ModelCard:
    """Return the card of a model file without reading its weights; UserError for anything else. Any thread."""
    text = _card_text(path)
    if not isinstance(text, str):
        raise UserError(f"“{shown_name(path)}” has no model card; choose a model made by Earmark.")
    return card_from_json(text, shown_name(path))


def _card_text(path: Path) -> object:
    """Return the text of the card, None where the file has none."""
    if path.suffix.lower() == onnx_file.SUFFIX:
        return onnx_file.read_metadata(path).get(onnx_file.CARD_KEY)
    metadata = read_header(path).get("__metadata__")
    return metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None


def read_header(path: Path) -> dict[str, Any]:
    """Return the header of a safetensors file: name -> dtype, shape, place; UserError where it is none."""
    size = require_regular_file(path).st_size
    wrong = UserError(f"“{shown_name(path)}” is not a model file (safetensors) or is damaged; choose another one.")
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(MOST_HEADER_BYTES, size - 8):
                raise wrong
            header = json.loads(file.read(length))
    except OSError as reason:
        raise UserError(f"“{shown_name(path)}” cannot be read ({reason.strerror}); choose another one.") from reason
    except (ValueError, RecursionError) as reason:
        raise wrong from reason
    if not isinstance(header, dict):
        raise wrong
    return header


def card_to_json(card: ModelCard) -> str:
    """Return the card as the text that stands in a model file."""
    return json.dumps(asdict(card), ensure_ascii=False, allow_nan=False)


def card_from_json(text: str, file_name: str) -> ModelCard:
    """Return the card that a text holds; UserError, naming the file, where it is newer, incomplete or untrue."""
    try:
        values = json.loads(text)
        version = values["schema_version"]
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise UserError(f"“{file_name}” was made by a newer Earmark; update Earmark to use it.")
        card = _card_of(values)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as reason:
        raise UserError(
            f"“{file_name}” has a model card that makes no sense ({reason}); get the model again."
        ) from reason
    return card


def list_models(*folders: Path, problems: Callable[[str], None] | None = None) -> tuple[ModelEntry, ...]:
    """Return the models in the folders, sorted by name; the first of two with one name wins.

    A file that is no model is left out and told to `problems`; a folder that does not exist holds none.
    """
    found: dict[str, ModelEntry] = {}
    for folder in folders:
        for path in _model_files(folder):
            try:
                card = read_card(path)
            except UserError as reason:
                if problems:
                    problems(str(reason))
                continue
            found.setdefault(card.name, ModelEntry(path, card))
    return tuple(found[name] for name in sorted(found))


def find_model(name: str, *folders: Path) -> ModelEntry:
    """Return the model of that name, or in the file of that name; UserError lists the names there are."""
    entries = list_models(*folders)
    for entry in entries:
        if name in (entry.card.name, entry.path.name):
            return entry
    if Path(name).suffix.lower() in (SUFFIX, onnx_file.SUFFIX):
        return ModelEntry(Path(name), read_card(Path(name)))
    known = ", ".join(entry.card.name for entry in entries) or "none"
    raise UserError(f"There is no model named “{name}”; the models here are: {known}.")


def _model_files(folder: Path) -> list[Path]:
    """Return the files of weights, and the ONNX files that are not compiled from one of them."""
    weights = sorted(folder.glob(f"*{SUFFIX}"))
    compiled = {path.with_suffix(onnx_file.SUFFIX) for path in weights}
    return weights + sorted(set(folder.glob(f"*{onnx_file.SUFFIX}")) - compiled)


def _card_of(values: dict[str, Any]) -> ModelCard:
    _demand(isinstance(values["classes"], list) and _is_whole(values["schema_version"]), "classes or schema version")
    known = {field.name for field in fields(ModelCard)}
    card = ModelCard(**{name: value for name, value in values.items() if name in known})
    sources = tuple(DataSource(**source) for source in card.trained_on)  # type: ignore[arg-type]
    results = None if values.get("results") is None else _results_of(values["results"])
    rejection = None if values.get("rejection") is None else Rejection(**values["rejection"])
    parts = {"classes": tuple(card.classes), "trained_on": sources, "results": results, "rejection": rejection}
    checked = ModelCard(**{**card.__dict__, **parts})
    _check(checked)
    return checked


def _results_of(values: dict[str, Any]) -> Results:
    return Results(**{**values, "confusion": tuple(tuple(row) for row in values["confusion"])})


def _check(card: ModelCard) -> None:
    """Raise ValueError where a card cannot be true; its network and front-end are checked when they are built."""
    texts = (card.name, card.title, card.created, card.licence, card.intended_use, card.limits, *card.classes)
    _demand(all(isinstance(text, str) and text for text in texts), "a text is missing")
    _demand(1 <= len(card.classes) <= MOST_CLASSES, "the number of classes")
    _demand(len(set(card.classes)) == len(card.classes), "two classes of one name")
    _demand(_is_whole(card.sample_rate_hz) and 1 <= card.sample_rate_hz <= MOST_RATE_HZ, "the sample rate")
    _demand(_is_number(card.window_s) and 0 < card.window_s <= MOST_WINDOW_S, "the length of the window")
    _demand(_is_number(card.temperature) and 0 < card.temperature < 1000, "the temperature")
    _demand(_is_whole(card.parameters) and _is_whole(card.macs), "the size of the network")
    if card.rejection is not None:
        limit, how = card.rejection.limit, card.rejection.how
        _demand(_is_number(limit) and 0 <= limit <= 1 and isinstance(how, str), "the limit of its scores")
    _demand(isinstance(card.front_end, dict) and isinstance(card.network, dict), "the network")
    _demand(card.training is None or isinstance(card.training, dict), "the settings of its training")
    for source in card.trained_on:
        said = (source.name, source.licence, source.attribution)
        _demand(all(isinstance(text, str) for text in said) and _is_whole(source.clips), "what it was trained on")
    if card.results is not None:
        _check_results(card.results, card.classes)


def _check_results(results: Results, classes: Sequence[str]) -> None:
    by_class, by_group = results.class_accuracy, results.group_accuracy
    shares = (results.accuracy, results.macro_f1, results.calibration_error, *by_class.values(), *by_group.values())
    _demand(all(_is_number(share) and 0 <= share <= 1 for share in shares), "a share among its results")
    _demand(_is_number(results.loss) and _is_whole(results.clips) and isinstance(results.how, str), "its results")
    counts = [count for row in results.confusion for count in row]
    square = len(results.confusion) == len(classes) and {len(row) for row in results.confusion} == {len(classes)}
    _demand(square and all(_is_whole(count) for count in counts), "what was taken for what")
    _demand(set(classes) <= set(by_class), "the results of a class")


def _demand(true: bool, what: str) -> None:
    if not true:
        raise ValueError(what)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
