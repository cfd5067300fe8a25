"""How Earmark looks: two palettes, one type family, one small stylesheet, icons tinted to the palette."""

from dataclasses import asdict
from functools import lru_cache
from string import Template

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from desktop_app import assets
from desktop_app.colours import DARK, LIGHT, Tones

BODY_POINT_SIZE = 10
SMALL_POINT_SIZE = 9


def palette_of(tones: Tones) -> QPalette:
    """Return the Qt palette of `tones`, disabled text included."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tones.window,
        QPalette.ColorRole.WindowText: tones.text,
        QPalette.ColorRole.Base: tones.base,
        QPalette.ColorRole.AlternateBase: tones.window,
        QPalette.ColorRole.Text: tones.text,
        QPalette.ColorRole.PlaceholderText: tones.secondary,
        QPalette.ColorRole.Button: tones.raised,
        QPalette.ColorRole.ButtonText: tones.text,
        QPalette.ColorRole.ToolTipBase: tones.raised,
        QPalette.ColorRole.ToolTipText: tones.text,
        QPalette.ColorRole.Highlight: tones.accent,
        QPalette.ColorRole.HighlightedText: tones.on_accent,
        QPalette.ColorRole.Link: tones.accent,
        QPalette.ColorRole.Mid: tones.line,
        QPalette.ColorRole.Midlight: tones.raised,
        QPalette.ColorRole.Dark: tones.secondary,
        QPalette.ColorRole.Accent: tones.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    faint = QColor(tones.secondary)
    faint.setAlpha(140)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    return palette


def stylesheet_of(tones: Tones) -> str:
    """Return the little that the palette cannot say: hairlines, paddings, roles of text."""
    template = Template((assets.resources_dir() / "theme.qss").read_text(encoding="utf-8"))
    images = {name: (assets.icons_dir() / f"{name}.svg").as_posix() for name in ("chevron", "tick")}
    return template.substitute(asdict(tones), small=str(SMALL_POINT_SIZE), **images)


class Theme(QObject):
    """Applies light or dark to the whole application and follows the system when asked to."""

    changed = Signal()

    def __init__(self, application: QApplication, mode: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._mode = mode
        application.setStyle("Fusion")
        application.setFont(type_family())
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def mode(self) -> str:
        """Return `system`, `light` or `dark`."""
        return self._mode

    @property
    def dark(self) -> bool:
        """Return whether the dark scheme is the one on screen."""
        if self._mode == "system":
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._mode == "dark"

    @property
    def tones(self) -> Tones:
        """Return the colours on screen."""
        return DARK if self.dark else LIGHT

    def set_mode(self, mode: str) -> None:
        """Show `system`, `light` or `dark` at once in every window."""
        if mode != self._mode:
            self._mode = mode
            self._apply()

    def close(self) -> None:
        """Stop following the system."""
        self._application.styleHints().colorSchemeChanged.disconnect(self._system_changed)

    def _system_changed(self) -> None:
        if self._mode == "system":
            self._apply()

    def _apply(self) -> None:
        self._application.setPalette(palette_of(self.tones))
        self._application.setStyleSheet(stylesheet_of(self.tones))
        self.changed.emit()


@lru_cache(maxsize=1)
def type_family() -> QFont:
    """Return the shipped type family at body size with tabular figures; the system's where it cannot be loaded."""
    families: list[str] = []
    for file in sorted(assets.fonts_dir().glob("*.otf")):
        families += QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))
    font = QFont(families[0] if families else QApplication.font().family(), BODY_POINT_SIZE)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def small_font() -> QFont:
    """Return the type family at the smaller of the two sizes."""
    font = QFont(type_family())
    font.setPointSize(SMALL_POINT_SIZE)
    return font


def icon(name: str, tones: Tones) -> QIcon:
    """Return the shipped icon `name` (without suffix) in the text colour of `tones`, fainter when disabled."""
    tinted = QIcon()
    tinted.addPixmap(_pixmap(name, tones.text), QIcon.Mode.Normal)
    tinted.addPixmap(_pixmap(name, tones.accent), QIcon.Mode.Normal, QIcon.State.On)
    tinted.addPixmap(_pixmap(name, tones.line), QIcon.Mode.Disabled)
    return tinted


@lru_cache(maxsize=256)
def _pixmap(name: str, colour: str, size: int = 20) -> QPixmap:
    """Return the icon drawn at twice its size, so that it stays sharp on dense screens."""
    svg = (assets.icons_dir() / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    pixmap = QPixmap(size * 2, size * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size * 2, size * 2))
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return pixmap
