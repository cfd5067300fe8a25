"""Annotations over the real sound, under the real mouse."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from desktop_app.annotation.annotations import Annotation
from desktop_app.services.session import Selection
from desktop_app.ui.labels.annotation_item import DENSE
from desktop_app.ui.labels.marks import Marks
from tests.ui.timeline_helpers import Stage, stage, tone

__all__ = ["stage"]
GREEN = "#00ff00"


def shown(stage: Stage, *annotations: Annotation, selected: tuple[str, ...] = ()) -> None:
    stage.show(stage.record(tone(1000, 4.0, amplitude=0.01)))
    stage.timeline.set_marks(Marks(annotations, selected), lambda _: GREEN)
    stage.settle()


def green_columns(stage: Stage) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the columns of the spectrogram that are green from top to bottom, in seconds."""
    pixels = stage.pixels(stage.spectrogram).astype(int)
    green = (pixels[:, :, 1] > 180) & (pixels[:, :, 0] < 90) & (pixels[:, :, 2] < 90)
    return np.flatnonzero(green.mean(axis=0) > 0.9)


def test_a_stretch_has_a_line_at_each_end(stage: Stage) -> None:
    shown(stage, Annotation("robin", onset_s=1.0, offset_s=3.0))
    columns = green_columns(stage) / stage.spectrogram.rect().width() * 4.0
    assert len(columns)
    assert min(abs(columns - 1.0)) < 0.02
    assert min(abs(columns - 3.0)) < 0.02
    assert not ((columns > 1.1) & (columns < 2.9)).any()


def test_more_than_can_be_told_apart_are_still_painted(stage: Stage) -> None:
    many = [Annotation("robin", onset_s=1.0 + i / 1000, offset_s=1.0 + i / 1000) for i in range(DENSE + 50)]
    shown(stage, *many)
    pixels = stage.pixels(stage.spectrogram).astype(int)
    middle = pixels[:, round(stage.spectrogram.rect().width() * 1.2 / 4)]
    assert (middle[:, 1] > middle[:, 2] + 60).mean() > 0.9


def test_a_click_on_an_annotation_names_it_and_puts_the_play_head_there_to_be_split_at(stage: Stage) -> None:
    robin = Annotation("robin", onset_s=1.0, offset_s=2.0)
    shown(stage, robin)
    clicked: list[tuple[Annotation, bool]] = []
    stage.timeline.gestures.annotation_clicked.connect(lambda *what: clicked.append(what))
    stage.click(stage.at(stage.waveform, 1.5))
    stage.click(stage.at(stage.waveform, 1.5), Qt.KeyboardModifier.ControlModifier)
    assert clicked == [(robin, False), (robin, True)]
    assert stage.session.play_head_s == pytest.approx(1.5, abs=0.02)


def test_a_click_beside_annotations_means_none(stage: Stage) -> None:
    shown(stage, Annotation("robin", onset_s=1.0, offset_s=2.0))
    missed: list[bool] = []
    stage.timeline.gestures.nothing_clicked.connect(lambda: missed.append(True))
    stage.click(stage.at(stage.waveform, 3.0))
    assert missed == [True]


def test_a_click_inside_a_box_means_it_and_above_it_does_not(stage: Stage) -> None:
    box = Annotation("robin", onset_s=1.0, offset_s=2.0, low_hz=2000, high_hz=4000)
    shown(stage, box)
    clicked: list[Annotation] = []
    stage.timeline.gestures.annotation_clicked.connect(lambda annotation, _: clicked.append(annotation))
    stage.click(stage.at(stage.spectrogram, 1.5, 0.9))
    stage.click(stage.at(stage.spectrogram, 1.5, 0.375))
    assert clicked == [box]


def test_a_dragged_edge_tells_the_new_span_once_it_is_let_go(stage: Stage) -> None:
    shown(stage, Annotation("robin", onset_s=1.0, offset_s=2.0))
    reshaped: list[Selection] = []
    stage.timeline.gestures.reshaped.connect(reshaped.append)
    stage.session.selection = Selection(1.0, 2.0)
    stage.drag(stage.at(stage.waveform, 2.0), stage.at(stage.waveform, 3.0))
    assert len(reshaped) == 1
    assert abs(reshaped[0].offset_s - 3.0) < 0.02
    assert reshaped[0].onset_s == 1.0


def test_the_text_of_a_very_long_name_leaves_room_for_the_texts_after_it(stage: Stage) -> None:
    shown(
        stage,
        Annotation("Turdus merula merula, song at dawn, " * 9, onset_s=0.5, offset_s=1.0),
        *(Annotation("robin", onset_s=2.0 + number / 10, offset_s=2.05 + number / 10) for number in range(5)),
    )
    pixels = stage.pixels(stage.waveform).astype(int)
    green = (pixels[:, :, 1] > 180) & (pixels[:, :, 0] < 90) & (pixels[:, :, 2] < 90)
    first_row = green[: pixels.shape[0] // 20]
    at_s = np.flatnonzero(first_row.mean(axis=0) > 0.4) / stage.waveform.rect().width() * 4.0
    assert not ((at_s > 1.6) & (at_s < 1.95)).any()
    assert (at_s > 2.0).any()
