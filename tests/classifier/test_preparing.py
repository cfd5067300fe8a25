"""From clips on disk to tensors: any rate and window, silence for the task of twelve, files that cannot be used."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import torch

from desktop_app.classifier.data.speech_commands import SILENCE, TEN_WORDS, UNKNOWN
from desktop_app.classifier.frontend import LogMel, build_front_end, output_shape
from desktop_app.classifier.frontend_config import front_end_config
from desktop_app.classifier.networks import NETWORKS, build_network
from desktop_app.classifier.runs.preparing import Prepared, front_end_table, prepare
from desktop_app.classifier.runs.run_config import DataConfig, RunConfig, SoundConfig, config_of, read_recipe
from desktop_app.classifier.training_settings import TrainingSettings
from desktop_app.errors import UserError
from tests.classifier.test_speech_commands import make

TINY = {"kind": "tc_resnet", "widths": [8, 8], "blocks": 1, "kernel": 9, "dropout": 0.0}


def folder(path: Path, rate_hz: int, seconds: float, pitches: tuple[float, ...]) -> Path:
    """Write ten clips of each pitch, given as parts of half the rate."""
    times = np.arange(round(rate_hz * seconds))
    for pitch in pitches:
        (path / f"p{pitch}").mkdir(parents=True)
        for index in range(10):
            noise = np.random.default_rng(index).normal(0, 0.001, len(times))
            sound = 0.3 * np.sin(np.pi * pitch * times + index) + noise
            sf.write(path / f"p{pitch}" / f"{index}.wav", sound, rate_hz)
    return path


def prepared(source: Path, rate_hz: int, window_s: float, **data: object) -> Prepared:
    settings = DataConfig(source=str(source), **data)  # type: ignore[arg-type]
    return prepare(RunConfig(sound=SoundConfig(rate_hz, window_s), data=settings, network=TINY))


@pytest.mark.parametrize(
    ("rate_hz", "window_s"), [(250_000, 0.02), (96_000, 0.1), (44_100, 0.25), (8_000, 0.5), (200, 20.0)]
)
def test_ultrasound_telephone_and_infrasound_are_heard_with_windows_that_follow_the_rate(
    tmp_path: Path, rate_hz: int, window_s: float
) -> None:
    ready = prepared(folder(tmp_path / "data", rate_hz, window_s, (0.2, 0.6)), rate_hz, window_s)
    assert isinstance(ready.front_end, LogMel)
    config = ready.front_end.config
    assert config.sample_rate_hz == rate_hz and config.high_hz == rate_hz / 2
    features = ready.front_end(ready.data.train.floats(torch.arange(4)))
    assert abs(float(features.mean())) < 0.5 and 0.3 < float(features.std()) < 3  # normalised by what was fitted
    assert ready.network.eval()(features).shape == (4, 2)


def test_the_shapes_of_the_seed_recipe_are_those_of_the_book() -> None:
    config = config_of(read_recipe("seed"))
    description = front_end_table(config)
    assert front_end_config(description) == front_end_config(
        {
            "kind": "spectrogram",
            "n_fft": 512,
            "window_frames": 480,
            "hop_frames": 160,
            "power": None,
            "normalized": True,
        }
    )
    waveforms = torch.zeros(128, 1, 16_000)
    assert build_front_end({**description, "power": 2.0})(waveforms[0]).shape == (1, 1, 257, 101)
    features = build_front_end(description)(waveforms[:, 0])
    assert features.shape == (128, 2, 257, 101)
    network = build_network(NETWORKS["complex_convnet"], output_shape(description, 16_000), 30)
    assert network.eval()(features[:2]).shape == (2, 30)


def test_the_twelve_classes_get_silence_from_parts_of_the_backgrounds_that_no_other_side_has(tmp_path: Path) -> None:
    source = make(tmp_path / "set", (*TEN_WORDS, "bed", "cat"))
    ready = prepared(source, 16_000, 0.05, task="twelve")
    train = ready.data.train
    assert train.classes == (SILENCE, UNKNOWN, *TEN_WORDS)
    counts = torch.bincount(train.targets, minlength=12).tolist()
    assert counts[0] in (7, 8, 9) and counts[2:] == [7] * 10
    assert ready.test is not None and int((ready.test.targets == 0).sum()) >= 1
    loudest = train.waveforms[train.targets == 0].float().abs().amax(dim=1)
    assert len(set(loudest.tolist())) > 3  # at drawn levels
    again = prepared(source, 16_000, 0.05, task="twelve")
    assert torch.equal(again.data.train.waveforms, train.waveforms) and again.digest == ready.digest


def test_a_class_whose_files_are_all_damaged_is_one_sentence(tmp_path: Path) -> None:
    source = folder(tmp_path / "data", 8_000, 0.5, (0.2, 0.6))
    (source / "broken").mkdir()
    for index in range(3):
        (source / "broken" / f"{index}.wav").write_bytes(b"RIFF" + bytes([index]) * 100)
    with pytest.raises(UserError, match="None of the clips of “broken” can be read"):
        prepared(source, 8_000, 0.5)


def test_without_clips_held_back_the_person_is_told(tmp_path: Path) -> None:
    source = folder(tmp_path / "data", 8_000, 0.5, (0.2, 0.6))
    ready = prepared(source, 8_000, 0.5, validation_share=0.0, test_share=0.0)
    assert ready.data.held_back is None and ready.test is None
    assert "No clips are held back to choose the best round by; the last one is kept." in ready.notes


def test_what_contradicts_the_sound_is_one_sentence(tmp_path: Path) -> None:
    config = RunConfig(sound=SoundConfig(8_000, 1.0), data=DataConfig(source=str(tmp_path)))
    mel = {"kind": "log_mel"}
    wrong = [{"sample_rate_hz": 16_000}, {"high_hz": 9_000.0}, {"mel_bands": 120}, {"mel_bands": "all"}, {"n_fft": "2"}]
    for front_end in ({"hop": 1}, *({**mel, **each} for each in wrong)):
        with pytest.raises(UserError, match=r"[.]$"):
            prepare(replace(config, front_end=front_end))
    with pytest.raises(UserError, match=r"not on this machine; `earmark train"):
        prepare(replace(config, data=DataConfig(source="speech_commands_v0.02")))


def test_shares_of_classes_that_are_not_there_are_told_and_some_class_must_be_left(tmp_path: Path) -> None:
    source = folder(tmp_path / "data", 8_000, 0.5, (0.2, 0.6))

    def with_shares(**shares: float) -> Prepared:
        sound, data = SoundConfig(8_000, 0.5), DataConfig(source=str(source))
        training = TrainingSettings(class_shares={name.replace("_", "."): share for name, share in shares.items()})
        return prepare(RunConfig(sound=sound, data=data, network=TINY, training=training))

    assert "training.class_shares names “owl”, which is no class here." in with_shares(owl=2.0).notes
    with pytest.raises(UserError, match="leaves no class to learn from"):
        with_shares(p0_2=0.0, p0_6=0.0)
