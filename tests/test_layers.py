"""What a package may load is proved by loading it, in a process of its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("audio", "annotation", "interchange", "classifier")

IMPORT_ALL = """
import importlib, pkgutil, sys
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(found.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""

LINUX_ONLY = {"fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog", "readline", "curses", "spwd"}


def loaded_by(*modules: str) -> set[str]:
    """Return the top-level packages in memory after importing the modules and everything inside them."""
    return set(run_python(IMPORT_ALL, *modules).split())


def run_python(code: str, *arguments: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.parametrize("package", [*PACKAGES, "cli", "display", "errors", "assets", "colours", "words", "signals"])
def test_below_the_services_nothing_loads_qt(package: str) -> None:
    assert not loaded_by(f"desktop_app.{package}") & {"PySide6", "shiboken6", "pyqtgraph"}


@pytest.mark.parametrize("package", ["audio", "annotation", "interchange"])
def test_only_the_classifier_loads_torch(package: str) -> None:
    assert not loaded_by(f"desktop_app.{package}") & {"torch", "torchaudio"}


@pytest.mark.parametrize("package", ["app", "ui", "services", "cli"])
def test_the_window_and_the_command_line_start_without_torch_and_portaudio(package: str) -> None:
    assert not loaded_by(f"desktop_app.{package}") & {"torch", "torchaudio", "sounddevice"}


def test_the_model_card_is_read_without_torch() -> None:
    assert "torch" not in run_python("import desktop_app.classifier.card, sys; print(*sys.modules)").split()


def test_the_display_check_needs_the_standard_library_only() -> None:
    allowed = set(sys.stdlib_module_names) | {"desktop_app", "__main__"}
    before = set(run_python("import sys; print(*{name.partition('.')[0] for name in sys.modules})").split())
    assert loaded_by("desktop_app.display") - allowed <= before


def modules() -> list[Path]:
    return sorted((ROOT / "desktop_app").rglob("*.py"))


@pytest.mark.parametrize("module", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_needs_linux_to_be_imported(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not names & LINUX_ONLY
