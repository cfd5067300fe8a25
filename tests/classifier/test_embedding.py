"""Vectors of sounds: those of ONNX Runtime are torch's, files become vectors, and what ships is whole."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from desktop_app.assets import model_dirs, models_dir, samples_dir
from desktop_app.classifier.card import list_models, read_card
from desktop_app.classifier.checkpoint import LoadedModel, load_checkpoint, save_checkpoint
from desktop_app.classifier.embedding import Embedding, embed_files, shipped_embedding
from desktop_app.classifier.engines.check_sounds import check_sounds
from desktop_app.classifier.engines.compiling_embedding import compile_embedding, vectors_by_torch
from desktop_app.classifier.engines.engine import compiled_path
from desktop_app.classifier.few_shot import fit_centroids, fit_ridge
from desktop_app.errors import UserError
from tests.classifier.conftest import FRAMES, RATE_HZ, tone

ROOT = Path(__file__).resolve().parents[2]
WriteTone = Callable[..., Path]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory, tone_model: LoadedModel) -> Path:
    """Return the weights of the model of tones, with the embedding that was compiled of them beside them."""
    path = tmp_path_factory.mktemp("embedding") / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    compile_embedding(path)
    return path


@pytest.fixture(scope="module")
def embedding(weights: Path) -> Embedding:
    """Return the embedding of tones."""
    return Embedding.load(weights)


def test_vectors_are_those_of_torch_and_of_length_one(embedding: Embedding, tone_model: LoadedModel) -> None:
    sounds = check_sounds(embedding.card)
    vectors = embedding.embed(sounds)
    assert vectors.shape == (len(sounds), embedding.width) == (16, 80)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors, vectors_by_torch(tone_model, sounds), atol=1e-4)
    assert embedding.embed(sounds[:0]).shape == (0, 80)


@pytest.mark.parametrize("fit", [fit_ridge, fit_centroids])
def test_two_clips_of_each_class_are_enough_for_tones(embedding: Embedding, fit: Callable) -> None:
    labels = ["high", "low"] * 2
    head = fit(embedding.embed(np.stack([tone(label, FRAMES, seed) for seed, label in enumerate(labels)])), labels)
    judged = ["low", "high"] * 20
    new = np.stack([tone(label, FRAMES, 100 + seed) for seed, label in enumerate(judged)])
    assert head.labels(embedding.embed(new)) == judged


def test_recordings_become_vectors_in_order_and_one_that_is_damaged_stops_nothing(
    embedding: Embedding, write_tone: WriteTone, tmp_path: Path
) -> None:
    short = write_tone("short.wav", ("high", 0.3))
    long = write_tone("long.wav", ("high", 1.0), ("low", 1.0), rate_hz=RATE_HZ * 2)
    damaged = tmp_path / "damaged.wav"
    damaged.write_bytes(b"RIFF and nothing more")
    found = list(embed_files(embedding, [short, damaged, long]))
    assert [each.path for each in found] == [short, damaged, long]
    assert [len(each.vectors) for each in found] == [1, 0, 3]  # at 16 kHz the two seconds are one
    assert found[1].error is not None
    assert "damaged.wav" in found[1].error
    assert found[2].onsets_s == (0.0, 0.25, 0.5)
    np.testing.assert_allclose(np.linalg.norm(found[2].mean), 1, atol=1e-5)
    assert [len(each.vectors) for each in embed_files(embedding, [long], hop_s=0.125)] == [5]


def test_a_folder_can_be_left_half_way(embedding: Embedding, write_tone: WriteTone) -> None:
    path = write_tone("one.wav", ("low", 0.5))
    listed = embed_files(embedding, iter([path] * 500))
    assert next(listed).path == path
    listed.close()  # a thread that stayed behind would fail this test


def test_a_hop_that_leaves_gaps_is_refused(embedding: Embedding) -> None:
    with pytest.raises(UserError, match="hop"):
        next(embed_files(embedding, [], hop_s=9.0))


def test_weights_trained_anew_do_not_take_the_vectors_of_the_old_ones(
    tmp_path: Path, weights: Path, tone_model: LoadedModel
) -> None:
    other = tmp_path / weights.name
    save_checkpoint(other, load_checkpoint(weights).network, read_card(weights))
    compiled_path(other).write_bytes(compiled_path(weights).read_bytes())
    assert Embedding.load(other).width == 80
    with torch.no_grad():
        changed = load_checkpoint(weights).network
        next(changed.parameters()).mul_(1.1)
    save_checkpoint(other, changed, read_card(weights))
    with pytest.raises(UserError, match="compiled from other weights"):
        Embedding.load(other)


def test_a_classifier_is_no_embedding() -> None:
    with pytest.raises(UserError, match="is no embedding"):
        Embedding.load(models_dir() / "commands12.safetensors")


def test_the_shipped_embedding_is_of_its_weights_and_equals_torch() -> None:
    embedding, reference = Embedding.load(), load_checkpoint(shipped_embedding())
    sounds = check_sounds(embedding.card)
    np.testing.assert_allclose(embedding.embed(sounds), vectors_by_torch(reference, sounds), atol=1e-4)
    page = shipped_embedding().with_suffix(".md").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in page
    for source in embedding.card.trained_on:
        assert source.clips > 0
        assert source.attribution in page


def test_the_shipped_embedding_is_in_no_list_of_classifiers() -> None:
    assert shipped_embedding().is_file()
    assert not any(entry.card.name == "embedding" for entry in list_models(*model_dirs()))


def test_the_same_word_by_two_speakers_is_nearer_than_other_sounds() -> None:
    pairs = (
        ("yes-scottish-man.flac", "yes-american-man.wav"),
        ("stop-american-woman.wav", "STOP-OLD-RECORDER.WAV"),
        ("right-american-man.m4a", "right-telephone.amr"),
    )
    names = [name for pair in pairs for name in pair] + ["clock.mp3", "rain-stereo.opus", "bell.flac", "cuckoo.ogg"]
    found = list(embed_files(Embedding.load(), [samples_dir() / name for name in names]))
    means = np.stack([each.mean for each in found])
    likeness = means @ means.T
    for first, second in ((0, 1), (2, 3), (4, 5)):
        others = np.delete(likeness[first], [first, second])
        assert likeness[first, second] > others.max(), names[first]


def test_embedding_imports_no_torch(weights: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from desktop_app.classifier.embedding import Embedding\n"
        "from desktop_app.classifier.few_shot import fit_ridge\n"
        f"vectors = Embedding.load(Path(sys.argv[1])).embed(np.eye(4, {FRAMES}, dtype=np.float32))\n"
        "print(fit_ridge(vectors, ['a', 'b', 'a', 'b']).classes, {'torch', 'torchaudio'} & set(sys.modules))\n"
    )
    command = [sys.executable, "-c", code, str(weights)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "('a', 'b') set()"
