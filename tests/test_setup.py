"""The front door: set-up is repeatable, quick the second time, and says in one sentence what stands in its way."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import setup

ROOT = Path(__file__).resolve().parents[1]
PROJECT = '[project]\nname = "earmark"\ndependencies = ["numpy>=2"]\n[tool.ruff]\nline-length = 120\n'
PARTS = {"development", "lint", "format", "types", "layers"}
"""Targets that others are made of; they are not in the help."""
FAKE_PIP = "import pathlib, sys\npathlib.Path({log!r}).open('a').write(' '.join(sys.argv[1:]) + '\\n')\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the Makefile's set-up is for Linux and macOS")


@pytest.fixture
def checkout(tmp_path: Path) -> setup.Checkout:
    """A project folder with an environment whose pip only notes what it was asked."""
    root = tmp_path / "clone"
    root.mkdir()
    (root / "pyproject.toml").write_text(PROJECT)
    checkout = setup.Checkout(root)
    make_fake_venv(checkout, FAKE_PIP.format(log=str(root / "pip.log")))
    return checkout


def make_fake_venv(checkout: setup.Checkout, pip: str) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout.venv], check=True)
    package = next(checkout.venv.glob("lib/python*/site-packages")) / "pip"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text(pip)


def replace_pip(checkout: setup.Checkout, script: str) -> str:
    """Make pip do something else, and return what it did before."""
    program = next(checkout.venv.glob("lib/python*/site-packages")) / "pip" / "__main__.py"
    before = program.read_text()
    program.write_text(script)
    return before


def pip_log(checkout: setup.Checkout) -> list[str]:
    log = checkout.root / "pip.log"
    return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def real_system() -> None:
    """Ask for the packages this system lacks instead of none."""


@pytest.fixture(autouse=True)
def untouched_system(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """No test installs a package, and set-up finds none missing unless the test is about that."""
    monkeypatch.setattr(setup, "apt_command", list)
    if "real_system" not in request.fixturenames:
        monkeypatch.setattr(setup, "missing_packages", lambda for_window: [])


def test_the_second_setup_asks_pip_for_nothing(checkout: setup.Checkout) -> None:
    setup.prepare(checkout, {"dev"})
    setup.prepare(checkout, {"dev"})
    setup.prepare(checkout, set())
    assert len(pip_log(checkout)) == 1
    assert pip_log(checkout)[0].endswith(f"--editable {checkout.root}[dev]")


def test_a_changed_dependency_sets_up_again_and_keeps_the_extras(
    checkout: setup.Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.prepare(checkout, {"dev"})
    assert setup.DOWNLOAD_NOTE in capsys.readouterr().out
    (checkout.root / "pyproject.toml").write_text(PROJECT.replace("numpy>=2", "numpy>=2.1"))
    setup.prepare(checkout, set())
    assert [line.endswith("[dev]") for line in pip_log(checkout)] == [True, True]
    assert setup.UPDATE_NOTE in capsys.readouterr().out


def test_a_changed_lint_rule_does_not_set_up_again(checkout: setup.Checkout) -> None:
    setup.prepare(checkout, set())
    (checkout.root / "pyproject.toml").write_text(PROJECT.replace("120", "100"))
    setup.prepare(checkout, set())
    assert len(pip_log(checkout)) == 1


def test_the_tests_need_more_than_the_window(checkout: setup.Checkout) -> None:
    setup.prepare(checkout, set())
    assert not setup.is_current(checkout, {"dev"})


def test_a_killed_pip_leads_to_a_fresh_environment(checkout: setup.Checkout) -> None:
    half_installed = next(checkout.venv.glob("lib/python*/site-packages")) / "half"
    half_installed.write_text("")
    replace_pip(checkout, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    with pytest.raises(setup.SetupError, match="signal 9"):
        setup.prepare(checkout, set())
    assert not setup.is_current(checkout, set())
    setup.make_venv(checkout)
    assert not half_installed.exists()
    assert setup.venv_works(checkout)


def test_an_environment_whose_interpreter_is_gone_is_not_trusted(checkout: setup.Checkout) -> None:
    setup.prepare(checkout, set())
    for link in (checkout.venv / "bin").glob("python*"):
        link.unlink()
    assert not setup.is_current(checkout, set())


def test_an_environment_without_its_own_pip_is_not_trusted(checkout: setup.Checkout) -> None:
    setup.prepare(checkout, set())
    package = next(checkout.venv.glob("lib/python*/site-packages")) / "pip"
    package.rename(package.with_name("pop"))
    assert not setup.is_current(checkout, set())


def test_no_network_is_one_sentence_and_the_next_setup_can_go_on(
    checkout: setup.Checkout, capfd: pytest.CaptureFixture[str]
) -> None:
    works = replace_pip(
        checkout, "import sys\nsys.exit('ERROR: Temporary failure in name resolution\\nNo matching distribution found')"
    )
    with pytest.raises(setup.SetupError, match=r"^The package index cannot be reached: connect to the network, then"):
        setup.prepare(checkout, set())
    assert "Temporary failure" in capfd.readouterr().err
    replace_pip(checkout, works)
    setup.prepare(checkout, set())
    assert setup.is_current(checkout, set())


def test_a_full_disk_is_told_apart_from_an_unknown_failure() -> None:
    assert setup.explain("OSError: [Errno 28] No space left on device").startswith("The disk is full")
    assert "docs/install.md" in setup.explain("something new")


@pytest.mark.parametrize(("oldest", "newest"), [((3, 90), (3, 91)), ((3, 1), (3, 2))], ids=["too old", "too new"])
def test_a_python_that_does_not_suit_is_told_so_in_one_sentence(
    oldest: tuple[int, int],
    newest: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(setup, "OLDEST_PYTHON", oldest)
    monkeypatch.setattr(setup, "NEWEST_PYTHON", newest)
    assert setup.main(["run"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"Earmark needs Python 3.{oldest[1]} to 3.{newest[1]}")
    assert "PYTHON=" in told
    assert len(told.splitlines()) == 1


def test_setup_hands_over_to_a_python_that_suits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suitable = tmp_path / "python3.90"
    suitable.write_text("")
    suitable.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(setup, "OLDEST_PYTHON", (3, 90))
    monkeypatch.setattr(setup, "NEWEST_PYTHON", (3, 91))
    handed: list[list[str]] = []
    monkeypatch.setattr(setup.os, "execv", lambda program, arguments: handed.append(arguments))
    monkeypatch.setattr(sys, "argv", ["tools/setup.py", "run", "a folder"])
    with pytest.raises(setup.SetupError):  # only because the exec above came back
        setup.require_python()
    assert handed == [[str(suitable), "tools/setup.py", "run", "a folder"]]


def test_setup_can_be_read_by_an_old_python_so_that_it_can_say_so() -> None:
    ast.parse((ROOT / "tools" / "setup.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.usefixtures("real_system")
def test_missing_libraries_are_named_as_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.display.missing_libraries", list)
    monkeypatch.setattr(setup, "any_fonts", lambda: False)
    monkeypatch.setattr(setup.sys, "platform", "linux")
    for_tests, for_window = setup.missing_packages(for_window=False), setup.missing_packages(for_window=True)
    assert {"libportaudio2", "libegl1", "fonts-dejavu-core"} <= set(for_tests)
    assert set(for_window) - set(for_tests) >= {"libxcb-cursor0", "libxkbcommon-x11-0"}


@pytest.mark.usefixtures("real_system")
def test_other_systems_need_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.sys, "platform", "darwin")
    assert setup.missing_packages(for_window=True) == []


def test_without_rights_the_one_command_is_printed_and_setup_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    setup.install_packages(["libegl1", "libportaudio2"])
    told = capsys.readouterr().err
    assert "sudo apt-get install --no-install-recommends libegl1 libportaudio2" in told
    assert len(told.splitlines()) == 1


def test_a_failing_apt_is_told_and_setup_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text('#!/bin/sh\n[ "$1" = update ] || { echo "E: Unable to locate package libegl1" >&2; exit 100; }\n')
    apt.chmod(0o755)
    monkeypatch.setattr(setup, "apt_command", lambda: [str(apt)])
    setup.install_packages(["libegl1"])
    assert "E: Unable to locate package libegl1" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["~/night calls", ""], ids=["own folder", "samples"])
def test_run_becomes_earmark_on_the_folder_that_was_named_or_the_samples(
    given: str, checkout: setup.Checkout, tmp_path: Path
) -> None:
    asked, home = tmp_path / "asked", tmp_path / "home of $me"
    checkout.python.unlink()
    checkout.python.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{asked}"\nexit 3\n')
    checkout.python.chmod(0o755)
    code = "import sys; from pathlib import Path; from tools import setup\n"
    code += "setup.open_window(setup.Checkout(Path(sys.argv[1])), sys.argv[2:])"
    command = [sys.executable, "-c", code, str(checkout.root), given]
    answer = subprocess.run(command, cwd=ROOT, env={**os.environ, "HOME": str(home)}, check=False)
    folder = home / "night calls" if given else checkout.root / "resources" / "samples"
    assert answer.returncode == 3
    assert asked.read_text().splitlines() == ["-m", "desktop_app", "open", str(folder)]


def test_every_target_of_the_makefile_is_in_its_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) - {"help", *PARTS}
    assert targets == set(re.findall(r'@echo "make ([a-z]+)', makefile))


@pytest.mark.parametrize("script", [".ci/run", "Makefile"])
def test_the_front_door_is_in_the_checkout(script: str) -> None:
    assert (ROOT / script).is_file()
    assert script == "Makefile" or os.access(ROOT / script, os.X_OK)
