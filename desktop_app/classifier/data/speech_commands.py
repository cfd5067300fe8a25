"""Speech Commands (Warden 2018, arXiv 1804.03209): where it is, its official lists, and the task of twelve classes.

The same data as `torchaudio.datasets.SPEECHCOMMANDS`, by the same addresses and checksums.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from desktop_app.classifier.card import DataSource
from desktop_app.classifier.data.clips import Clip, position_of
from desktop_app.classifier.data.corpus import Found, find_in
from desktop_app.classifier.data.download import Archive, Watch, fetch, unpack
from desktop_app.errors import UserError

TEN_WORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes")
UNKNOWN, SILENCE = "_unknown_", "_silence_"
LISTS: Mapping[str, str] = {"validation": "validation_list.txt", "test": "testing_list.txt"}
_STORE = "https://storage.googleapis.com/download.tensorflow.org/data"
_MOST_PER_CLASS = 2**27 - 1


@dataclass(frozen=True)
class Dataset:
    """A data set that can be fetched."""

    name: str
    """As it is given to `--data`."""
    title: str
    """As it stands on cards."""
    archive: Archive
    """Where it comes from."""
    licence: str = "CC BY 4.0"
    """Of the recordings."""
    attribution: str = "Pete Warden, Speech Commands, arXiv 1804.03209"
    """Whom to name."""

    def source(self, clips: int) -> DataSource:
        """Return what a card says of it."""
        return DataSource(self.title, self.licence, self.attribution, clips)


DATASETS: Mapping[str, Dataset] = {
    "speech_commands_v0.01": Dataset(
        "speech_commands_v0.01",
        "Speech Commands v0.01 (30 words)",
        Archive(
            f"{_STORE}/speech_commands_v0.01.tar.gz",
            "743935421bb51cccdb6bdd152e04c5c70274e935c82119ad7faeec31780d811d",
        ),
    ),
    "speech_commands_v0.02": Dataset(
        "speech_commands_v0.02",
        "Speech Commands v0.02 (35 words)",
        Archive(
            f"{_STORE}/speech_commands_v0.02.tar.gz",
            "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58",
        ),
    ),
}
"""Data sets by name; checksums as in torchaudio."""


def datasets_dir(chosen: str) -> Path:
    """Return the folder of downloaded data sets: the chosen one, or the person's own."""
    return Path(chosen) if chosen else platformdirs.user_data_path("earmark", appauthor=False) / "datasets"


def obtain(dataset: Dataset, folder: Path, fetching: Watch, unpacking: Watch) -> Path:
    """Return where a data set lies below `folder`, after fetching it if it is not there; UserError where that fails."""
    place = folder / dataset.name
    if not place.is_dir():
        archive = folder / Path(dataset.archive.url).name
        if not archive.is_file():
            fetch(dataset.archive, archive, fetching)
        unpack(archive, place, unpacking)
        archive.unlink()
    return place


def find_divided(source: Path, group_by: str, labels: str) -> Found:
    """Return what `find_in` does; where lists lie in a folder and its class folders count, with the sides of those."""
    if labels != "project" and _has_lists(source):
        return find_speech_commands(source, group_by)
    return find_in(source, group_by, labels)


def find_speech_commands(folder: Path, group_by: str = "speaker") -> Found:
    """Return the clips of a data set with their official sides; without its lists, by the rule that made them.

    Lists may be empty: clips cut out of few recordings, none of which is held back. The rule would divide those clips
    by their own names, and so put parts of one recording on two sides.
    """
    found = find_in(folder, group_by)
    if _has_lists(folder):
        listed = {side: _listed(folder / name) for side, name in LISTS.items()}
        clips = [replace(clip, split=_side_of(clip, listed)) for clip in found.clips]
    else:
        clips = [replace(clip, split=official_side(clip.path)) for clip in found.clips]
    return replace(found, clips=tuple(clips), official=True)


def official_side(path: Path, validation_percent: float = 10.0, test_percent: float = 10.0) -> str:
    """Return the side of a clip by the hash of its speaker, as `input_data.py` of the benchmark computes it."""
    speaker = re.sub(r"_nohash_.*$", "", path.name)
    hashed = int(hashlib.sha1(speaker.encode()).hexdigest(), 16)
    percent = hashed % (_MOST_PER_CLASS + 1) * (100.0 / _MOST_PER_CLASS)
    if percent < validation_percent:
        return "validation"
    return "test" if percent < validation_percent + test_percent else "train"


def as_twelve(found: Found) -> Found:
    """Return the clips for the task of twelve classes: ten words, and all others as `_unknown_`.

    To measure on, `_unknown_` is thinned to as many clips as a word has on the average. UserError where a word is
    missing. `_silence_` is cut from the backgrounds later (`classifier.silence`).
    """
    missing = set(TEN_WORDS) - {clip.label for clip in found.clips}
    if missing or not found.noises:
        lacking = ", ".join(sorted(missing)) or "the folder _background_noise_"
        raise UserError(f"The task of twelve classes needs what is not there: {lacking}; choose task “all”.")
    clips = [clip if clip.label in TEN_WORDS else replace(clip, label=UNKNOWN) for clip in found.clips]
    counts = Counter((clip.split, clip.label) for clip in clips)
    shares = {}
    for side in ("validation", "test"):
        of_words = sum(counts[side, word] for word in TEN_WORDS) / len(TEN_WORDS)
        shares[side] = of_words / max(1, counts[side, UNKNOWN])
    kept = (c for c in clips if c.label != UNKNOWN or c.split not in shares or _position(c) < shares[c.split])
    return replace(found, clips=tuple(kept))


def _position(clip: Clip) -> float:
    return position_of(f"{clip.word}/{clip.path.name}")


def _has_lists(folder: Path) -> bool:
    return any((folder / name).is_file() for name in LISTS.values())


def _listed(path: Path) -> frozenset[str]:
    return frozenset(path.read_text("utf-8").split()) if path.is_file() else frozenset()


def _side_of(clip: Clip, listed: Mapping[str, frozenset[str]]) -> str:
    name = f"{clip.path.parent.name}/{clip.path.name}"
    return next((side for side, names in listed.items() if name in names), "train")
