"""`earmark info` tells what recordings are, and keeps going past those that are none."""

from pathlib import Path

from tests.cli.conftest import Earmark


def test_one_recording_is_told_line_by_line(earmark: Earmark, folder: Path) -> None:
    answer = earmark("info", folder / "stereo.wav")
    assert answer.status == 0
    lines = {line.split(maxsplit=1)[0]: line for line in answer.out.splitlines()}
    assert lines["Encoding"].endswith("PCM_S, 16 bits")
    assert lines["Sample"].endswith("16,000 Hz")
    assert lines["Duration"].endswith("0:02.000 (32,000 frames)")
    assert lines["Channels"].endswith("2")


def test_a_folder_is_a_table_and_goes_on_past_what_is_no_sound(earmark: Earmark, folder: Path) -> None:
    answer = earmark("info", folder)
    assert answer.status == 1
    assert [line.split()[0].rpartition("/")[2] for line in answer.out.splitlines()] == [
        "File",
        "stereo.wav",
        "[mono].FLAC",
    ]
    assert answer.err.count("earmark: ") == 1
    assert "broken.wav" in answer.err


def test_json_has_everything_and_a_reason_for_the_rest(earmark: Earmark, folder: Path) -> None:
    answer = earmark("info", "--json", folder / "stereo.wav", folder / "broken.wav", folder / "missing.wav")
    good, broken, missing = answer.json
    assert answer.status == 1
    size_bytes = (folder / "stereo.wav").stat().st_size
    assert good == {
        "path": str(folder / "stereo.wav"),
        "error": None,
        "container": "WAV",
        "encoding": "PCM_S",
        "sample_rate_hz": 16_000,
        "channels": 2,
        "bits_per_sample": 16,
        "frames": 32_000,
        "duration_s": 2.0,
        "size_bytes": size_bytes,
        "tags": {},
        "notes": [],
    }
    assert "broken.wav" in broken["error"]
    assert "missing.wav" in missing["error"]


def test_nothing_but_broken_files_still_answers(earmark: Earmark, folder: Path) -> None:
    answer = earmark("info", folder / "broken.wav")
    assert (answer.status, answer.out) == (1, "")
    assert "broken.wav" in answer.err


def test_a_damaged_file_is_told_with_its_folder(earmark: Earmark, folder: Path) -> None:
    (folder / "below" / "broken.wav").write_text("no sound either")
    lines = earmark("info", folder).err.splitlines()
    assert {line.split(": “")[0] for line in lines} == {
        f"earmark: {folder / 'below' / 'broken.wav'}",
        f"earmark: {folder / 'broken.wav'}",
    }


def test_the_table_tells_what_is_cut_off(earmark: Earmark, folder: Path) -> None:
    whole = (folder / "stereo.wav").read_bytes()
    (folder / "cut.wav").write_bytes(whole[: len(whole) // 2])
    (line,) = (line for line in earmark("info", folder).out.splitlines() if "cut.wav" in line)
    assert "The file is cut off" in line


def test_a_recording_is_one_line_whatever_its_name(earmark: Earmark, folder: Path) -> None:
    (folder / "two\nlines.wav").write_bytes((folder / "stereo.wav").read_bytes())
    answer = earmark("info", folder)
    assert "two\\nlines.wav" in answer.out
    assert len(answer.out.splitlines()) == 4
