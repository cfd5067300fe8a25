"""The services behind the Live page, made and closed together."""

from desktop_app.audio.inputs import OpenInput
from desktop_app.audio.streams import open_input
from desktop_app.services.free_space import FreeSpace
from desktop_app.services.jobs import JobRunner
from desktop_app.services.listening import Listening
from desktop_app.services.looking_back import LookingBack
from desktop_app.services.messages import Messages
from desktop_app.services.monitor import Monitor
from desktop_app.services.playback import Playback
from desktop_app.services.recording import Recording
from desktop_app.services.session import Session


class LiveDesk:
    """One microphone, one recording, one look back. GUI thread only; nothing is opened before it is started."""

    def __init__(
        self, runner: JobRunner, messages: Messages, playback: Playback, open_device: OpenInput = open_input
    ) -> None:
        self.messages = messages
        self.playback = playback
        self.monitor = Monitor(runner, messages, open_device)
        self.recording = Recording(self.monitor, messages)
        self.looking_back = LookingBack(runner, messages, playback)
        self.session = Session()
        """Of what is looked back at: its selection and play head are not those of the recording on the Listen page."""
        self.listening = Listening(self.session, playback, None)
        self.free_space = FreeSpace(runner)

    def close(self) -> None:
        """Complete the recording, let go of the microphone, delete what was looked at; nobody is told any more."""
        for service in (self.recording, self.monitor, self.looking_back):
            service.blockSignals(True)
        self.free_space.stop()
        self.recording.close()
        self.monitor.close()
        self.looking_back.close()
