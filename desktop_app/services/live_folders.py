"""Where what a microphone heard is kept, unless the person chose a place."""

from pathlib import Path

import platformdirs

from desktop_app.services.settings import LivePreferences

OWN_FOLDER = "Earmark"
CLIPS_FOLDER = "clips"


def recordings_folder(live: LivePreferences) -> Path:
    """Return where recordings go; it need not be there yet."""
    return Path(live.folder) if live.folder else Path(platformdirs.user_music_dir()) / OWN_FOLDER


def clips_folder(live: LivePreferences) -> Path:
    """Return where clips of events and clips that were cut out go; it need not be there yet."""
    return Path(live.clips_folder) if live.clips_folder else recordings_folder(live) / CLIPS_FOLDER
