"""Model files come back as they were; hostile, cut and lying ones are one sentence and run nothing."""

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from desktop_app.classifier.card import METADATA_KEY, ModelCard, card_to_json
from desktop_app.classifier.checkpoint import LoadedModel, load_checkpoint, save_checkpoint
from desktop_app.classifier.inference import Classifier
from desktop_app.errors import UserError
from tests.classifier.conftest import tones


def forged(path: Path, weights: dict[str, torch.Tensor], card: ModelCard) -> Path:
    """Write weights under a card without the checks of `save_checkpoint`."""
    save_file(weights, path, {METADATA_KEY: card_to_json(card)})
    return path


def weights_of(model: LoadedModel) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.network.state_dict().items()}


def test_a_model_comes_back_with_the_same_scores(tmp_path: Path, tone_model: LoadedModel) -> None:
    path = tmp_path / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    clips = tones(3)
    waveforms = clips.floats(torch.arange(len(clips))).numpy()
    loaded = Classifier.load(path)
    assert loaded.card == tone_model.card
    assert (loaded.scores(waveforms) == Classifier(tone_model).scores(waveforms)).all()
    assert [entry.name for entry in tmp_path.iterdir() if not entry.name.startswith(".user")] == ["tones.safetensors"]


class Bomb:
    """Unpickled, it would leave a file behind."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (Path("exploded"), "boom"))


def test_a_pickle_under_our_suffix_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "bomb.safetensors"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(UserError, match="not a model file"):
        load_checkpoint(path)
    torch.save({"weights": torch.zeros(3)}, path)
    with pytest.raises(UserError, match="not a model file"):
        load_checkpoint(path)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_file_cut_short_is_refused(tmp_path: Path, tone_model: LoadedModel, share: float) -> None:
    path = tmp_path / "cut.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match=r"“cut\.safetensors”.*[.]$"):
        load_checkpoint(path)


def test_a_card_with_a_window_too_short_for_its_front_end_is_refused(tmp_path: Path, tone_model: LoadedModel) -> None:
    path = forged(tmp_path / "short.safetensors", weights_of(tone_model), replace(tone_model.card, window_s=0.001))
    with pytest.raises(UserError, match="window is shorter than the Fourier transform"):
        load_checkpoint(path)


def test_a_card_that_lies_about_its_classes_is_refused(tmp_path: Path, tone_model: LoadedModel) -> None:
    card = replace(tone_model.card, classes=("a", "b", "c", "d"))
    with pytest.raises(UserError, match="not those of the network"):
        load_checkpoint(forged(tmp_path / "liar.safetensors", weights_of(tone_model), card))


def test_a_card_that_claims_a_giant_network_costs_no_memory(tmp_path: Path, tone_model: LoadedModel) -> None:
    card = replace(tone_model.card, network={**tone_model.card.network, "widths": [10**6, 10**6, 10**6]})
    with pytest.raises(UserError, match="not those of the network"):
        load_checkpoint(forged(tmp_path / "giant.safetensors", weights_of(tone_model), card))


@pytest.mark.parametrize("change", ["missing", "extra", "shape", "type", "not a number"])
def test_weights_that_are_not_the_networks_are_refused(tmp_path: Path, tone_model: LoadedModel, change: str) -> None:
    weights = weights_of(tone_model)
    name = next(iter(weights))
    if change == "missing":
        del weights[name]
    elif change == "extra":
        weights["more"] = torch.zeros(1)
    elif change == "shape":
        weights[name] = weights[name][:-1]
    elif change == "type":
        weights[name] = weights[name].double()
    else:
        weights[name][0] = float("nan")
    with pytest.raises(UserError, match=r"weights in “forged\.safetensors”"):
        load_checkpoint(forged(tmp_path / "forged.safetensors", weights, tone_model.card))


def test_saving_under_a_wrong_card_writes_nothing(tmp_path: Path, tone_model: LoadedModel) -> None:
    with pytest.raises(UserError):
        save_checkpoint(tmp_path / "x.safetensors", tone_model.network, replace(tone_model.card, classes=("a",)))
    with pytest.raises(UserError, match=r"[.]$"):
        save_checkpoint(tmp_path / "missing" / "x.safetensors", tone_model.network, tone_model.card)
    assert not (tmp_path / "x.safetensors").exists()
