"""Where the clips of a run come from. No torch: a window shows them before anything is learnt."""

from pathlib import Path

from desktop_app.classifier.data.corpus import Found
from desktop_app.classifier.data.speech_commands import (
    DATASETS,
    as_twelve,
    datasets_dir,
    find_divided,
    find_speech_commands,
)
from desktop_app.classifier.runs.run_config import DataConfig
from desktop_app.errors import UserError


def find_source(data: DataConfig) -> Found:
    """Return the clips of the configured source, without fetching anything; UserError where it is not there."""
    source = data.source
    if source in DATASETS:
        place = datasets_dir(data.datasets) / source
        if not place.is_dir():
            raise UserError(f"“{source}” is not on this machine; `earmark train --data {source}` fetches it.")
        found = find_speech_commands(place)
    elif not source:
        raise UserError("No clips are named; give --data a folder of class folders or a list of clips.")
    else:
        found = find_divided(Path(source), data.group_by, data.labels)
    return as_twelve(found) if data.task == "twelve" else found
