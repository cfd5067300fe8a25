"""Recordings as a project knows them: by a path inside its folder, and by their content wherever they go."""

from dataclasses import dataclass, field

from desktop_app.annotation.annotations import new_id


@dataclass(frozen=True, slots=True)
class Recording:
    """One sound file of a project."""

    path: str
    """Where it lies, from the project's folder on, with slashes on every system."""
    size_bytes: int
    fingerprint: str = ""
    """Tells its content (`fingerprint_of`); empty until it was read."""
    modified_s: float = 0.0
    """Time of change in seconds since 1970 when it was fingerprinted; 0 where unknown."""
    duration_s: float | None = None
    """Length in seconds; None where unknown."""
    sample_rate_hz: int | None = None
    """Frames per second; None where unknown."""
    id: str = field(default_factory=new_id)
    """Tells it from all others, and stays when it is moved or renamed."""
