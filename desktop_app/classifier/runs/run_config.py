"""Everything that a training run is told, as dataclasses and as TOML. No torch."""

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from desktop_app.assets import resources_dir
from desktop_app.audio.sources import shown_name
from desktop_app.classifier.runs.toml_text import text_of, toml_text
from desktop_app.classifier.training_settings import TrainingSettings
from desktop_app.errors import UserError

MOST_CONFIG_BYTES = 2**20
HIGHEST_SEED = 2**32 - 1
Table = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class SoundConfig:
    """What the network hears."""

    sample_rate_hz: int = 16_000
    """Recordings are resampled to it: 250,000 for bats, 8,000 for the telephone, 200 for infrasound."""
    window_s: float = 1.0
    """Length of what is judged at a time."""


@dataclass(frozen=True)
class DataConfig:
    """Which clips there are and how they are divided."""

    source: str = ""
    """A folder with labels or class folders, a manifest (CSV or JSON), `speech_commands_v0.01` or `..._v0.02`."""
    labels: str = "auto"
    """Of a folder: the accepted labels of its `project`, or the names of its class `folders`; `auto`: the first where
    two classes have some or there are no class folders, else the second."""
    group_by: str = "speaker"
    """Which clips belong together: `speaker`, `source`, `file`, or a regular expression with one group."""
    split: str = "auto"
    """`group` by a hash of speaker or source, `random`, `given` by manifest or official lists; `auto`: given where
    there is one, else by group."""
    validation_share: float = 0.15
    """Part held back to choose the best round and to set the temperature."""
    test_share: float = 0.15
    """Part that only measures the finished model."""
    allow_leaks: bool = False
    """Go on although a speaker, a source or a file stands on two sides of the split; the report says so."""
    task: str = "all"
    """`all` classes as they are, or `twelve`: ten words, `_unknown_` and `_silence_`, as in the benchmark."""
    noises: str = ""
    """A folder of backgrounds to mix in; `_background_noise_` beside the classes is used, too."""
    datasets: str = ""
    """Folder of downloaded data sets; empty for the person's own data folder."""
    fewest_clips: int = 10
    """Classes with fewer are named."""
    seed: int = 1
    """Of the random split."""


@dataclass(frozen=True)
class RunConfig:
    """A training run."""

    name: str = "model"
    """Of the model; its file is called so, too."""
    title: str = ""
    """One line for lists."""
    sound: SoundConfig = field(default_factory=SoundConfig)
    """What the network hears."""
    data: DataConfig = field(default_factory=DataConfig)
    """What it learns from."""
    front_end: Mapping[str, Any] = field(default_factory=lambda: {"kind": "log_mel"})
    """Kind and constants of the way from waveform to network; what is not said follows from the sample rate."""
    network: Mapping[str, Any] = field(default_factory=lambda: {"name": "tc_resnet_14_1.5"})
    """A network's name, and what is to be different from it."""
    training: TrainingSettings = field(default_factory=TrainingSettings)
    """How it learns."""


_LIMITS: Mapping[str, tuple[float, float]] = {
    "training.epochs": (1, 100_000),
    "training.clips_per_epoch": (0, 10**9),
    "training.class_shares": (0, 1e9),
    "training.batch_size": (2, 65_536),
    "training.max_rate": (1e-12, math.inf),
    "training.weight_decay": (0, 10),
    "training.patience": (0, 100_000),
    "training.patience_from": (0, 1),
    "training.label_smoothing": (0, 0.99),
    "training.mix_up": (0, 100),
    "training.word_share": (0, 100),
    "training.average": (0, 0.999999),
    "training.seed": (0, HIGHEST_SEED),
    "training.augmentation.speed": (0, 1),
    "training.augmentation.shift_s": (0, 600),
    "training.augmentation.quieter_db": (0, 200),
    "training.augmentation.louder_db": (0, 200),
    "training.augmentation.room_probability": (0, 1),
    "training.augmentation.noise_probability": (0, 1),
    "training.augmentation.snr_db": (-200, 200),
    "training.augmentation.bands_shift": (0, 1),
    "training.augmentation.colour_db": (0, 200),
    "training.augmentation.band_masks": (0, 100),
    "training.augmentation.band_mask_width": (0, 100_000),
    "training.augmentation.column_masks": (0, 100),
    "training.augmentation.column_mask_width": (0, 100_000),
    "sound.sample_rate_hz": (1, 10_000_000),
    "sound.window_s": (1e-6, 600),
    "data.validation_share": (0, 0.9),
    "data.test_share": (0, 0.9),
    "data.seed": (0, HIGHEST_SEED),
}
"""The least and the most that numbers can be."""
_WORDS: Mapping[str, tuple[str, ...]] = {
    "data.labels": ("auto", "project", "folders"),
    "data.split": ("auto", "group", "random", "given"),
    "data.task": ("all", "twelve"),
    "training.sampling": ("balanced", "once"),
}


def recipe_names() -> tuple[str, ...]:
    """Return the names of the recipes that ship."""
    return tuple(sorted(path.stem for path in (resources_dir() / "recipes").glob("*.toml")))


def read_recipe(name: str) -> Table:
    """Return the table of a recipe that ships, by its name, or of a TOML file; UserError where there is none."""
    if name in recipe_names():
        return read_toml(resources_dir() / "recipes" / f"{name}.toml")
    if Path(name).suffix.lower() == ".toml":
        return read_toml(Path(name))
    raise UserError(f"There is no recipe “{name}”; choose {', '.join(recipe_names())}, or a .toml file.")


def read_toml(path: Path) -> Table:
    """Return the table in a TOML file; UserError where it cannot be read."""
    try:
        if path.stat().st_size > MOST_CONFIG_BYTES:
            raise UserError(f"“{shown_name(path)}” is too large for a recipe; choose another file.")
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as reason:
        raise UserError(f"“{shown_name(path)}” cannot be read ({reason.strerror}); choose another file.") from reason
    except (ValueError, RecursionError) as reason:
        raise UserError(f"“{shown_name(path)}” is no TOML ({reason}); correct it.") from reason


def with_settings(table: Mapping[str, Any], settings: Sequence[str]) -> Table:
    """Return the table changed by texts such as `training.epochs=3`; a value that is no TOML is taken as text."""
    changed: Table = {key: dict(value) if isinstance(value, dict) else value for key, value in table.items()}
    for setting in settings:
        path, equals, text = setting.partition("=")
        *parents, key = path.strip().split(".")
        if not equals or not key:
            raise UserError(f"“{setting}” sets nothing; write it as key=value, such as training.epochs=30.")
        place = changed
        for parent in parents:
            inner = place.get(parent)
            place[parent] = dict(inner) if isinstance(inner, dict) else {}
            place = place[parent]
        place[key] = _value_of(text.strip())
    return changed


def config_of(table: Mapping[str, Any]) -> RunConfig:
    """Return the configuration in a table; UserError that names a key that is not known or a value of a wrong kind."""
    config = _build(RunConfig, table, "")
    _check(config)
    return config


def toml_of(config: RunConfig) -> str:
    """Return the configuration as TOML; `config_of` takes it back unchanged."""
    return toml_text(_plain(config))


def _value_of(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def _build(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """Return a dataclass made of a table, level by level."""
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            place = f" in [{where}]" if where else ""
            meant = [path for path in _paths(RunConfig) if path.endswith(f".{key}")]
            hint = f"did you mean {meant[0]}?" if meant else f"the settings there are: {', '.join(known)}."
            raise UserError(f"“{key}”{place} is no setting; {hint}")
    hints = get_type_hints(kind)
    values = {key: _converted(value, hints[key], f"{where}.{key}".strip(".")) for key, value in table.items()}
    missing = [name for name, each in known.items() if name not in values and not _has_default(each)]
    if missing:
        raise UserError(f"The setting “{missing[0]}” in [{where}] is missing; add it.")
    return kind(**values)


def _paths(kind: type, where: str = "") -> Iterator[str]:
    """Yield all settings of a dataclass and of those inside it, as `training.epochs`."""
    for name, hint in get_type_hints(kind).items():
        inner = next((each for each in (hint, *get_args(hint)) if is_dataclass(each)), None)
        if isinstance(inner, type):
            yield from _paths(inner, f"{where}{name}.")
        else:
            yield f"{where}{name}"


def _has_default(each: "Field[Any]") -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


def _converted(value: Any, hint: Any, where: str) -> Any:
    """Return a value of TOML as a field wants it."""
    if get_origin(hint) in (Union, UnionType):  # only “a dataclass or None”, which TOML writes as false
        if value is False:
            return None
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise UserError(f"“{where}” is a table of settings; write it as [{where}].")
        return _build(hint, value, where)
    if get_origin(hint) is tuple:
        if isinstance(value, list) and len(value) == len(get_args(hint)):
            return tuple(_converted(item, kind, where) for item, kind in zip(value, get_args(hint), strict=True))
    elif isinstance(hint, type) and hint in _SCALARS:
        if isinstance(value, _SCALARS[hint]) and (hint is bool or not isinstance(value, bool)):
            return text_of(str(value)) if hint is str else hint(value)
    elif isinstance(value, Mapping):
        kind = get_args(hint)[1]
        return {
            key: inner if kind is Any else _converted(inner, kind, f"{where}.{key}") for key, inner in value.items()
        }
    raise UserError(f"The value {value!r} of “{where}” is not of the right kind; correct it.")


_SCALARS: Mapping[type, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int,), float: (int, float)}


def _check(config: RunConfig) -> None:
    """Raise UserError for numbers and words that cannot be."""
    for name, (low, high) in _LIMITS.items():
        for value in _values_at(config, name):
            if not low <= value <= high:
                limits = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:.10g}"
                raise UserError(f"“{name}” is {value:g} and must be {limits}; correct it.")
    for name, allowed in _WORDS.items():
        for word in _values_at(config, name):
            if word not in allowed:
                raise UserError(f"“{name}” is “{word}” and must be one of {', '.join(allowed)}; correct it.")
    if not config.name or any(letter in config.name for letter in '/\\:*?"<>|\0\n'):
        raise UserError(f"“{config.name}” cannot be a model’s name; choose letters, digits and dashes.")


def _values_at(config: RunConfig, name: str) -> tuple[Any, ...]:
    """Return what is set under a name such as `training.epochs`: one value, those of a list or table, or none."""
    value: Any = config
    for part in name.split("."):
        value = getattr(value, part, None)
    if isinstance(value, Mapping):
        return tuple(value.values())
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _plain(value: Any) -> Any:
    """Return what TOML can hold: dataclasses as tables, None as false, tuples as lists."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return False if value is None else value
