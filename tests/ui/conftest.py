"""What every test of the window needs: the theme, the actions, settings of its own."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.services.settings import Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """Return the light theme, put on the application."""
    theme = Theme(qapp, "light")
    yield theme
    theme.close()
    theme.deleteLater()


@pytest.fixture
def settings(qapp: QApplication) -> Iterator[Settings]:
    """Return settings with defaults that are saved inside the test's folder."""
    settings = Settings()
    yield settings
    settings.close()


@pytest.fixture
def actions(qapp: QApplication, theme: Theme) -> Iterator[Actions]:
    """Return all actions, not yet in a window."""
    actions = Actions(qapp, theme)
    yield actions
    actions.deleteLater()
