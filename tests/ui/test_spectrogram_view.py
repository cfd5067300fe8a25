"""What the spectrogram shows, pixel by pixel: the right place, the same at every scroll, to the last frame."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from desktop_app.audio.spectrogram import TOP_INDEX, ColumnGrid, SpectrogramSettings, index_of
from desktop_app.services.pieces import TILE_COLUMNS
from desktop_app.ui.colour_maps import COLOUR_MAPS, STEPS, colours, level_colours
from desktop_app.ui.spectrogram_view import TilePlan, automatic_range
from desktop_app.ui.theme import Theme
from desktop_app.ui.view_state import ViewState
from tests.ui.timeline_helpers import RATE, Frames, Stage, stage, tone

__all__ = ["stage"]


def brightness(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return the lightness of each pixel; it grows along every map but the inverted one."""
    return np.asarray(pixels[:, :, :3] @ np.array([0.07, 0.72, 0.21]))


def change(stage: Stage, **fields: object) -> None:
    stage.settings.change(spectrogram=replace(stage.settings.values.spectrogram, **fields))  # type: ignore[arg-type]
    stage.settle()


def noise(duration_s: float) -> Frames:
    return np.random.default_rng(4).normal(0, 0.05, (round(duration_s * RATE), 1)).astype(np.float32)


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
@pytest.mark.parametrize("hz", [500, 2000, 7000])
def test_a_tone_is_where_the_axis_says(stage: Stage, scale: str, hz: float) -> None:
    stage.show(stage.record(tone(hz, 3)))
    change(stage, scale=scale)
    light = brightness(stage.pixels(stage.spectrogram))
    brightest = light[:, 200:600].mean(axis=1)
    height = len(brightest)
    expected = (1 - stage.timeline.view.axis.position(hz)) * height
    loud = np.flatnonzero(brightest > brightest.max() * 0.98)
    bin_pixels = 2 + height * abs(
        stage.timeline.view.axis.position(hz + RATE / 512) - stage.timeline.view.axis.position(hz)
    )
    assert abs(loud.mean() - expected) <= bin_pixels


def test_a_call_is_where_the_time_axis_says_and_nowhere_else(stage: Stage) -> None:
    frames = np.zeros((10 * RATE, 1), np.float32)
    frames[4 * RATE : 5 * RATE] = tone(3000, 1)
    stage.show(stage.record(frames))
    for start, stop in ((0.0, 10.0), (3.5, 5.5), (4.9, 5.02)):
        stage.timeline.show_range(start, stop)
        stage.settle()
        light = brightness(stage.pixels(stage.spectrogram))
        row = light[round(len(light) * (1 - 3000 / 8000))]
        times = start + (np.arange(len(row)) + 0.5) / len(row) * (stop - start)
        inside = (times > 4.02) & (times < 4.98)
        outside = ((times < 3.98) & (times > 0.1)) | (times > 5.02)  # at 0 stands the play head
        if inside.any():
            assert row[inside].min() > 150
        if outside.any():
            assert row[outside].max() < 90


def test_the_picture_is_the_same_at_every_scroll_position(stage: Stage) -> None:
    stage.show(stage.record(noise(20)))
    width = round(stage.spectrogram.rect().width())
    step_s = 4.0 / width
    pictures = []
    for pixels in (0, 37, 111, 300):
        stage.timeline.show_range(5.0 + pixels * step_s, 9.0 + pixels * step_s)
        stage.settle()
        pictures.append((pixels, stage.pixels(stage.spectrogram).astype(int), stage.pixels(stage.waveform).astype(int)))
    _, first, first_wave = pictures[0]
    for pixels, picture, wave in pictures[1:]:
        assert np.abs(picture[:, : width - pixels - 1] - first[:, pixels : width - 1]).mean() < 0.5
        assert np.abs(wave[:, 1 : width - pixels - 1] - first_wave[:, pixels + 1 : width - 1]).mean() < 0.5


@pytest.mark.parametrize("duration_s", [3.0, 60.4, 400.0])
def test_the_last_part_of_the_recording_is_drawn(stage: Stage, duration_s: float) -> None:
    frames = np.zeros((round(duration_s * RATE), 1), np.float32)
    frames[-round(0.4 * RATE) :] = tone(3000, 0.4)
    stage.show(stage.record(frames))
    stage.timeline.show_range(duration_s - 2, duration_s)
    stage.settle()
    light = brightness(stage.pixels(stage.spectrogram))
    row = light[round(len(light) * (1 - 3000 / 8000))]
    assert row[-4:].min() > 120
    assert row[-round(len(row) * 0.19) :].min() > 100


def test_faint_calls_are_seen_with_the_automatic_range(stage: Stage) -> None:
    """A call 8 dB above noise that itself lies 40 dB below a loud low hum (Whombat issue 86)."""
    rng = np.random.default_rng(8)
    frames = 1e-3 * rng.normal(0, 1, (10 * RATE, 1)) + tone(200, 10, 0.3)
    spectral_density = 1e-3 * np.sqrt(4 / 512 * 0.75)  # of the noise in one bin, as amplitude
    frames[4 * RATE : 6 * RATE] += tone(5000, 2, float(spectral_density * 10 ** (8 / 20)) * 2)
    stage.show(stage.record(frames.astype(np.float32)))
    light = brightness(stage.pixels(stage.spectrogram))
    height, width = light.shape
    call = light[round(height * 3 / 8) - 1 : round(height * 3 / 8) + 2, round(width * 0.42) : round(width * 0.58)]
    around = light[round(height * 3 / 8) - 40 : round(height * 3 / 8) - 20, :]
    assert call.max(axis=0).mean() > around.mean() + 2 * around.std()


def test_zoomed_in_a_coarser_picture_stands_in_until_the_finer_is_there(stage: Stage) -> None:
    stage.show(stage.record(noise(60)))
    stage.timeline.show_range(30.0, 30.5)
    light = brightness(stage.pixels(stage.spectrogram))  # painted before the worker can have answered
    assert light.std() > 1
    stage.settle()


def test_stereo_channels_show_their_own_sound(stage: Stage) -> None:
    stage.show(stage.record(np.concatenate([tone(1000, 3), tone(6000, 3)], axis=1)))
    rows = []
    for item in stage.timeline.lanes.spectrograms:
        light = brightness(stage.pixels(item.box))
        rows.append(1 - light[:, 100:500].mean(axis=1).argmax() / len(light))
    assert rows == [pytest.approx(1000 / 8000, abs=0.02), pytest.approx(6000 / 8000, abs=0.02)]


def test_window_length_type_hop_and_power_change_the_picture_at_once(stage: Stage) -> None:
    stage.show(stage.record(tone(2000, 3) + noise(3)))
    before = stage.pixels(stage.spectrogram)
    for fields in ({"window_frames": 128}, {"window": "rectangular"}, {"hop_frames": 512}, {"power": "magnitude"}):
        change(stage, **fields)
        after = stage.pixels(stage.spectrogram)
        assert not np.array_equal(before, after), fields
        before = after


def test_choices_are_made_with_the_keyboard(stage: Stage) -> None:
    stage.show(stage.record(tone(2000, 3)))
    box = next(
        box for box in stage.timeline.controls.findChildren(QComboBox) if box.accessibleName() == "Window length"
    )
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert stage.settings.values.spectrogram.window_frames == 1024
    stage.settle()


def test_colours_follow_the_choice(stage: Stage) -> None:
    stage.show(stage.record(tone(2000, 3)))
    for name in COLOUR_MAPS:
        change(stage, colour_map=name)
        quiet, loud = (int(colours(name)[index]) & 0xFFFFFF for index in (0, -1))
        pixels = stage.pixels(stage.spectrogram).reshape(-1, 4)[:, :3].astype(np.uint32)
        seen = pixels[:, 2] << 16 | pixels[:, 1] << 8 | pixels[:, 0]
        assert np.bincount(seen == quiet)[1] > len(seen) / 2, f"{name}: {quiet:06x} {loud:06x}"


def test_the_slider_brightens_at_once_and_auto_takes_it_back(stage: Stage) -> None:
    stage.show(stage.record(noise(5)))
    slider = stage.timeline.controls.range
    automatic = (slider.floor_db, slider.ceiling_db)
    before = brightness(stage.pixels(stage.spectrogram)).mean()
    for _ in range(10):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert brightness(stage.pixels(stage.spectrogram)).mean() > before + 10
    assert stage.settings.values.spectrogram.range_db == (automatic[0] - 20, automatic[1] - 20)
    QTest.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert stage.settings.values.spectrogram.range_db is None
    QApplication.processEvents()
    assert (slider.floor_db, slider.ceiling_db) == (
        pytest.approx(automatic[0], abs=2),
        pytest.approx(automatic[1], abs=2),
    )


def test_a_chosen_range_stays_for_the_next_recording_and_an_automatic_one_is_found_anew(stage: Stage) -> None:
    loud, quiet = stage.record(noise(2), name="loud.wav"), stage.record(noise(2) * 0.05, name="quiet.wav")
    slider = stage.timeline.controls.range
    stage.show(loud)
    first = (slider.floor_db, slider.ceiling_db)
    stage.show(quiet)
    assert slider.ceiling_db < first[1] - 15
    slider.moved.emit(-90.0, -30.0)
    stage.show(loud)
    assert (slider.floor_db, slider.ceiling_db) == (-90.0, -30.0)


def test_light_and_dark_are_followed_at_once(stage: Stage, theme: Theme) -> None:
    stage.show(stage.record(tone(1000, 2, 0.1)))
    light = stage.picture().pixelColor(5, 40).lightness(), stage.pixels(stage.waveform)[2, 2, :3].mean()
    theme.set_mode("dark")
    QApplication.processEvents()
    dark = stage.picture().pixelColor(5, 40).lightness(), stage.pixels(stage.waveform)[2, 2, :3].mean()
    theme.set_mode("light")
    assert light[0] > 200 and light[1] > 200
    assert dark[0] < 60 and dark[1] < 60


def test_the_automatic_range_is_sane_for_silence_noise_and_one_loud_tone() -> None:
    assert automatic_range(np.full(100, -160.0, np.float32)) == (-100.0, -20.0)
    floor, ceiling = automatic_range(np.random.default_rng(1).normal(-80, 5, 10_000).astype(np.float32))
    assert floor < -80 < ceiling and 40 <= ceiling - floor <= 41
    floor, ceiling = automatic_range(np.array([-149.0] * 500 + [-3.0] * 5, np.float32))
    assert (floor, ceiling) == (-90.0, 0.0)


@pytest.mark.parametrize("power", ["db", "power", "magnitude", "root"])
def test_colours_run_from_the_floor_to_the_ceiling_and_never_back(power: str) -> None:
    table = level_colours("grey", -80.0, -20.0, power)  # type: ignore[arg-type]
    grey = (table & 0xFF).astype(int)
    assert len(table) == TOP_INDEX + 1
    assert grey[index_of(-80)] == 0 and grey[index_of(-20)] == 255 and grey[0] == 0 and grey[-1] == 255
    assert (np.diff(grey) >= 0).all()
    halfway = {"db": -50.0, "power": -23.0, "magnitude": -26.0, "root": -32.0}[power]
    assert grey[index_of(halfway)] == pytest.approx(127, abs=6)


def test_maps_are_told_apart_and_an_unknown_name_is_viridis() -> None:
    assert len({colours(name).tobytes() for name in COLOUR_MAPS}) == len(COLOUR_MAPS)
    assert np.array_equal(colours("no such map"), colours("viridis"))
    assert all(len(colours(name)) == STEPS for name in COLOUR_MAPS)


@pytest.mark.parametrize("frames", [100, 48_000, 48_000 * 3600, 48_000 * 3600 * 24])
@pytest.mark.parametrize("zoom", [1.0, 0.1, 0.001])
def test_a_view_takes_a_dozen_tiles_however_long_the_recording(frames: int, zoom: float) -> None:
    view = ViewState()
    view.reset(frames, 48_000)
    view.zoom(zoom)
    grid = ColumnGrid.of(SpectrogramSettings())
    plan = TilePlan.of(view, grid, 1500)
    assert len(plan.visible) <= 1500 * 2 / TILE_COLUMNS + 2
    assert grid.columns(plan.top_level, frames) <= TILE_COLUMNS
    assert plan.visible[0].index in range(plan.first, plan.last + 1)
    first_frame, last_frame = view.start_s * 48_000, view.stop_s * 48_000
    hop = grid.hop(plan.level)
    assert plan.first * TILE_COLUMNS * hop - hop / 2 <= first_frame
    assert (plan.last + 1) * TILE_COLUMNS * hop - hop / 2 >= min(last_frame, frames - 1)
