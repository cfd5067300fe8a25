"""Learning from the labels that people made in a folder: which of them count, and what they are of."""

import math
from pathlib import Path

import pytest
import soundfile as sf

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import AnnotationStore, open_store
from desktop_app.classifier.data.clips import Stretch
from desktop_app.classifier.data.corpus import Found, find_in, gather
from desktop_app.classifier.measuring.trial import TrialConfig, labelled_clips
from desktop_app.classifier.runs.preparing import prepare
from desktop_app.classifier.runs.run_config import DataConfig, RunConfig, SoundConfig
from desktop_app.classifier.runs.sources import find_source
from desktop_app.errors import UserError
from tests.classifier.conftest import FRAMES, RATE_HZ, tone
from tests.classifier.test_preparing import TINY

HAND = Hand("Ada")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with six recordings of three windows each."""
    folder = tmp_path / "night"
    (folder / "pond").mkdir(parents=True)
    for number in range(6):
        sf.write(folder / "pond" / f"{number}.wav", tone("high", 3 * FRAMES, number), RATE_HZ)
    return folder


def label(
    store: AnnotationStore, name: str, number: int, span: tuple[float, float] | None = None, **rest: object
) -> None:
    """Label a recording, or a stretch of it."""
    path = f"pond/{number}.wav"
    recording = store.recording_at(path) or Recording(path, 1)
    onset_s, offset_s = span or (None, None)
    it = Annotation(name, recording.id, onset_s, offset_s, **rest)  # type: ignore[arg-type]
    store.apply(HAND.draw(it, recording))


def found_in(folder: Path, labels: str = "auto") -> Found:
    return find_source(DataConfig(str(folder), labels))


def test_accepted_labels_are_clips_on_their_stretches(project: Path) -> None:
    with open_store(project) as store:  # as a window has it open meanwhile
        label(store, "frog", 0, (0.1, 0.2))
        label(store, "frog", 1)
        label(store, "owl", 2, (0.1, 0.1), low_hz=100.0)
        found = found_in(project)
    frog, whole, owl = found.clips
    assert (frog.label, frog.path, frog.stretch) == ("frog", project / "pond" / "0.wav", Stretch(0.1, 0.2))
    assert whole.stretch is None and owl.stretch == Stretch(0.1, 0.1)
    assert found.from_labels and found.notes == (
        "Of boxes only the time counts: a network hears all frequencies of its range.",
    )
    assert found.bands_hz == ((100.0, math.inf),)


def test_boxes_above_what_the_network_hears_are_told_with_the_rate_that_would_do(project: Path) -> None:
    with open_store(project) as store:
        for number in range(6):
            label(store, "bat", number, (0.1, 0.2), low_hz=36_000.0, high_hz=82_000.0)
            label(store, "frog", number, (0.3, 0.4), low_hz=100.0, high_hz=300.0)
    data = DataConfig(str(project), "project", fewest_clips=1)
    ready = prepare(RunConfig(sound=SoundConfig(RATE_HZ, 0.1), data=data, network=TINY))
    assert (
        f"6 of 12 boxes lie above {RATE_HZ / 2:,.0f} Hz, the highest that this network hears: set a higher sample rate "
        "(sound.sample_rate_hz) of at least 164,000."
    ) in ready.notes


def test_what_nobody_accepted_is_not_learnt_from_and_is_counted(project: Path) -> None:
    with open_store(project) as store:
        label(store, "frog", 0)
        label(store, "owl", 1)
        for status in (Status.DRAFT, Status.DRAFT, Status.UNCERTAIN, Status.REJECTED):
            label(store, "wren", 2, status=status)
        label(store, " ", 3)
    found = found_in(project)
    assert [clip.label for clip in found.clips] == ["frog", "owl"]
    assert found.notes == ("Not accepted yet, so not learnt from: 2 drafts, 1 uncertain.",)


def test_labels_of_two_classes_go_before_the_names_of_folders(project: Path) -> None:
    with open_store(project) as store:
        label(store, "frog", 0)
        assert {clip.label for clip in found_in(project).clips} == {"pond"}
        assert {clip.label for clip in found_in(project, "project").clips} == {"frog"}
        label(store, "owl", 1)
    assert {clip.label for clip in found_in(project).clips} == {"frog", "owl"}
    assert {clip.label for clip in found_in(project, "folders").clips} == {"pond"}


def test_drafts_alone_are_one_sentence_that_says_what_to_do(project: Path) -> None:
    flat = project / "pond"
    with open_store(flat) as store:
        store.apply(HAND.draw(Annotation("frog", status=Status.DRAFT, recording_id="x"), Recording("0.wav", 1, id="x")))
    with pytest.raises(UserError, match=r"an accepted label yet \(1 draft\); label its recordings, or accept"):
        found_in(flat)


def test_a_folder_without_labels_and_class_folders_is_told_both_ways(project: Path) -> None:
    with pytest.raises(UserError, match="one folder for each class, or label what is there"):
        found_in(project / "pond")
    with pytest.raises(UserError, match="has an accepted label yet"):
        found_in(project, "project")


def test_stretches_of_one_recording_stay_on_one_side_and_may_be_of_several_classes(project: Path) -> None:
    with open_store(project) as store:
        for number in range(6):
            label(store, "frog", number, (0.0, 0.1))
            label(store, "owl", number, (0.15, 0.25))
    corpus = gather(found_in(project), DataConfig(str(project), validation_share=0.2, test_share=0.3))
    sides: dict[Path, set[str]] = {}
    for clip in corpus.divided.clips:
        sides.setdefault(clip.path, set()).add(clip.split)
    assert all(len(each) == 1 for each in sides.values()) and not corpus.divided.leaks


def test_one_stretch_with_two_labels_is_left_out(project: Path) -> None:
    with open_store(project) as store:
        for number in range(4):
            label(store, "frog", number, (0.0, 0.1))
            label(store, "owl", number, (0.1, 0.2))
        label(store, "owl", 0, (0.0, 0.1))
    corpus = gather(found_in(project), DataConfig(str(project)))
    assert len(corpus.divided.clips) == 7 and len(corpus.skipped) == 2


def test_an_evaluation_judges_by_the_same_labels(project: Path) -> None:
    with open_store(project) as store:
        label(store, "frog", 0, (0.0, 0.1))
        label(store, "owl", 1)
    assert [clip.label for clip in labelled_clips(TrialConfig(project))] == ["frog", "owl"]
    assert len(find_in(project, "file").clips) == 6
