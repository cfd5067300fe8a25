"""Training in the window: a real child process learns tones, is stopped, killed, refused and resumed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from pytestqt.qtbot import QtBot

from desktop_app.classifier.card import read_card
from desktop_app.classifier.engines.engine import compiled_path
from desktop_app.classifier.runs.run_config import DataConfig, RunConfig, config_of, toml_of
from desktop_app.services.job_context import JobContext
from desktop_app.services.jobs import JobRunner
from desktop_app.services.training import ABORTED, Begun, NetworkTraining, Standing, leaking
from desktop_app.services.training_errand import Errand, Failure
from desktop_app.services.training_examples import Examples, HeardExample
from desktop_app.services.training_rates import RateFinder
from desktop_app.services.training_runs import RunOutcome, RunRecord, list_runs, read_run, runs_dir
from desktop_app.services.training_survey import Survey, name_of_source, survey
from tests.classifier.conftest import FRAMES, RATE_HZ, tone

CHILD_TIMEOUT_MS = 60_000
TABLE = {
    "name": "tones",
    "sound": {"sample_rate_hz": RATE_HZ, "window_s": FRAMES / RATE_HZ},
    "front_end": {"kind": "log_mel", "mel_bands": 24},
    "network": {"name": "tc_resnet_8", "widths": [8, 16, 16]},
    "training": {
        "epochs": 3,
        "clips_per_epoch": 96,
        "batch_size": 16,
        "max_rate": 1e-2,
        "average": 0.8,
        "mix_up": 0.0,
        "augmentation": {"speed": 0.02, "shift_s": 0.02, "bands_shift": 0.02, "band_mask_width": 2},
    },
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return class folders of two tones and quiet, sixteen speakers each, a damaged file and a background."""
    folder = tmp_path / "data"
    for label in ("high", "low", "quiet"):
        (folder / label).mkdir(parents=True)
        for speaker in range(16):
            name = f"{speaker + 10 * ord(label[0]):08x}_nohash_0.wav"
            sf.write(folder / label / name, tone(label, FRAMES, speaker), RATE_HZ)
    (folder / "_background_noise_").mkdir()
    sf.write(folder / "_background_noise_" / "noise.wav", 10 * tone("quiet", 5 * FRAMES, 99), RATE_HZ)
    (folder / "low" / "broken.wav").write_text("no sound")
    return folder


@pytest.fixture
def config(data: Path) -> RunConfig:
    """Return a short training on the tones."""
    made = config_of(TABLE)
    return replace(made, data=replace(made.data, source=str(data)))


def epochs(config: RunConfig, count: int) -> RunConfig:
    return replace(config, training=replace(config.training, epochs=count))


@pytest.fixture
def training(qtbot: QtBot) -> Iterator[NetworkTraining]:
    """Return the service; no child outlives the test."""
    made = NetworkTraining()
    yield made
    made.close()
    assert not made.running


def listed() -> list[RunRecord]:
    return list_runs(JobContext(lambda: None), runs_dir())


def test_stop_keeps_the_best_round_at_once_and_the_run_goes_on_to_its_report_another_day(
    training: NetworkTraining, config: RunConfig, qtbot: QtBot
) -> None:
    begun: list[Begun] = []
    outcomes: list[RunOutcome] = []
    standings: list[Standing] = []
    rounds: list[int] = []
    phases: list[str] = []
    training.begun.connect(begun.append)
    training.stepped.connect(standings.append)
    training.round_done.connect(lambda report: rounds.append(report.epoch))
    training.phase_changed.connect(phases.append)
    training.finished.connect(outcomes.append)
    training.round_done.connect(lambda report: training.stop() if report.epoch == 1 else None)
    with qtbot.waitSignal(training.finished, timeout=CHILD_TIMEOUT_MS):
        training.start(replace(config, training=replace(config.training, epochs=4, clips_per_epoch=320)))
        training.start(config)  # a second click changes nothing
    stopped = outcomes[0]
    assert stopped.stopped and read_card(stopped.model).name == "tones" and 1 <= stopped.epochs_done < 4
    assert training.settling and not training.running and not compiled_path(stopped.model).exists()
    record = listed()[0]
    assert record.resumable and len(record.rounds) == stopped.epochs_done
    assert begun[0].classes == ("high", "low", "quiet") and begun[0].run == stopped.run == training.run
    with qtbot.waitSignal(training.settled, timeout=CHILD_TIMEOUT_MS):
        training.resume(record.path)
    outcome = outcomes[1]
    assert phases == 2 * ["reading", "learning", "measuring", "idle"]
    assert begun[1].rounds == record.rounds and rounds == [1, 2, 3, 4] and standings[-1].fraction == 1.0
    assert (outcome.epochs_done, outcome.stopped, outcome.run) == (4, False, stopped.run)
    assert outcome.accuracy is not None and outcome.accuracy > 0.8
    assert outcome.report is not None and outcome.report.is_file() and compiled_path(outcome.model).is_file()
    finished = listed()[0]
    assert (finished.outcome, finished.resumable, finished.accuracy) == (outcome, False, outcome.accuracy)


def test_stopped_before_the_first_round_there_is_no_model_and_no_complaint(
    training: NetworkTraining, config: RunConfig, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(training.failed), qtbot.waitSignal(training.stopped, timeout=CHILD_TIMEOUT_MS):
        training.start(replace(config, training=replace(config.training, clips_per_epoch=10**6)))
        training.stop()


def test_a_second_stop_ends_a_child_that_hangs(training: NetworkTraining, config: RunConfig, qtbot: QtBot) -> None:
    with qtbot.waitSignal(training.stopped, timeout=CHILD_TIMEOUT_MS):
        training.start(epochs(config, 300))
        qtbot.waitUntil(lambda: training.child.process_id > 0)
        os.kill(training.child.process_id, signal.SIGSTOP)
        training.stop()
        assert training.stopping
        training.stop()
    assert not training.running and training.phase == "idle"


def test_a_child_that_is_killed_is_told_in_a_sentence_and_its_rounds_stay(
    training: NetworkTraining, config: RunConfig, qtbot: QtBot
) -> None:
    training.round_done.connect(lambda _: os.kill(training.child.process_id, signal.SIGKILL))
    with qtbot.waitSignal(training.failed, timeout=CHILD_TIMEOUT_MS) as told:
        training.start(epochs(config, 300))
    assert told.args[0] == Failure(ABORTED)
    assert "memory" in ABORTED and "resumed" in ABORTED
    record = listed()[0]
    assert record.resumable and record.outcome is None and record.accuracy is not None


def test_a_training_whose_window_dies_stops_by_itself_and_keeps_the_best(config: RunConfig, tmp_path: Path) -> None:
    recipe, run = tmp_path / "recipe.toml", tmp_path / "run"
    recipe.write_text(toml_of(epochs(config, 300)))
    words = ["train", "--json-lines", f"--recipe={recipe}", f"--data={config.data.source}", f"--out={run}"]
    command = [sys.executable, "-P", "-m", "desktop_app", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        assert any(json.loads(line)["event"] == "round" for line in process.stdout)
        process.stdin.close()  # as the system does for a process that is gone
        assert json.loads(process.stdout.read().splitlines()[-1])["event"] == "outcome"  # and nothing is compiled
    assert process.returncode == 130
    record = read_run(run)
    assert record is not None and record.outcome is not None and record.outcome.stopped


def test_a_split_that_leaks_is_refused_and_may_be_trained_on_all_the_same(
    training: NetworkTraining, config: RunConfig, data: Path, runner: JobRunner, qtbot: QtBot
) -> None:
    for label in ("high", "low"):
        for take in range(1, 6):
            sf.write(data / label / f"{10 * ord(label[0]):08x}_nohash_{take}.wav", tone(label, FRAMES, take), RATE_HZ)
    risky = replace(config, data=replace(config.data, split="random"))
    with qtbot.waitSignal(training.failed, timeout=CHILD_TIMEOUT_MS) as told:
        training.start(risky)
    failure: Failure = told.args[0]
    assert failure.leaks and "more than one side" in failure.text
    looked = surveyed(runner, qtbot, risky.data)
    assert looked.leaks and "more than one side" in looked.problem and looked.side("test") > 0
    assert leaking(risky).data.allow_leaks


@pytest.mark.expects_log_warnings
def test_a_child_that_fails_without_a_word_is_said_and_logged(qtbot: QtBot) -> None:
    errand = Errand(aborted="")
    with qtbot.waitSignal(errand.failed, timeout=CHILD_TIMEOUT_MS) as told:
        errand._send("train", "--threads=many")
    assert "Something went wrong" in told.args[0].text and "--threads" in told.args[0].text


def test_the_rate_finder_tells_every_rate_and_suggests_one(config: RunConfig, qtbot: QtBot) -> None:
    finder = RateFinder()
    rates: list[float] = []
    finder.tried.connect(lambda point, _share: rates.append(point.rate))
    with qtbot.waitSignal(finder.found, timeout=CHILD_TIMEOUT_MS) as told:
        finder.start(config)
    finder.close()
    assert rates == sorted(rates) and len(rates) > 20
    assert told.args[0] in rates


def test_an_example_differs_from_its_clip_and_comes_back_by_its_numbers(config: RunConfig, qtbot: QtBot) -> None:
    examples = Examples()
    heard = [draw(examples, qtbot, config, clip, seed) for clip, seed in ((1, 1), (1, 2), (2, 1), (1, 1))]
    sounds = [(sf.read(example.before)[0], sf.read(example.after)[0]) for example in heard]
    first, other_draw, other_clip, again = sounds
    assert not np.array_equal(first[0], first[1])
    assert np.array_equal(first[0], other_draw[0]) and not np.array_equal(first[1], other_draw[1])
    assert heard[0].clip != heard[2].clip and not np.array_equal(first[0], other_clip[0])
    assert np.array_equal(first[1], again[1]) and np.array_equal(heard[0].pictures[1], heard[3].pictures[1])
    plain = draw(examples, qtbot, replace(config, training=replace(config.training, augmentation=None)), 1, 1)
    assert plain.before.read_bytes() == plain.after.read_bytes()
    assert np.array_equal(*plain.pictures)
    with qtbot.waitSignal(examples.failed, timeout=CHILD_TIMEOUT_MS) as told:
        examples.ask(replace(config, data=DataConfig(source="/nowhere")), 1, 1)
    assert "/nowhere" in told.args[0].text
    folder = plain.after.parent
    examples.close()
    assert not folder.exists()


def draw(examples: Examples, qtbot: QtBot, config: RunConfig, clip: int, seed: int) -> HeardExample:
    with qtbot.waitSignal(examples.ready, timeout=CHILD_TIMEOUT_MS) as told:
        examples.ask(config, clip, seed)
    example: HeardExample = told.args[0]
    return example


def surveyed(runner: JobRunner, qtbot: QtBot, data: DataConfig) -> Survey:
    job = runner.start(survey, data)
    with qtbot.waitSignal(job.finished, timeout=CHILD_TIMEOUT_MS) as told:
        pass
    found: Survey = told.args[0]
    return found


def test_a_survey_counts_clips_by_class_and_side_and_names_what_is_wrong(
    data: Path, runner: JobRunner, qtbot: QtBot
) -> None:
    (data / "rare").mkdir()
    for speaker in range(3):
        sf.write(data / "rare" / f"{900 + speaker:08x}_nohash_0.wav", tone("low", FRAMES, 50 + speaker), RATE_HZ)
    (data / "empty").mkdir()
    found = surveyed(runner, qtbot, DataConfig(source=str(data)))
    assert [(each.label, each.total, each.few) for each in found.classes] == [
        ("high", 16, False),
        ("low", 16, False),
        ("quiet", 16, False),
        ("rare", 3, True),
    ]
    assert [skip.path.name for skip in found.unreadable] == ["broken.wav"]
    assert found.clips == 51 == found.groups and found.backgrounds == 1
    assert sum(found.side(side) for side in ("train", "validation", "test")) == 51 and found.side("test") > 0
    assert (found.sample_rate_hz, found.duration_s, found.problem) == (RATE_HZ, 0.5, "")
    assert any("empty" in note for note in found.notes)


def test_a_survey_of_one_class_says_what_a_training_would_say(data: Path, runner: JobRunner, qtbot: QtBot) -> None:
    for label in ("high", "quiet"):
        for path in (data / label).iterdir():
            path.unlink()
    found = surveyed(runner, qtbot, DataConfig(source=str(data)))
    assert "only one class" in found.problem and not found.leaks and found.clips == 16


def test_a_survey_finds_the_grouping_that_the_names_show(tmp_path: Path, runner: JobRunner, qtbot: QtBot) -> None:
    for label in ("rain", "sea"):
        (tmp_path / label).mkdir()
        for take in "ABC":
            name = f"1-{100 + len(label)}-{take}-7.wav"
            sf.write(tmp_path / label / name, tone("low", FRAMES, ord(take) + len(label)), RATE_HZ)
    assert surveyed(runner, qtbot, DataConfig(source=str(tmp_path))).better_group_by == "source"
    assert surveyed(runner, qtbot, DataConfig(source=str(tmp_path), group_by="source")).better_group_by == ""


def test_folders_that_are_no_runs_are_not_listed(tmp_path: Path) -> None:
    assert list_runs(JobContext(lambda: None), tmp_path / "nowhere") == []
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "config.toml").write_text("= no toml")
    (tmp_path / "notes.txt").write_text("no folder")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "config.toml").write_text('name = "odd"')
    (tmp_path / "odd" / "outcome.json").write_text('{"run": 3}')
    (tmp_path / "odd" / "log.jsonl").write_text("[1]\n")
    found = list_runs(JobContext(lambda: None), tmp_path)
    assert [(record.config.name, record.outcome, record.rounds) for record in found] == [("odd", None, ())]


@pytest.mark.parametrize(
    ("source", "name"), [("/a/owls at night", "owls at night"), ("/a/x:y?.csv", "x-y"), ("/", "model"), ("", "model")]
)
def test_a_model_is_named_after_its_data(source: str, name: str) -> None:
    assert name_of_source(source) == name
