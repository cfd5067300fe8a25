"""What the person chose, typed, and remembered between sessions as one JSON file."""

import dataclasses
import json
import logging
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs
from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.audio.atomic import replacing
from desktop_app.audio.clips import ExportSettings
from desktop_app.audio.spectrogram import SpectrogramSettings
from desktop_app.errors import UserError
from desktop_app.services.messages import Messages

logger = logging.getLogger(__name__)
T = typing.TypeVar("T")

SAVE_DELAY_MS = 800
LARGEST = 2**31 - 1
"""No number here is larger, and Qt takes none that is."""
MAX_RECENT_FOLDERS = 10
MAX_LAST_RECORDINGS = 100
HIDDEN_LABEL_COLUMNS = ("centre", "peak_frequency", "bandwidth", "duration_90", "rms", "peak", "snr")
"""Those that are measured from the sound, until somebody asks for them."""


@dataclass(frozen=True)
class SpectrogramPreferences(SpectrogramSettings):
    """How sound is computed and drawn."""

    colour_map: str = "viridis"
    """A perceptual colour map."""
    range_db: tuple[float, float] | None = None
    """Dynamic range from black to brightest; None: found from the recording."""
    band_rate_hz: int | None = None
    """Sample rate of the recording in which the band was chosen by hand; None: it was not, or of old."""


@dataclass(frozen=True)
class ExportPreferences(ExportSettings):
    """The last choices in the export dialog."""

    folder: str = ""
    """Where files go; empty: the folder is asked for."""


FormatName = Literal["FLAC", "WAV"]
BitDepth = Literal[16, 24, 32]


@dataclass(frozen=True)
class LivePreferences:
    """How the microphone is listened to and recorded."""

    device: str = ""
    """Full name of the microphone; empty: the system's default."""
    sample_rate_hz: int | None = None
    """None: the rate that the microphone prefers."""
    channels: int | None = None
    """None: the microphone's own, at most two."""
    folder: str = ""
    """Where recordings go; empty: a folder of their own among the person's music."""
    format: FormatName = "FLAC"
    """What recordings are written as."""
    bits_per_sample: BitDepth = 16
    """How finely; only WAV has 32, as floating-point numbers."""
    pre_roll_s: float = 10.0
    """Sound from before the key was pressed that is recorded too."""
    split_minutes: float = 0.0
    """Length of recording after which a new file is begun; 0: never."""
    pattern: str = "{date}_{time}{zone}"
    """Names of recordings, without ending; `audio.recorder.PATTERN_FIELDS` says what may stand in it."""
    span_s: float = 10.0
    """About how much sound is in sight."""
    averaging_s: float = 0.5
    """Scores are averaged over so long before they are compared."""
    thresholds: dict[str, dict[str, float]] = field(default_factory=dict)
    """Averaged scores from which classes make an event where the person has moved them: by model, then by label; the
    label "" stands for all classes without one of their own. Scores of one model mean nothing for another."""
    minimum_count: int = 3
    """Least number of results that are averaged."""
    suppression_s: float = 1.0
    """A class makes no second event so soon."""
    keep_clips: bool = False
    """Whether the sound of events is kept."""
    clips_folder: str = ""
    """Where it is kept; empty: beside the recordings."""
    context_s: float = 1.0
    """Sound before and after an event that is kept with it."""


@dataclass(frozen=True)
class TrainingPreferences:
    """How networks were taught last."""

    recipe: str = ""
    """Name or file of the recipe that was begun from; empty: the default one."""
    settings: str = ""
    """The recipe as it was changed since, as TOML; empty: not at all."""


@dataclass(frozen=True)
class Preferences:
    """Everything that is remembered, with its default."""

    theme: Literal["system", "light", "dark"] = "system"
    """Colours of the window."""
    recent_folders: tuple[str, ...] = ()
    """Newest first."""
    last_folder: str = ""
    """Opened again at the next start; empty: none."""
    last_recordings: dict[str, str] = field(default_factory=dict)
    """By folder, the recording that was shown there last; the folder of the newest first."""
    window_geometry: str = ""
    """`QMainWindow.saveGeometry`, base 64."""
    window_state: str = ""
    """`QMainWindow.saveState`, base 64."""
    volume: float = 0.8
    """Of playing, 0 to 1."""
    output_device: str = ""
    """Name of the output device; empty: the system's default."""
    autoplay: bool = False
    """Play a recording when it is selected."""
    key_preset: Literal["earmark", "audacity", "raven"] = "earmark"
    """Which program's keys are used."""
    wheel: Literal["scroll", "zoom"] = "scroll"
    """What the wheel does over the sound; with Ctrl the other."""
    snap: Literal["off", "zero", "10 ms", "100 ms"] = "off"
    """Where edges that are dragged come to rest: anywhere, where the wave crosses zero, or on a grid."""
    spectrogram: SpectrogramPreferences = field(default_factory=SpectrogramPreferences)
    """How sound is drawn."""
    export: ExportPreferences = field(default_factory=ExportPreferences)
    """The last choices in the export dialog."""
    live: LivePreferences = field(default_factory=LivePreferences)
    """How the microphone is listened to."""
    training: TrainingPreferences = field(default_factory=TrainingPreferences)
    """The last choices on the page of trainings."""
    hidden_columns: tuple[str, ...] = ("rate", "channels", "encoding", "size", "modified")
    """Columns of the folder list that are not shown."""
    column_widths: dict[str, int] = field(default_factory=dict)
    """Widths of the folder list's columns in pixels, by name; a column without an entry has its default."""
    hidden_label_columns: tuple[str, ...] = HIDDEN_LABEL_COLUMNS
    """Columns of the table of annotations that are not shown."""
    model: str = ""
    """Name of the model that classifies; empty: the shipped one."""
    reviewer: str = ""
    """Name that annotations bear as their maker or judge; empty: none."""


class Settings(QObject):
    """The one owner of `Preferences`: read `settings.values.volume`, write `settings.change(volume=0.5)`.

    Saved a moment after the last change, and by `close`. A value that does not fit its field falls back to the
    default; keys that this version does not know are kept. GUI thread only.
    """

    changed = Signal(str)
    """Name of the field of `Preferences` that has a new value."""

    def __init__(self, path: Path | None = None, messages: Messages | None = None) -> None:
        super().__init__()
        self.path = path or Path(platformdirs.user_config_dir("earmark", appauthor=False)) / "settings.json"
        self._messages = messages or Messages(self)
        self._unknown: dict[str, Any] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_DELAY_MS)
        self._timer.timeout.connect(self.save)
        self._save_failed = False
        self.values = self._load()

    def change(self, **fields: Any) -> None:
        """Set fields of `Preferences`; a name it lacks or a value of a wrong type is a bug (TypeError)."""
        new = dataclasses.replace(self.values, **fields)
        hints = typing.get_type_hints(Preferences)
        for name, value in fields.items():
            if not _fits(value, hints[name]):
                raise TypeError(f"settings: {name} cannot be {value!r}")
        old, self.values = self.values, new
        for name in fields:
            if getattr(old, name) != getattr(new, name):
                self._timer.start()
                self.changed.emit(name)

    def remember_folder(self, folder: Path) -> None:
        """Put a folder first among the recent ones and make it the last one opened."""
        others = [recent for recent in self.values.recent_folders if recent != str(folder)]
        self.change(recent_folders=(str(folder), *others)[:MAX_RECENT_FOLDERS], last_folder=str(folder))

    def remember_recording(self, folder: Path, recording: Path) -> None:
        """Keep which recording of a folder was shown last; of the oldest folders it is forgotten."""
        others = {name: path for name, path in self.values.last_recordings.items() if name != str(folder)}
        newest = {str(folder): str(recording), **others}
        self.change(last_recordings=dict(list(newest.items())[:MAX_LAST_RECORDINGS]))

    def save(self) -> None:
        """Write now, as a whole: a kill or a full disk leaves the old file. A failure is told once."""
        self._timer.stop()
        text = json.dumps({**self._unknown, **dataclasses.asdict(self.values)}, indent=2)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as file:
                file.write(text.encode())
        except (OSError, UserError) as problem:
            if not self._save_failed:
                cause = problem.__cause__ if isinstance(problem, UserError) else problem
                reason = cause.strerror if isinstance(cause, OSError) else problem
                self._messages.warning(f"Settings cannot be saved in {self.path}: {reason}.")
            self._save_failed = True

    def close(self) -> None:
        """Save what is not saved yet."""
        if self._timer.isActive():
            self.save()

    def _load(self) -> Preferences:
        try:
            read = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(read, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return Preferences()
        except (OSError, ValueError):
            self._set_aside()
            return Preferences()
        names = {each.name for each in dataclasses.fields(Preferences)}
        self._unknown = {name: value for name, value in read.items() if name not in names}
        values = _from_json(Preferences, read)
        return dataclasses.replace(values, volume=min(max(values.volume, 0.0), 1.0))

    def _set_aside(self) -> None:
        """Keep a file that cannot be read for the person to look at; told after the window is there to tell it."""
        kept = self.path.with_name(self.path.name + ".unreadable")
        try:
            self.path.replace(kept)
            text = f"The settings could not be read, so the defaults are used; the old file is kept as {kept}."
        except OSError as problem:
            text = f"The settings in {self.path} cannot be read ({problem.strerror}), so the defaults are used."
        logger.info(text)
        QTimer.singleShot(0, self, lambda: self._messages.warning(text))


def _from_json(kind: type[T], read: dict[str, Any]) -> T:
    """Return a dataclass with every field of `read` that fits its type; the others keep their defaults."""
    hints = typing.get_type_hints(kind)
    given = {name: _revive(read[name], hint) for name, hint in hints.items() if name in read}
    return kind(**{name: value for name, value in given.items() if _fits(value, hints[name])})


def _revive(value: Any, hint: Any) -> Any:
    """Turn what JSON made of a tuple or a dataclass back into one; leave everything else."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return _from_json(hint, value)
    if isinstance(value, list):
        return tuple(value)
    return value


def _fits(value: Any, hint: Any) -> bool:
    """Return whether a value is of a field's type; a whole number is a float too, a bool, ∞ or NaN is no number."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return value in arguments
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, option) for option in arguments)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(v, arguments[1]) for v in value.values())
    if origin is tuple:
        return isinstance(value, tuple) and _all_fit(value, arguments)
    if hint in (float, int):
        return isinstance(value, int | hint) and not isinstance(value, bool) and abs(value) <= LARGEST
    return isinstance(value, hint)


def _all_fit(values: tuple[Any, ...], hints: tuple[Any, ...]) -> bool:
    if len(hints) == 2 and hints[1] is Ellipsis:
        hints = (hints[0],) * len(values)
    return len(values) == len(hints) and all(_fits(value, hint) for value, hint in zip(values, hints, strict=True))
