"""`earmark train` and `earmark lr-find` as a person has them, on small sets made here."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile as sf
import torch
from safetensors.torch import load_file

from desktop_app.classifier.card import read_card
from desktop_app.classifier.data import speech_commands
from desktop_app.classifier.data.download import Archive
from desktop_app.classifier.engines.engine import compiled_path
from desktop_app.classifier.inference import Classifier, classify_files
from desktop_app.classifier.runs.run_config import config_of, toml_of
from desktop_app.classifier.runs.run_folder import RunFolder, load_state
from desktop_app.classifier.runs.running import Run
from tests.classifier.conftest import FRAMES, RATE_HZ, tone
from tests.classifier.test_download import Server, server
from tests.cli.conftest import Earmark

__all__ = ["server"]

RECIPE = """
name = "tones"
[sound]
sample_rate_hz = 8000
window_s = 0.5
[front_end]
kind = "log_mel"
mel_bands = 24
[network]
name = "tc_resnet_8"
widths = [8, 16, 16]
[training]
epochs = 4
clips_per_epoch = 96
batch_size = 16
max_rate = 1e-2
average = 0.8
mix_up = 0.0
[training.augmentation]
speed = 0.02
shift_s = 0.02
bands_shift = 0.02
band_mask_width = 2
column_mask_width = 4
"""

Start = Callable[..., list[str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return class folders of two tones and quiet, sixteen speakers each, a damaged file and backgrounds."""
    folder = tmp_path / "data"
    for label in ("high", "low", "quiet"):
        (folder / label).mkdir(parents=True)
        for speaker in range(16):
            sound = tone(label, FRAMES, speaker)
            sf.write(folder / label / f"{speaker + 10 * ord(label[0]):08x}_nohash_0.wav", sound, RATE_HZ)
    (folder / "_background_noise_").mkdir()
    sf.write(folder / "_background_noise_" / "noise.wav", tone("quiet", 5 * FRAMES, 99), RATE_HZ)
    (folder / "low" / "broken.wav").write_text("no sound")
    return folder


@pytest.fixture
def start(data: Path, tmp_path: Path) -> Start:
    """Return a function that makes the arguments of a run into a folder of a name."""
    recipe = tmp_path / "tones.toml"
    recipe.write_text(RECIPE)

    def arguments(name: str, *more: str) -> list[str]:
        out = str(tmp_path / "runs" / name)
        return ["train", "--data", str(data), "--recipe", str(recipe), "--threads", "1", "--out", out, *more]

    return arguments


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the compiling of models in this process, which takes longer than such trainings."""
    monkeypatch.setattr(Run, "compile", lambda _run, outcome: outcome)


def weights(path: Path) -> dict[str, torch.Tensor]:
    return load_file(path)


def same_weights(one: Path, other: Path) -> bool:
    a, b = weights(one), weights(other)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_leaves_a_model_that_judges_and_everything_about_how_it_was_made(
    earmark: Earmark, start: Start, tmp_path: Path, data: Path
) -> None:
    answer = earmark(*start("one", "--install"))
    run = tmp_path / "runs" / "one"
    assert (answer.status, answer.out.strip()) == (0, str(run / "tones.safetensors"))
    assert "1 file is left out" in answer.err
    names = {path.name for path in run.iterdir()}
    assert names >= {"config.toml", "log.csv", "log.jsonl", "curves.png", "skipped.txt", "report", "checkpoints"}
    assert "broken.wav" in (run / "skipped.txt").read_text()
    rows = list(csv.DictReader((run / "log.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert [json.loads(line)["epoch"] for line in (run / "log.jsonl").read_text().splitlines()] == [1, 2, 3, 4]
    card = read_card(run / "tones.safetensors")
    assert card.classes == ("high", "low", "quiet")
    assert card.results is not None and card.results.accuracy > 0.9
    assert card.training is not None and len(card.training["clip_hashes"]) == len(card.training["groups"])
    page = (run / "report" / "report.html").read_text()
    assert "learnt from none of these clips and from none of these speakers" in page
    verdict = next(classify_files(Classifier.load(run / "tones.safetensors"), sorted((data / "high").iterdir())[:1]))
    assert verdict.best is not None and verdict.best.label == "high"
    assert "tones" in earmark("models", "list").out
    again = earmark(*start("two", "--install"))
    assert again.status == 2 and "tones" in again.err and not (tmp_path / "runs" / "two").exists()


@pytest.mark.usefixtures("uncompiled")
def test_killed_between_checkpoints_a_run_goes_on_and_comes_out_the_same(
    earmark: Earmark, start: Start, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "runs" / "whole", tmp_path / "runs" / "killed"
    assert earmark(*start("whole", "--set", "training.epochs=16")).status == 0
    code = "import sys; from desktop_app.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *start("killed", "--set", "training.epochs=16")],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    last = RunFolder(killed).last
    deadline = time.monotonic() + 60
    while not last.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert last.exists()
    done = load_state(last)[0].values["epochs_done"]
    answer = earmark("train", "--resume", killed, "--threads", 1)
    assert answer.status == 0, answer.err
    assert 1 <= done < 16
    assert same_weights(whole / "tones.safetensors", killed / "tones.safetensors")
    assert same_weights(RunFolder(whole).last, RunFolder(killed).last)
    drop = [
        [{**json.loads(line), "seconds": 0} for line in (run / "log.jsonl").read_text().splitlines()]
        for run in (whole, killed)
    ]
    assert drop[0] == drop[1]


def interrupted(_run: Run, _outcome: object) -> None:
    """Press Ctrl+C and wait for it: Python only looks for signals at certain places, a sleep is one."""
    signal.raise_signal(signal.SIGINT)
    time.sleep(60)


@pytest.mark.parametrize("again", [False, True])
def test_ctrl_c_keeps_the_best_and_says_how_to_go_on_and_again_it_is_not_even_compiled(
    earmark: Earmark, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    run = tmp_path / "runs" / "stopped"
    if again:
        monkeypatch.setattr(Run, "compile", interrupted)

    def press() -> None:
        deadline = time.monotonic() + 60
        while not RunFolder(run).last.exists() and time.monotonic() < deadline:
            time.sleep(0.002)
        os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    answer = earmark(*start("stopped", "--set", "training.epochs=500"))
    presser.join()
    assert answer.status == 130
    assert f"go on with: earmark train --resume {run}" in answer.err
    assert read_card(run / "tones.safetensors").classes == ("high", "low", "quiet")
    assert len((run / "log.jsonl").read_text().splitlines()) < 500
    assert compiled_path(run / "tones.safetensors").exists() != again
    assert ("is not compiled; it works all the same" in answer.err) == again


@pytest.mark.usefixtures("uncompiled")
def test_a_full_disk_at_a_checkpoint_is_one_sentence_and_the_run_can_go_on(
    earmark: Earmark, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunFolder(tmp_path / "runs" / "full")
    real, full = os.fsync, [True]

    def fsync(descriptor: int) -> None:
        target = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        if full[0] and run.last.exists() and "checkpoints" in target and ".part" in target:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    answer = earmark(*start("full"))
    assert answer.status == 2
    assert "There is no room left on the disk for “" in answer.err
    assert load_state(run.last)[0].values["epochs_done"] == 1
    full[0] = False
    assert earmark("train", "--resume", run.path, "--threads", 1).status == 0
    assert load_state(run.last)[0].values["epochs_done"] == 4


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--set", "training.epoch=3"], "“epoch” in [training] is no setting"),
        (["--set", "network.name=huge"], "There is no network “huge”"),
        (["--set", "network.depth=3", "--set", "front_end.kind=smell"], "the front-end “smell”"),
        (["--set", "data.task=twelve"], "The task of twelve classes needs what is not there"),
        (["--name", "a/b"], "cannot be a model’s name"),
        (["--set", "data.noises=/nowhere"], "is no folder of backgrounds"),
        (["--set", "training.device=abacus"], "The device “abacus” is not there"),
    ],
)
def test_what_cannot_be_is_one_sentence(earmark: Earmark, start: Start, more: list[str], sentence: str) -> None:
    answer = earmark(*start("wrong", *more))
    assert answer.status == 2
    assert sentence in answer.err


@pytest.mark.usefixtures("uncompiled")
def test_the_settings_of_a_run_are_enough_to_do_it_again(earmark: Earmark, start: Start, tmp_path: Path) -> None:
    assert earmark(*start("run", "--set", "training.epochs=1")).status == 0
    config, other = tmp_path / "runs" / "run" / "config.toml", tmp_path / "other"
    assert earmark("train", "--recipe", config, "--threads", 1, "--out", other).status == 0
    assert same_weights(config.parent / "tones.safetensors", other / "tones.safetensors")


@pytest.mark.usefixtures("uncompiled")
def test_a_run_is_not_overwritten_nor_gone_on_with_after_its_clips_changed(
    earmark: Earmark, start: Start, tmp_path: Path, data: Path
) -> None:
    arguments = start("run", "--set", "training.epochs=1")
    assert earmark(*arguments).status == 0
    again = earmark(*arguments)
    assert again.err.startswith("earmark: There is a run in")  # before anything is read
    sf.write(data / "high" / "new.wav", tone("high", FRAMES, 77), RATE_HZ)
    assert "The recordings have changed" in earmark("train", "--resume", tmp_path / "runs" / "run").err
    assert "config.toml is missing" in earmark("train", "--resume", tmp_path).err
    for setting in (["--data", data], ["--recipe", "fast"], ["--allow-leaks"]):
        assert "leave --data" in earmark("train", "--resume", tmp_path, *setting).err


@pytest.mark.parametrize("content", [b"\x80\x04\x95junk.", b"\x10" + bytes(7) + b'{"__metadata__":{'])
@pytest.mark.usefixtures("uncompiled")
def test_a_checkpoint_that_is_a_pickle_or_cut_short_is_one_sentence(
    earmark: Earmark, start: Start, tmp_path: Path, content: bytes
) -> None:
    assert earmark(*start("run", "--set", "training.epochs=1")).status == 0
    RunFolder(tmp_path / "runs" / "run").last.write_bytes(content)
    answer = earmark("train", "--resume", tmp_path / "runs" / "run")
    assert answer.status == 2
    assert "“last.safetensors” is" in answer.err


@pytest.mark.usefixtures("uncompiled")
def test_m5_and_the_two_dimensional_net_train_by_their_names(earmark: Earmark, start: Start, tmp_path: Path) -> None:
    short = ["--set", "training.epochs=1", "--set", "training.clips_per_epoch=32"]
    raw = ["--set", "network={name='m5', widths=[8, 8], kernel=80, stride=4}", "--set", "front_end={kind='waveform'}"]
    assert earmark(*start("m5", *short, *raw)).status == 0
    flat = ["--set", "network={name='resnet2d', widths=[4, 8]}"]
    assert earmark(*start("flat", *short, *flat)).status == 0
    assert read_card(tmp_path / "runs" / "m5" / "tones.safetensors").network["kind"] == "m5"
    assert read_card(tmp_path / "runs" / "flat" / "tones.safetensors").macs > 0


def test_short_options_change_settings_which_can_be_shown(earmark: Earmark, tmp_path: Path) -> None:
    options = ["--epochs", "7", "--labels", "project", "--group-by", "^([^-]+)-", "--device", "cpu", "--seed", "3"]
    shown = earmark("train", "--recipe", "fast", *options, "--set", "training.epochs=9", "--show-settings")
    assert shown.status == 0
    found = tomllib.loads(shown.out)
    assert (found["training"]["epochs"], found["training"]["device"], found["training"]["seed"]) == (9, "cpu", 3)
    assert (found["data"]["labels"], found["data"]["group_by"]) == ("project", "^([^-]+)-")
    assert toml_of(config_of(found)) == shown.out
    refused = earmark("train", "--resume", str(tmp_path), "--epochs", "3")
    assert refused.status == 2 and "leave --data and all settings away" in refused.err


def test_the_options_that_go_on_with_a_leak_are_named(earmark: Earmark, start: Start, data: Path) -> None:
    for path in sorted((data / "high").iterdir()):  # every speaker says both
        sound = tone("low", FRAMES, sum(path.name.encode()))
        sf.write(data / "low" / path.name, sound, RATE_HZ)
    refused = earmark(*start("leak", "--set", "data.split=random"))
    assert refused.status == 2 and "go on all the same" in refused.err and "--allow-leaks" in refused.err


def test_too_few_steps_of_the_rate_finder_are_not_taken_for_a_loss_that_never_falls(
    earmark: Earmark, data: Path
) -> None:
    found = earmark("lr-find", "--data", str(data), "--steps", "5")
    assert found.status == 2 and "5 steps are too few" in found.err


def test_lr_find_prints_a_rate_and_draws_its_curve(earmark: Earmark, start: Start, tmp_path: Path) -> None:
    arguments = ["lr-find", *start("rates", "--steps", "40")[1:]]
    answer = earmark(*arguments)
    assert answer.status == 0, answer.err
    assert 1e-5 < float(answer.out) < 10
    out = tmp_path / "runs" / "rates"
    assert {path.name for path in out.iterdir()} == {f"lr_find.{kind}" for kind in ("csv", "json", "svg", "png")}


@pytest.mark.usefixtures("uncompiled")
def test_a_data_set_is_fetched_only_when_it_is_asked_for_and_the_seed_recipe_runs_on_it(
    earmark: Earmark, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib
    import tarfile

    from tests.classifier import test_download
    from tests.classifier.test_speech_commands import make

    made = make(tmp_path / "made", ("bed", "cat"))
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as tar:
        tar.add(made, ".")
    content = (tmp_path / "set.tar.gz").read_bytes()
    monkeypatch.setattr(test_download, "CONTENT", content)
    name = "speech_commands_v0.01"
    archive = Archive(server.url, hashlib.sha256(content).hexdigest())
    own = replace(speech_commands.DATASETS[name], archive=archive)
    monkeypatch.setitem(speech_commands.DATASETS, name, own)  # type: ignore[arg-type]
    sets = f"data.datasets={tmp_path / 'sets'}"
    arguments = ["--data", name, "--recipe", "seed", "--threads", "1", "--set", sets]
    small = ["--set", "training.epochs=1", "--set", "training.batch_size=4"]
    answer = earmark("train", *arguments, *small, "--out", tmp_path / "run")
    assert answer.status == 0, answer.err
    assert server.asked == [None]
    assert "The split leaks" in answer.err and "The numbers flatter the model." in answer.err
    card = read_card(tmp_path / "run" / "seed.safetensors")
    assert card.trained_on[0].name.startswith("Speech Commands v0.01")
    assert card.results is not None and "The split leaks" in card.results.how
    assert [path.name for path in (tmp_path / "sets").iterdir()] == [name]
    honest = earmark("train", *arguments, *small, "--set", "data.split=auto", "--out", tmp_path / "honest")
    assert honest.status == 0 and "leaks" not in honest.err
    assert server.asked == [None]
