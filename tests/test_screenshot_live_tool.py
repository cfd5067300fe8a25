"""The tool that films the Live page writes what a browser plays, and words that are heard."""

from pathlib import Path

import numpy as np
import soundfile
from PySide6.QtGui import QColor, QImage, QImageReader

from tools.screenshot_live import FRAMES_PER_S, TIMES_PLAYED, write_film, write_words


def test_a_film_has_every_picture_in_its_time_and_begins_anew(tmp_path: Path) -> None:
    pictures = []
    for colour in ("red", "lime", "blue"):
        picture = QImage(101, 60, QImage.Format.Format_RGB32)
        picture.fill(QColor(colour))
        pictures.append(picture)
    write_film(tmp_path / "film.webp", pictures)
    reader = QImageReader(str(tmp_path / "film.webp"))
    assert reader.imageCount() == 3
    assert reader.loopCount() == -1
    for wanted in pictures:
        seen = reader.read()
        assert seen.size() == wanted.size()
        got, right = seen.pixelColor(50, 30), wanted.pixelColor(50, 30)
        np.testing.assert_allclose(got.getRgb(), right.getRgb(), atol=12)
        assert reader.nextImageDelay() == 1000 / FRAMES_PER_S


def test_the_words_are_loud_and_the_room_between_them_is_not_dead(tmp_path: Path) -> None:
    write_words(tmp_path / "words.wav")
    sound, rate_hz = soundfile.read(tmp_path / "words.wav", dtype="float32")
    assert len(sound) / rate_hz > TIMES_PLAYED * 7
    assert np.abs(sound).max() > 0.2
    assert 0 < np.abs(sound[: rate_hz // 10]).max() < 0.01
