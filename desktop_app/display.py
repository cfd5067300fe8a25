"""Whether a window can be shown here. Standard library only, asked before anything of Qt is imported.

Qt aborts the process (SIGABRT, exit status 134) when no display answers or when one of its X11 libraries is
missing, and raises ImportError when a library of its own is: by then it is too late for a sentence.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

QT_LIBRARIES: dict[str, str] = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What the Qt wheels for Linux take from the system, screen or not: library -> Debian package."""

X11_LIBRARIES: dict[str, str] = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt's X11 plugin needs beyond that; the other libxcb packages come as their dependencies."""


def missing_libraries(libraries: Iterable[str]) -> list[str]:
    """Return those of the shared libraries that cannot be loaded, in the order given."""
    return [name for name in libraries if not _is_loadable(name)]


def missing_display() -> str | None:
    """Return one sentence that says why no window can open here, or None where one can.

    Always None on macOS and Windows. Where `QT_QPA_PLATFORM` names a platform that needs no screen, only Qt's own
    libraries are asked for.
    """
    if sys.platform in ("darwin", "win32"):
        return None
    if _platform_needs_no_screen() or _wayland_answers():
        return _complaint(QT_LIBRARIES)
    if not os.environ.get("DISPLAY"):
        return "There is no display: neither DISPLAY nor WAYLAND_DISPLAY leads to one."
    return _complaint(QT_LIBRARIES | X11_LIBRARIES) or _refusal_of_x11()


def _complaint(libraries: dict[str, str]) -> str | None:
    packages = dict.fromkeys(libraries[name] for name in missing_libraries(libraries))
    if packages:
        return f"The window needs system libraries that are not here: sudo apt-get install {' '.join(packages)}"
    return None


def _platform_needs_no_screen() -> bool:
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    return platform not in ("", "xcb", "wayland", "wayland-egl")


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    if not name or sys.platform == "win32":
        return False
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name  # an absolute name wins, as in libwayland
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(path))
    except OSError:
        return False
    return True


def _refusal_of_x11() -> str | None:
    """Connect the way Qt will, with the same library and the same access rights, and hang up again."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    for function in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
        function.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection) != 0
    xcb.xcb_disconnect(connection)
    if refused:
        return f"The display {os.environ['DISPLAY']!r} does not answer or does not let this user in."
    return None


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
