"""Exporting clips: cut to the frame, named safely, never over anything that is there."""

from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import numpy.typing as npt
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.clips import PATTERN_FIELDS, ClipRequest, ExportSettings, clip_name, export_clip, export_clips
from desktop_app.audio.resample import resample
from desktop_app.audio.writer import SaveReport
from desktop_app.errors import UserError

Frames = npt.NDArray[np.float32]
FLOATS = ExportSettings(format="WAV", encoding="PCM_F", bits_per_sample=32)
REQUEST = ClipRequest(Path("/recordings/site 3/night.flac"), 12.5, 14.0, "tawny owl")


@pytest.fixture
def recording(tmp_path: Path, chirp_and_noise: Frames) -> Path:
    path = tmp_path / "night.wav"
    sf.write(path, chirp_and_noise, 16_000, subtype="FLOAT")
    return path


def named(pattern: str, request: ClipRequest = REQUEST, index: int = 7) -> str:
    return clip_name(request, ExportSettings(pattern=pattern), index)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (ExportSettings.pattern, "night_12.50-14.00.flac"),
        ("{stem}", "night.flac"),
        ("{label}/{stem}_{index:03d}", "tawny owl/night_007.flac"),
        ("{folder}-{stem}.{suffix}", "site 3-night.flac.flac"),
        ("{onset_s}-{offset_s}", "12.5-14.flac"),
        ("plain", "plain.flac"),
        ("a/./../b//c", "a/b/c.flac"),
        ("/etc/{stem}", "etc/night.flac"),
        ("{{literal}}", "{literal}.flac"),
        ("...", "clip.flac"),
        ("", "clip.flac"),
        ("con", "_con.flac"),
        ("Nul.{index}", "_Nul.7.flac"),
        ("console", "console.flac"),
        ("LPT1/{stem}", "_LPT1/night.flac"),
        ('a<b>c:d|e?f*g\\h"i', "a_b_c_d_e_f_g_h_i.flac"),
        (" {stem}. ", "night.flac"),
        (".{stem}", "night.flac"),
    ],
)
def test_a_pattern_gives_a_name(pattern: str, name: str) -> None:
    assert named(pattern) == name


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (replace(REQUEST, label="../../up"), "_.._up/x.flac"),
        (replace(REQUEST, label="a/b\\c"), "a_b_c/x.flac"),
        (replace(REQUEST, label=""), "x.flac"),
        (replace(REQUEST, label=".."), "x.flac"),
        (replace(REQUEST, label="CON"), "_CON/x.flac"),
        (replace(REQUEST, label="Käuzchen 🦉"), "Käuzchen 🦉/x.flac"),
    ],
)
def test_a_label_makes_one_folder_and_never_leads_out(request_: ClipRequest, name: str) -> None:
    assert named("{label}/x", request_) == name


@pytest.mark.parametrize(
    "pattern",
    [
        "{stam}",
        "{}",
        "{0}",
        "{stem",
        "stem}",
        "{stem.__class__}",
        "{stem[0]}",
        "{stem!r}",
        "{index:d d}",
        "{label:.2f}",
        "{index:999999999}",
        "{stem:{index}}",
    ],
)
def test_a_bad_pattern_is_answered_with_the_fields(pattern: str) -> None:
    with pytest.raises(UserError, match="is not understood: use the fields") as caught:
        named(pattern)
    assert all(f"{{{name}}}" in str(caught.value) for name in PATTERN_FIELDS)


@given(st.text(), st.text(), st.sampled_from(["{label}/{stem}", "{stem}_{label}", "{folder}/{label}{index}"]))
def test_any_label_and_stem_give_a_name_that_every_system_takes(stem: str, label: str, pattern: str) -> None:
    name = named(pattern, ClipRequest(Path("/x") / stem.replace("/", "").replace("\0", ""), label=label))
    assert not PurePosixPath(name).is_absolute()
    assert not PureWindowsPath(name).drive
    for part in name.split("/"):
        assert part == part.strip(" ").rstrip(".")
        assert part not in ("", ".", "..")
        assert not part.startswith(".")
        assert len(part.encode()) <= 255
        assert not set(part) & set('<>:"\\|?*\0\n\r\t')


def test_very_long_names_are_cut_between_characters() -> None:
    name = named("{stem}", ClipRequest(Path("ä" * 250 + ".wav")))
    assert name == "ä" * 100 + ".flac"


def test_a_clip_to_the_end_shows_as_end_before_its_recording_is_opened() -> None:
    assert named(ExportSettings.pattern, ClipRequest(Path("a.wav"))) == "a_0.00-end.flac"


@pytest.mark.parametrize(
    ("onset_s", "offset_s", "start", "stop"),
    [(0, None, 0, 32_000), (0.5, 1.25, 8_000, 20_000), (0.00003, 0.00009, 0, 1), (1.5, 99, 24_000, 32_000)],
)
def test_a_clip_holds_exactly_its_frames(
    tmp_path: Path,
    recording: Path,
    chirp_and_noise: Frames,
    onset_s: float,
    offset_s: float | None,
    start: int,
    stop: int,
) -> None:
    report = export_clip(ClipRequest(recording, onset_s, offset_s), tmp_path / "out.wav", FLOATS)
    assert (report.path, report.frames) == (tmp_path / "out.wav", stop - start)
    np.testing.assert_array_equal(sf.read(tmp_path / "out.wav", dtype="float32")[0], chirp_and_noise[start:stop])


def test_a_long_clip_crosses_blocks_without_a_seam(tmp_path: Path) -> None:
    sound = np.random.default_rng(3).normal(0, 0.1, 300_000).astype(np.float32)
    sf.write(tmp_path / "long.wav", sound, 48_000, subtype="FLOAT")
    seen: list[tuple[int, int]] = []
    export_clip(
        ClipRequest(tmp_path / "long.wav", 1 / 48_000, 299_999 / 48_000), tmp_path / "out.wav", FLOATS,
        progress=lambda done, wanted: seen.append((done, wanted)),
    )  # fmt: skip
    np.testing.assert_array_equal(sf.read(tmp_path / "out.wav", dtype="float32")[0], sound[1:299_999])
    assert seen[-1] == (299_998, 299_998)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_mixing_to_mono_averages_the_channels(tmp_path: Path, recording: Path, chirp_and_noise: Frames) -> None:
    export_clip(ClipRequest(recording), tmp_path / "out.wav", replace(FLOATS, mono=True))
    np.testing.assert_allclose(
        sf.read(tmp_path / "out.wav", dtype="float32")[0], chirp_and_noise.mean(axis=1), atol=1e-7
    )


def test_a_clip_is_resampled_after_the_cut(tmp_path: Path, recording: Path, chirp_and_noise: Frames) -> None:
    export_clip(ClipRequest(recording, 0.5, 1.0), tmp_path / "out.wav", replace(FLOATS, sample_rate_hz=8_000))
    decoded, rate_hz = sf.read(tmp_path / "out.wav", dtype="float32")
    assert rate_hz == 8_000
    np.testing.assert_array_equal(decoded, resample(chirp_and_noise[8_000:16_000], 16_000, 8_000))


def test_a_taken_name_is_left_alone_and_the_next_is_used(tmp_path: Path, recording: Path) -> None:
    folder = tmp_path / "new" / "folder"
    settings = ExportSettings(pattern="{label}/{stem}")
    paths = [export_clip(ClipRequest(recording, label="owl"), folder, settings).path for _ in range(3)]
    assert paths == [folder / "owl" / name for name in ("night.flac", "night (2).flac", "night (3).flac")]


def test_the_name_tells_the_real_end(tmp_path: Path, recording: Path) -> None:
    assert export_clip(ClipRequest(recording, 0.5, 99), tmp_path / "out", ExportSettings()).path == (
        tmp_path / "out" / "night_0.50-2.00.flac"
    )


def test_the_recording_itself_is_never_replaced(tmp_path: Path, recording: Path) -> None:
    before = recording.read_bytes()
    with pytest.raises(UserError, match="is the recording itself"):
        export_clip(ClipRequest(recording), tmp_path / "x" / ".." / "night.wav", FLOATS)
    assert export_clip(ClipRequest(recording), tmp_path, replace(FLOATS, pattern="{stem}")).path == (
        tmp_path / "night (2).wav"
    )
    assert recording.read_bytes() == before


@pytest.mark.parametrize(
    ("onset_s", "offset_s", "sentence"),
    [
        (2.0, None, "is 2.00 s long: choose a start"),
        (-1.0, None, "choose a start from 0"),
        (float("nan"), None, "choose a start from 0"),
        (1.0, 1.0, "is empty: choose a later end"),
        (1.0, 0.5, "is empty: choose a later end"),
        (1.0, float("nan"), "is empty: choose a later end"),
        (1.0, 1.00001, "is empty: choose a later end"),
    ],
)
def test_a_clip_outside_its_recording_is_told(
    tmp_path: Path, recording: Path, onset_s: float, offset_s: float | None, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        export_clip(ClipRequest(recording, onset_s, offset_s), tmp_path / "out", FLOATS)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, recording: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="folder"):
        export_clip(ClipRequest(recording), tmp_path / "file" / "out", FLOATS)


def test_cancelling_leaves_nothing_behind(tmp_path: Path, recording: Path) -> None:
    def cancel(_done: int, _wanted: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_clip(ClipRequest(recording), tmp_path / "out", FLOATS, progress=cancel)
    assert list((tmp_path / "out").iterdir()) == []


def test_one_bad_recording_does_not_stop_the_others(tmp_path: Path, recording: Path) -> None:
    (tmp_path / "broken.wav").write_text("this is text")
    requests = [ClipRequest(recording, label="a"), ClipRequest(tmp_path / "broken.wav"), ClipRequest(recording)]
    settings = ExportSettings(pattern="{index}_{stem}")
    outcomes = [outcome for _, outcome in export_clips(requests, tmp_path / "out", settings)]
    assert [type(outcome) for outcome in outcomes] == [SaveReport, UserError, SaveReport]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1_night.flac", "3_night.flac"]


def test_a_wrong_pattern_stops_before_the_first_recording(tmp_path: Path, recording: Path) -> None:
    with pytest.raises(UserError, match="not understood"):
        next(export_clips([ClipRequest(recording)], tmp_path, ExportSettings(pattern="{oops}")))


def test_many_clips_never_replace_a_file_that_stands_where_their_folder_should(recording: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.wav"
    taken.write_bytes(b"forty years old")
    with pytest.raises(UserError, match="is a file: choose a folder"):
        list(export_clips([ClipRequest(recording)], taken, FLOATS))
    assert taken.read_bytes() == b"forty years old"


def test_a_folder_that_is_called_like_a_file_gets_all_clips(recording: Path, tmp_path: Path) -> None:
    folder = tmp_path / "best of.wav"
    written = list(export_clips([ClipRequest(recording), ClipRequest(recording)], folder, FLOATS))
    assert len(written) == len(list(folder.iterdir())) == 2
