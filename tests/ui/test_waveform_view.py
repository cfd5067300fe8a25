"""The waveform, pixel by pixel, from an hour to single samples; and the words and ticks of the axes."""

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from desktop_app.audio.frequency_axis import FrequencyAxis
from desktop_app.ui.channel_lanes import amplitude_ticks
from desktop_app.ui.ticks import clock_words, decibel_words, frequency_ticks, hertz_words, time_ticks
from desktop_app.ui.view_state import ViewState
from desktop_app.ui.waveform_view import envelope_pixels
from tests.ui.timeline_helpers import RATE, Stage, stage, tone

__all__ = ["stage"]


def ink(stage: Stage) -> npt.NDArray[np.bool_]:
    """Return where the waveform lane is painted in a colour rather than white or the grey of the middle line."""
    pixels = stage.pixels(stage.waveform).astype(int)
    return np.asarray(pixels[:, :, 0] - pixels[:, :, 2] > 40)


def test_the_envelope_reaches_as_high_as_the_sound_is_loud(stage: Stage) -> None:
    frames = tone(440, 10, 0.8)
    frames[5 * RATE :] *= 0.25
    stage.show(stage.record(frames))
    painted = ink(stage)
    height, width = painted.shape
    for part, amplitude in ((slice(20, width // 2 - 5), 0.8), (slice(width // 2 + 5, width - 5), 0.2)):
        heights = painted[:, part].sum(axis=0)
        assert abs(np.median(heights) - amplitude * height) <= 2


def test_a_single_click_in_a_long_silence_is_seen_at_every_zoom(stage: Stage) -> None:
    frames = np.zeros((600 * RATE, 1), np.float32)
    frames[333 * RATE + 777] = 0.9
    stage.show(stage.record(frames))
    at_s = 333 + 777 / RATE
    for span_s in (600.0, 60.0, 5.0, 0.2, 0.005):
        stage.timeline.show_range(at_s - span_s / 3, at_s + span_s * 2 / 3)
        stage.settle()
        painted = ink(stage)
        height, width = painted.shape
        view = stage.timeline.view
        expected = (at_s - view.start_s) / view.span_s * width
        loud = np.flatnonzero(painted[: round(height * 0.2)].any(axis=0))
        assert len(loud) >= 1, span_s
        assert abs(loud.mean() - expected) <= 2, span_s


def test_close_up_the_line_goes_through_the_samples(stage: Stage) -> None:
    stage.show(stage.record(tone(1000, 1, 0.9)))
    stage.timeline.show_range(0.5, 0.5 + 32 / RATE)
    stage.settle()
    painted = ink(stage)
    height, width = painted.shape
    for sample in range(2, 30):
        x = round(sample / 32 * width)
        value = 0.9 * np.sin(2 * np.pi * 1000 * (0.5 + sample / RATE))
        rows = np.flatnonzero(painted[:, x])
        assert abs(rows.mean() - (1 - value) / 2 * height) <= 3, sample


def test_where_a_few_samples_share_a_pixel_the_curve_has_no_gaps(stage: Stage) -> None:
    stage.show(stage.record(tone(50, 5, 0.9)))
    stage.timeline.show_range(1.0, 1.2)
    stage.settle()
    painted = ink(stage)[:, 3:-3]
    assert painted.any(axis=0).all()
    tops, bottoms = painted.argmax(axis=0), len(painted) - 1 - painted[::-1].argmax(axis=0)
    assert (np.maximum(tops[1:], tops[:-1]) - np.minimum(bottoms[1:], bottoms[:-1]) <= 1).all()


@pytest.mark.parametrize(("peak", "gain"), [(0.9, 1), (0.5, 2), (0.04, 20), (1e-4, 100), (0.0, 1)])
def test_a_quiet_recording_is_stretched_by_a_round_factor_that_the_axis_tells(
    stage: Stage, peak: float, gain: float
) -> None:
    stage.show(stage.record(tone(440, 2, peak)))
    assert stage.timeline.lanes.waveforms[0].gain == gain
    heights = ink(stage)[:, 5:-5].sum(axis=0) if peak else np.ones(1)
    assert abs(np.median(heights) - max(peak * gain * stage.waveform.rect().height(), 1)) <= 2
    stage.show(stage.record(tone(440, 1, 0.9), name="loud.wav"))
    assert stage.timeline.lanes.waveforms[0].gain == 1


def test_what_is_not_read_yet_is_left_empty() -> None:
    envelope = np.array([[-0.5, 0.5], [np.nan, np.nan], [-0.1, 0.1]], np.float32)
    alpha = envelope_pixels(envelope, 20, QColor(Qt.GlobalColor.blue)) >> 24
    assert alpha[:, 0].sum() == 10 * 255 and alpha[:, 2].sum() == 2 * 255
    assert not alpha[:, 1].any()


def test_silence_is_a_line_of_one_pixel_and_ends_are_shaded() -> None:
    colour = QColor(200, 100, 50)
    silence = envelope_pixels(np.zeros((3, 2), np.float32), 21, colour) >> 24
    assert (silence.sum(axis=0) == 255).all() and (silence[10] == 255).all()
    half = envelope_pixels(np.array([[-0.25, 0.25]], np.float32), 10, colour)
    assert (half[:, 0] >> 24).tolist() == [0, 0, 0, 63, 255, 255, 63, 0, 0, 0]
    assert half[4, 0] == 0xFFC86432


def test_amplitude_ticks_follow_the_gain_and_thin_out_in_a_low_lane() -> None:
    assert [words for _, words in amplitude_ticks(1.0, 200)] == ["−0.5", "0", "0.5"]
    assert amplitude_ticks(10.0, 200)[2] == (0.75, "0.05")
    assert amplitude_ticks(2.0, 40) == [(0.0, "−0.5"), (1.0, "0.5")]


@pytest.mark.parametrize(
    ("seconds", "places", "words"),
    [
        (0, 3, "0.000 s"),
        (59.9996, 3, "1:00.000"),
        (61.25, 2, "1:01.25"),
        (3599.9999, 3, "1:00:00.000"),
        (3661.5, 0, "1:01:02"),
        (86_399, 0, "23:59:59"),
        (-1.5, 1, "−1.5 s"),
        (-0.0001, 2, "0.00 s"),
    ],
)
def test_times_read_as_people_write_them(seconds: float, places: int, words: str) -> None:
    assert clock_words(seconds, places) == words


def test_frequencies_and_levels_carry_their_units() -> None:
    assert [hertz_words(hz) for hz in (0, 50, 440.5, 1000, 2500, 22_050, 96_000)] == [
        "0 Hz", "50 Hz", "440.5 Hz", "1 kHz", "2.5 kHz", "22.05 kHz", "96 kHz",
    ]  # fmt: skip
    assert (decibel_words(-12.34), decibel_words(3), decibel_words(-0.01)) == ("−12.3 dB", "3.0 dB", "0.0 dB")


@pytest.mark.parametrize("span_s", [1e-4, 0.005, 0.7, 3.3, 42.0, 500.0, 3600.0, 86_400.0, 500_000.0])
@pytest.mark.parametrize("start_s", [0.0, 12.345, 40_000.1])
def test_time_ticks_are_few_round_and_inside(start_s: float, span_s: float) -> None:
    ticks = time_ticks(start_s, start_s + span_s, 10)
    times = [at_s for at_s, _ in ticks]
    assert 2 <= len(ticks) <= 11
    assert start_s - span_s * 1e-6 <= times[0] and times[-1] <= start_s + span_s * (1 + 1e-6)
    assert np.ptp(np.diff(times)) < span_s * 1e-6
    assert len({words for _, words in ticks}) == len(ticks)


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
@pytest.mark.parametrize("top", [100, 4000, 24_000, 250_000])
def test_frequency_ticks_are_inside_apart_and_different(scale: str, top: float) -> None:
    axis = FrequencyAxis(scale, 0, top).within(top)  # type: ignore[arg-type]
    ticks = frequency_ticks(axis, 10)
    places = [place for place, _ in ticks]
    assert 2 <= len(ticks) <= 11
    assert min(places) >= 0 and max(places) <= 1 and (np.diff(places) >= 0.099).all()
    assert len({words for _, words in ticks}) == len(ticks)


def test_frequency_ticks_close_up_tell_neighbours_apart() -> None:
    for scale in ("linear", "log", "mel"):
        ticks = frequency_ticks(FrequencyAxis(scale, 5000, 5040), 8)  # type: ignore[arg-type]
        assert len({words for _, words in ticks}) == len(ticks) >= 3


def test_the_view_stays_inside_of_the_recording_whatever_is_asked() -> None:
    view = ViewState()
    view.reset(10 * RATE, RATE)
    for change in (
        lambda: view.show(-5, 3),
        lambda: view.pan(100),
        lambda: view.zoom(1e-9, 9.99),
        lambda: view.page(-50),
    ):
        change()
        assert 0 <= view.start_s < view.stop_s <= view.duration_s + 1e-9
    view.zoom(1e9)
    assert (view.start_s, view.stop_s) == (0, 10)


def test_the_view_of_nothing_and_of_one_frame_does_not_divide_by_zero() -> None:
    view = ViewState()
    for frames in (0, 1):
        view.reset(frames, RATE)
        view.zoom(0.5)
        view.pan(1)
        assert view.span_s > 0
