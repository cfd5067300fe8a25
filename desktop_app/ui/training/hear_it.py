"""Hear and see what the augmentation does to a clip: before and after, again and again."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.classifier.runs.run_config import RunConfig
from desktop_app.errors import UserError
from desktop_app.services.training_errand import Failure
from desktop_app.services.training_examples import Examples, HeardExample, Picture
from desktop_app.ui.colour_maps import STEPS, colours
from desktop_app.ui.training.parts import push_button
from desktop_app.ui.widgets import FocusHolder, role_label, set_role

HEIGHT = 88


class SoundPicture(QWidget):
    """What the network sees of a sound; a click, or Return, plays it."""

    wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._image = QImage()
        self._pixels: Picture | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{name}: play")
        self.setToolTip(f"{name}: click or press Return to hear it")

    def sizeHint(self) -> QSize:
        """Return a small picture's size."""
        return QSize(120, HEIGHT)

    def show_picture(self, picture: Picture, colour_map: str) -> None:
        """Show levels 0 to 255, (bands, columns), lowest band first."""
        table = colours(colour_map)[np.linspace(0, STEPS - 1, 256).astype(np.int64)]
        self._pixels = np.ascontiguousarray(table[picture[::-1]]).view(np.uint8)
        height, width = picture.shape
        self._image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture as large as there is room, its name over it, and the focus."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)
        words = painter.fontMetrics().boundingRect(self._name).adjusted(-4, -2, 4, 2)
        words.moveTopLeft(self.rect().topLeft())
        painter.fillRect(words, self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self._name)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(QRect(1, 1, self.width() - 2, self.height() - 2))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Play it."""
        self.wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        self.update()


class HearIt(QWidget):
    """Asks for examples and shows the newest one."""

    play_wanted = Signal(object)
    """Path of a WAV."""

    def __init__(self, examples: Examples, config: Callable[[], RunConfig], colour_map: Callable[[], str]) -> None:
        super().__init__()
        self._examples, self._config, self._colour_map = examples, config, colour_map
        self._clip, self._draw = random.randrange(2**31), 0
        self._example: HeardExample | None = None
        self.again = push_button("Hear it", "Change the clip anew and play it")
        self.other = push_button("Another clip", "Take another clip of the data, change it and play it")
        self._asking = FocusHolder(self, self.again, self.other)
        self._words = role_label(role="small", wrap=True)
        self._pictures = (SoundPicture("Before"), SoundPicture("After"))
        self._lay_out()
        self.again.clicked.connect(lambda: self._ask(self._clip))
        self.other.clicked.connect(lambda: self._ask(random.randrange(2**31)))
        examples.ready.connect(self._show)
        examples.failed.connect(self._complain)
        examples.busy_changed.connect(self._show_busy)

    @property
    def example(self) -> HeardExample | None:
        """Return the example on screen."""
        return self._example

    def _lay_out(self) -> None:
        buttons, pictures = QHBoxLayout(), QHBoxLayout()
        for row in (buttons, pictures):
            row.setSpacing(8)
        for widget in (self.again, self.other):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        for place, picture in enumerate(self._pictures):
            pictures.addWidget(picture)
            picture.hide()
            picture.wanted.connect(lambda place=place: self._play(place))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(buttons)
        column.addWidget(self._words)
        column.addLayout(pictures)
        self._words.hide()

    def _ask(self, clip: int) -> None:
        self._clip, self._draw = clip, self._draw + 1
        try:
            self._examples.ask(self._config(), clip, self._draw)
        except UserError as problem:
            self._say(str(problem), "error")

    def _show_busy(self, busy: bool) -> None:
        self._asking.set_enabled(not busy)
        if busy and self._example is None:
            self._say("Getting ready…", "small")

    def _show(self, example: HeardExample) -> None:
        self._example = example
        for widget, picture in zip(self._pictures, example.pictures, strict=True):
            widget.show_picture(picture, self._colour_map())
            widget.show()
        self._say(f"{example.label} · {example.clip.name}", "small")
        self._play(1)

    def _play(self, place: int) -> None:
        if self._example is not None:
            path: Path = (self._example.before, self._example.after)[place]
            self.play_wanted.emit(path)

    def _complain(self, failure: Failure) -> None:
        self._say(failure.text, "error")

    def _say(self, words: str, role: str) -> None:
        set_role(self._words, role)
        self._words.setText(words)
        self._words.show()
