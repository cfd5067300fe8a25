"""Settings: nothing that was chosen is lost, and no file on disk can stop the window from opening."""

import dataclasses
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from desktop_app.services.messages import Message, Messages
from desktop_app.services.settings import (
    MAX_LAST_RECORDINGS,
    ExportPreferences,
    Preferences,
    Settings,
    SpectrogramPreferences,
)


def test_every_kind_of_value_comes_back(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "deep" / "settings.json"
    settings = Settings(path)
    chosen: dict[str, object] = {
        "theme": "dark",
        "recent_folders": ("/a", "/b"),
        "volume": 1,
        "spectrogram": SpectrogramPreferences(window_frames=1024, range_db=(-80.0, -10.0)),
        "export": ExportPreferences(format="WAV", bits_per_sample=24),
        "column_widths": {"name": 200},
    }
    settings.change(**chosen)
    settings.close()
    assert Settings(path).values == dataclasses.replace(Preferences(), **chosen)


def test_it_is_saved_by_itself_a_moment_after_a_change(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path)
    settings.change(volume=0.25)
    assert not path.exists()
    qtbot.waitUntil(path.exists)
    assert json.loads(path.read_text())["volume"] == 0.25


def test_the_default_place_is_the_users_config_folder() -> None:
    assert Settings().path == Path(os.environ["XDG_CONFIG_HOME"]) / "earmark" / "settings.json"


def test_a_change_is_told_by_name_and_a_wrong_value_is_a_bug(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.change(volume=0.5, theme="system")
    assert told == ["volume"]
    for wrong in ({"volume": "loud"}, {"theme": "pink"}, {"no_such": 1}, {"autoplay": 1}, {"recent_folders": ["a"]}):
        with pytest.raises(TypeError):
            settings.change(**wrong)
    assert settings.values == dataclasses.replace(Preferences(), volume=0.5)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null", b'"text"'])
def test_a_broken_file_gives_defaults_is_kept_and_told(tmp_path: Path, qtbot: QtBot, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    messages = Messages()
    heard: list[Message] = []
    messages.posted.connect(heard.append)
    settings = Settings(path, messages)
    assert settings.values == Preferences()
    qtbot.waitUntil(lambda: len(heard) == 1)
    kept = tmp_path / "settings.json.unreadable"
    assert kept.read_bytes() == content
    assert str(kept) in heard[0].text


def test_one_bad_value_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    stored = {"theme": 3, "volume": 0.3, "spectrogram": {"window_frames": "wide", "colour_map": "magma"}}
    path.write_text(json.dumps(stored))
    values = Settings(path).values
    assert values.theme == "system"
    assert values.volume == 0.3
    assert values.spectrogram == SpectrogramPreferences(colour_map="magma")


def test_keys_of_a_newer_version_survive(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"holograms": {"depth": 3}, "volume": 0.3}')
    settings = Settings(path)
    settings.change(volume=0.4)
    settings.close()
    assert json.loads(path.read_text())["holograms"] == {"depth": 3}


def test_a_place_that_cannot_be_written_is_told_once(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("in the way")
    messages = Messages()
    heard: list[Message] = []
    messages.posted.connect(heard.append)
    settings = Settings(tmp_path / "file" / "settings.json", messages)
    settings.change(volume=0.1)
    settings.save()
    settings.change(volume=0.2)
    settings.save()
    assert [message.level for message in heard] == ["warning"]


def test_recent_folders_are_newest_first_without_doubles_and_few(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    for number in [*range(12), 5]:
        settings.remember_folder(Path(f"/f{number}"))
    recent = settings.values.recent_folders
    assert recent[:3] == ("/f5", "/f11", "/f10")
    assert len(recent) == len(set(recent)) == 10
    assert settings.values.last_folder == "/f5"


def test_the_last_recordings_of_the_newest_folders_are_kept(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    for number in [*range(MAX_LAST_RECORDINGS + 2), 5]:
        settings.remember_recording(Path(f"/f{number}"), Path(f"/f{number}/a.wav"))
    settings.remember_recording(Path("/f5"), Path("/f5/b.wav"))
    settings.save()
    last = Settings(settings.path).values.last_recordings
    assert len(last) == MAX_LAST_RECORDINGS
    assert next(iter(last.items())) == ("/f5", "/f5/b.wav")
    assert not {"/f0", "/f1"} & set(last)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(stored=st.dictionaries(st.sampled_from([f.name for f in dataclasses.fields(Preferences)]), json_values))
def test_whatever_a_file_holds_the_values_are_of_their_types(tmp_path: Path, stored: dict[str, object]) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(stored))
    settings = Settings(path)
    settings.change(**{f.name: getattr(settings.values, f.name) for f in dataclasses.fields(Preferences)})
    settings.save()
    assert Settings(path).values == settings.values


@pytest.mark.parametrize("number", ["1e400", "NaN", "-Infinity", "9" * 40, "1e300"])
def test_numbers_that_no_window_can_show_cost_only_themselves(tmp_path: Path, number: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(f'{{"volume": {number}, "spectrogram": {{"window_frames": {number}}}, "model": "owls"}}')
    values = Settings(path).values
    assert (values.volume, values.spectrogram, values.model) == (0.8, SpectrogramPreferences(), "owls")


def test_a_file_cannot_make_it_louder_than_full(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"volume": 70}')
    assert Settings(path).values.volume == 1.0
