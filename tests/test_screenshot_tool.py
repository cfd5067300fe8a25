"""Taking pictures: what the scenes need is there, and nothing of it comes from elsewhere."""

from pathlib import Path

import pytest
import soundfile

from desktop_app import assets
from tools import screenshot
from tools.screenshot_scenes import SCENES
from tools.screenshot_sounds import (
    ANIMALS,
    CLIP_RATE_HZ,
    CLIPS_A_PLACE,
    PLACES,
    WORD_VARIANTS,
    write_animals,
    write_words,
)
from tools.screenshot_stage import garden_events

WORDS = {"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"}
README = Path(screenshot.ROOT, "README.md")


def test_words_are_made_of_the_bundled_ones_for_every_class_of_the_bundled_model(tmp_path: Path) -> None:
    write_words(tmp_path)
    assert {folder.name for folder in tmp_path.iterdir()} == WORDS
    spoken = [path for path in assets.samples_dir().iterdir() if path.stem.endswith(("man", "telephone"))]
    assert len(list(tmp_path.rglob("*.wav"))) == WORD_VARIANTS * len(spoken)


def test_animals_are_the_same_at_every_time_and_one_second_long(tmp_path: Path) -> None:
    for folder in ("once", "again"):
        write_animals(tmp_path / folder)
    clips = sorted((tmp_path / "once").rglob("*.wav"))
    assert len(clips) == len(ANIMALS) * PLACES * CLIPS_A_PLACE
    for clip in clips[::20]:
        assert soundfile.info(clip).frames == CLIP_RATE_HZ
        assert clip.read_bytes() == (tmp_path / "again" / clip.relative_to(tmp_path / "once")).read_bytes()


def test_the_garden_is_labelled_in_order_inside_its_three_minutes() -> None:
    events = list(garden_events())
    assert [event[1] for event in events] == sorted(event[1] for event in events)
    assert all(0 < onset_s < offset_s < 180 for _, onset_s, offset_s in events)


def test_a_scene_lives_in_a_home_of_its_own(tmp_path: Path) -> None:
    environment = screenshot.surroundings(tmp_path, ":5")
    places = [value for name, value in environment.items() if name.startswith("XDG_") and name.endswith("_HOME")]
    assert places
    assert all(Path(place).is_relative_to(tmp_path) for place in places)


def test_a_scene_that_does_not_exist_is_refused_with_those_that_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["screenshot", "sunset"])
    with pytest.raises(SystemExit, match=f"sunset.*{next(iter(SCENES))}"):
        screenshot.main()


def test_every_picture_that_the_readme_shows_is_in_the_folder() -> None:
    shown = [line.split("(")[-1].rstrip(")") for line in README.read_text().splitlines() if line.startswith("![")]
    assert shown
    assert not [path for path in shown if not (screenshot.ROOT / path).is_file()]
