"""What every page of the window shares."""

from dataclasses import dataclass

from PySide6.QtWidgets import QApplication

from desktop_app import assets
from desktop_app.audio.playing.outputs import OpenOutput
from desktop_app.services.jobs import JobRunner
from desktop_app.services.messages import Messages
from desktop_app.services.models import ModelShelf
from desktop_app.services.playback import Playback
from desktop_app.services.project import Project
from desktop_app.services.session import Session
from desktop_app.services.settings import Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.theme import Theme


@dataclass(frozen=True)
class Core:
    """The services that more than one page needs. GUI thread only."""

    messages: Messages
    """What the person is told."""
    settings: Settings
    """What the person chose."""
    theme: Theme
    """Light or dark."""
    actions: Actions
    """Everything the window can be told to do."""
    runner: JobRunner
    """Background work."""
    session: Session
    """Open folder, recording, selection, play head."""
    playback: Playback
    """Sound going out."""
    models: ModelShelf
    """The models there are, and the chosen one."""
    project: Project
    """The labels of the open folder."""


def make_core(application: QApplication, open_device: OpenOutput) -> Core:
    """Return the shared services of one window; `open_device` opens an output device."""
    messages = Messages()
    settings = Settings(messages=messages)
    theme = Theme(application, settings.values.theme)
    runner, session = JobRunner(), Session()
    return Core(
        messages=messages,
        settings=settings,
        theme=theme,
        actions=Actions(application, theme),
        runner=runner,
        session=session,
        playback=Playback(runner, messages, open_device),
        models=ModelShelf(settings, messages, *assets.model_dirs()),
        project=Project(runner, session, settings, messages),
    )
