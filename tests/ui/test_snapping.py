"""Edges that the mouse puts somewhere come to rest where the setting says; those that keys move do not."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Annotation
from desktop_app.app import Earmark
from desktop_app.services.session import Selection
from desktop_app.ui.snapping import GRIDS_S
from tests.ui.timeline_helpers import RATE, Frames, Stage, stage, tone

__all__ = ["stage"]
SHIFT = Qt.KeyboardModifier.ShiftModifier
LOW_HZ = 130.0
"""Crosses zero every 3.8 ms, four pixels apart where 1 s fills the screen."""


def is_at_zero(frames: Frames, at_s: float, channel: int = 0) -> bool:
    """Return whether the line through the samples is zero there."""
    value = np.interp(at_s * RATE, np.arange(len(frames)), frames[:, channel])
    return bool(abs(value) < 1e-4)


@pytest.fixture
def low_tone() -> Frames:
    """Return 1 s of a low tone over a faint high one; as many bits as a file of 16 has."""
    frames = tone(LOW_HZ, 1, 0.5) + tone(2111, 1, 0.02)
    return (np.round(frames * 32_768) / 32_768).astype(np.float32)


@pytest.fixture
def zoomed(stage: Stage, low_tone: Frames) -> Stage:
    """Return a timeline that shows the low tone and takes edges to zero crossings."""
    stage.timeline.snapping.mode = "zero"
    stage.show(stage.record(low_tone))
    stage.settle()
    return stage


@pytest.mark.parametrize("lane", ["waveform", "spectrogram"])
def test_a_drawn_selection_begins_and_ends_where_the_wave_crosses_zero(
    zoomed: Stage, low_tone: Frames, lane: str
) -> None:
    box = getattr(zoomed, lane)
    for onset_s, offset_s in ((0.201, 0.4), (0.333, 0.777), (0.5521, 0.91)):
        zoomed.session.selection = None
        zoomed.drag(zoomed.at(box, onset_s), zoomed.at(box, offset_s))
        selection = zoomed.session.selection
        assert selection is not None
        assert is_at_zero(low_tone, selection.onset_s)
        assert is_at_zero(low_tone, selection.offset_s)
        assert (selection.onset_s, selection.offset_s) == pytest.approx((onset_s, offset_s), abs=0.006)


def test_a_dragged_edge_goes_to_a_zero_and_the_other_stays_where_it_is(zoomed: Stage, low_tone: Frames) -> None:
    zoomed.session.selection = Selection(0.2001, 0.5)
    zoomed.drag(zoomed.at(zoomed.waveform, 0.5), zoomed.at(zoomed.waveform, 0.7))
    selection = zoomed.session.selection
    assert selection is not None
    assert selection.onset_s == 0.2001
    assert is_at_zero(low_tone, selection.offset_s)


def test_a_click_with_shift_puts_an_edge_to_rest_too(zoomed: Stage, low_tone: Frames) -> None:
    zoomed.session.selection = Selection(0.2001, 0.5)
    zoomed.click(zoomed.at(zoomed.waveform, 0.8), SHIFT)
    assert zoomed.session.selection is not None
    assert is_at_zero(low_tone, zoomed.session.selection.offset_s)


def test_each_channel_has_zeros_of_its_own(stage: Stage) -> None:
    frames = np.concatenate([tone(LOW_HZ, 1), tone(300, 1)], axis=1)
    stage.timeline.snapping.mode = "zero"
    stage.show(stage.record(frames))
    stage.settle()
    for channel, waveform in enumerate(stage.timeline.lanes.waveforms):
        stage.session.selection = None
        stage.drag(stage.at(waveform.box, 0.21), stage.at(waveform.box, 0.5431))
        assert stage.session.selection is not None
        edges = stage.session.selection.onset_s, stage.session.selection.offset_s
        assert all(is_at_zero(frames, at_s, channel) for at_s in edges)
        assert not all(is_at_zero(frames, at_s, 1 - channel) for at_s in edges)


def test_the_ends_of_the_recording_hold_an_edge(zoomed: Stage) -> None:
    for mode in ("zero", *GRIDS_S):
        zoomed.timeline.snapping.mode = mode
        zoomed.session.selection = None
        zoomed.drag(zoomed.at(zoomed.waveform, 0.5), zoomed.at(zoomed.waveform, 1.0) + QPoint(300, 0))
        assert zoomed.session.selection is not None
        assert zoomed.session.selection.offset_s == 1.0


@pytest.mark.parametrize("mode", GRIDS_S)
def test_edges_come_to_rest_on_a_grid(zoomed: Stage, mode: str) -> None:
    zoomed.timeline.snapping.mode = mode
    zoomed.drag(zoomed.at(zoomed.waveform, 0.184), zoomed.at(zoomed.waveform, 0.617))
    places = {"10 ms": (0.18, 0.62), "100 ms": (0.2, 0.6)}
    selection = zoomed.session.selection
    assert selection is not None
    assert (selection.onset_s, selection.offset_s) == places[mode]


def test_an_edge_stays_until_samples_that_are_far_too_many_to_be_shown_have_been_read(
    stage: Stage, qtbot: QtBot
) -> None:
    frames = tone(LOW_HZ, 60)
    stage.timeline.snapping.mode = "zero"
    stage.show(stage.record(frames))
    stage.settle()
    snapping = stage.timeline.snapping
    assert snapping.rest(0, 33.3333) == 33.3333
    qtbot.waitUntil(lambda: snapping.rest(0, 33.3333) != 33.3333)
    assert is_at_zero(frames, snapping.rest(0, 33.3333))
    stage.show(stage.record(tone(LOW_HZ, 1), name="short.wav"))
    assert snapping.wanted == []


def test_what_never_crosses_zero_and_silence_leave_an_edge_where_it_is(stage: Stage) -> None:
    stage.timeline.snapping.mode = "zero"
    for level in (0.0, 0.25):
        stage.show(stage.record(np.full((RATE, 1), level, np.float32), name=f"{level}.wav"))
        stage.settle()
        assert stage.timeline.snapping.rest(0, 0.512345) == pytest.approx(0.512345)


@pytest.fixture
def annotated(earmark: Earmark, low_tone: Frames, tmp_path: Path, qtbot: QtBot) -> Stage:
    """Return the timeline of the whole window over the low tone, with one annotation that is not at zeros."""
    folder = tmp_path / "tones"
    folder.mkdir()
    sf.write(folder / "tone.wav", low_tone, RATE, subtype="PCM_16")
    timeline, core = earmark.listen.timeline, earmark.core
    with qtbot.waitSignals([core.project.opened, timeline.painted], timeout=20_000):
        earmark.show(folder / "tone.wav")
    core.project.draw(folder / "tone.wav", Annotation("hum", onset_s=0.2003, offset_s=0.5003))
    core.settings.change(snap="zero")
    stage = Stage(qtbot, folder, core.session, core.settings, core.runner, timeline)
    stage.settle()
    return stage


def test_the_edge_of_an_annotation_comes_to_rest_at_a_zero_in_one_step_and_keys_move_it_freely(
    earmark: Earmark, annotated: Stage, low_tone: Frames
) -> None:
    labelling = earmark.listen.labelling
    annotated.click(annotated.at(annotated.waveform, 0.35))
    annotated.drag(annotated.at(annotated.waveform, 0.5003), annotated.at(annotated.waveform, 0.7))
    (there,) = labelling.selected
    assert there.onset_s == 0.2003
    assert there.offset_s is not None and is_at_zero(low_tone, there.offset_s)
    earmark.core.actions["nudge_right"].trigger()
    (nudged,) = labelling.selected
    step_s = 0.005 * annotated.timeline.view.span_s
    assert nudged.onset_s == pytest.approx(0.2003 + step_s)
    assert nudged.offset_s == pytest.approx(there.offset_s + step_s)
    for _ in range(2):
        earmark.core.actions["undo"].trigger()
    assert [each.offset_s for each in labelling.annotations] == [0.5003]
