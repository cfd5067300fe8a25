"""Where the files that ship with Earmark are: samples, models, icons."""

from pathlib import Path

import platformdirs

DEFAULT_MODEL = "commands12"
"""The shipped model that judges where none was chosen."""

_PACKAGE = Path(__file__).resolve().parent


def resources_dir() -> Path:
    """Return the folder of shipped files: inside the package when installed, beside it in a checkout."""
    installed = _PACKAGE / "_resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def samples_dir() -> Path:
    """Return the folder of bundled sample recordings."""
    return resources_dir() / "samples"


def models_dir() -> Path:
    """Return the folder of shipped model files (`*.safetensors`)."""
    return resources_dir() / "models"


def model_dirs() -> tuple[Path, Path]:
    """Return where models are looked for: those that ship, then the person's own."""
    return models_dir(), platformdirs.user_data_path("earmark", appauthor=False) / "models"


def icons_dir() -> Path:
    """Return the folder of SVG icons."""
    return resources_dir() / "icons"


def fonts_dir() -> Path:
    """Return the folder of the shipped type family."""
    return resources_dir() / "fonts"
