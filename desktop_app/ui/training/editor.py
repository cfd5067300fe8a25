"""What the person chose, as changes to a recipe: the same table that TOML files hold, never a second schema."""

import tomllib
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.classifier.runs.run_config import RunConfig, config_of, toml_of

Table = dict[str, Any]
FRONT_END, NETWORK, AUGMENTATION = "front_end", "network", "training.augmentation"


class ConfigEditor(QObject):
    """Holds a configuration as a table; keys are paths such as `training.epochs` or `training.augmentation.snr_db.0`.

    What nobody touches stays as it was, to the last digit.
    """

    changed = Signal(str)
    """The key whose value is another now; empty where all may be."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__()
        self._table = _table_of(config)

    def show(self, config: RunConfig) -> None:
        """Begin anew from a configuration."""
        self._table = _table_of(config)
        self.changed.emit("")

    def config(self) -> RunConfig:
        """Return the configuration; UserError where a value cannot be."""
        return config_of(self._table)

    def value(self, key: str) -> Any:
        """Return the value of a key, None where it is not set and follows from others."""
        place: Any = self._table
        for step in key.split("."):
            if isinstance(place, list):
                place = place[int(step)]
            elif isinstance(place, Mapping):
                place = place.get(step)
            else:
                return None
        return place

    def put(self, key: str, value: Any) -> None:
        """Set the value of a key; None takes it away, so that it follows from others.

        Another kind of front-end, or another network, begins with nothing but its name: constants of one make no sense
        for the other.
        """
        if value == self.value(key):
            return
        if key in (f"{FRONT_END}.kind", f"{NETWORK}.name"):
            parent, _, name = key.partition(".")
            self._table[parent] = {name: value}
        else:
            *parents, last = key.split(".")
            place: Any = self._table
            for step in parents:
                place = place[step]
            if isinstance(place, list):
                place[int(last)] = value
            elif value is None:
                place.pop(last, None)
            else:
                place[last] = value
        self.changed.emit(key)


def _table_of(config: RunConfig) -> Table:
    return tomllib.loads(toml_of(config))
