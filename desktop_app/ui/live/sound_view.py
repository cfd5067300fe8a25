"""What is heard, in one of three forms: a page that teaches, the sound as it comes, or a look back at it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.audio.devices import Device
from desktop_app.services.settings import Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.display_controls import DisplayControls
from desktop_app.ui.live.look_back import LookBack
from desktop_app.ui.live.parts import tab_only
from desktop_app.ui.live.waterfall import Waterfall
from desktop_app.ui.teaching import Teaching
from desktop_app.ui.training.parts import push_button
from desktop_app.ui.widgets import quiet_button, set_role

TITLE = "Listen to a microphone"
TEXT = (
    "Press Start listening: the sound is drawn as it comes, and the model says what it hears. "
    "Space looks back at the last minutes, to play them and cut clips out. "
    "Nothing is recorded until you press R, and nothing leaves this computer."
)
NO_MICROPHONE = "No microphone was found: connect one or switch one on, then press Start listening."


class SoundView(QWidget):
    """Shows one of the three."""

    def __init__(self, waterfall: Waterfall, look_back: LookBack, settings: Settings, actions: Actions) -> None:
        super().__init__()
        self.waterfall, self.look_back = waterfall, look_back
        self.teaching = Teaching(TITLE, TEXT)
        self.notice = QLabel()
        self.notice.setObjectName("notice")
        self.notice.setWordWrap(True)
        self.notice.setAccessibleName("Notice")
        self.notice.hide()
        self.pause = tab_only(push_button("Look back", "Look at the last minutes while listening goes on (Space)"))
        self.controls = DisplayControls(settings)
        self._live = self._make_live(actions)
        self._stack = QStackedWidget()
        for page in (self.teaching, self._live, look_back):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self._stack, 1)

    @property
    def looking_back(self) -> bool:
        """Return whether the look back is on the screen."""
        return self._stack.currentWidget() is self.look_back

    @property
    def live(self) -> bool:
        """Return whether the sound is shown as it comes."""
        return self._stack.currentWidget() is self._live

    def show_teaching(self) -> None:
        """Show what can be done here."""
        self._stack.setCurrentWidget(self.teaching)

    def show_devices(self, devices: Sequence[Device]) -> None:
        """Teach what can be done with these microphones, or without any."""
        self.teaching.show_text(TEXT if devices else NO_MICROPHONE)

    def show_live(self) -> None:
        """Show the sound as it comes."""
        self._stack.setCurrentWidget(self._live)

    def show_look_back(self) -> None:
        """Show what was."""
        self._stack.setCurrentWidget(self.look_back)

    def show_notice(self, sentence: str, role: str = "warning") -> None:
        """Say a sentence over the sound; an empty one goes away."""
        self.notice.setVisible(bool(sentence))
        self.notice.setText(sentence)
        set_role(self.notice, role)

    def _make_live(self, actions: Actions) -> QWidget:
        page = QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 4)
        row.setSpacing(4)
        row.addWidget(self.pause)
        row.addStretch(1)
        for name in ("zoom_out", "zoom_in"):
            button = quiet_button(actions[name].text())
            button.setDefaultAction(actions[name])
            row.addWidget(button)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.waterfall, 1)
        column.addWidget(self.controls)
        column.addLayout(row)
        self.controls.automatic_asked.connect(self.waterfall.reset_range)
        self.waterfall.range_found.connect(self.controls.show_range)
        return page
