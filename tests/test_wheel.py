"""`pip install .` brings everything that Earmark needs at run time, in one wheel for every system."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip builds it, without its isolated environment (which needs a network)."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_one_wheel_fits_every_system(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_carries_every_module_and_resource(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "desktop_app", "resources"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    if tracked.returncode != 0 or not tracked.stdout:
        pytest.skip("not a git checkout, so which files belong to the project is unknown")
    files = [name for name in tracked.stdout.split("\0") if name and (ROOT / name).is_file()]
    expected = {name.replace("resources/", "desktop_app/_resources/", 1) for name in files}
    assert expected <= packed
    assert any(name.startswith("desktop_app/_resources/models/") for name in packed)


def test_the_installed_wheel_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "from desktop_app import assets; print(assets.samples_dir()); print(assets.models_dir())"
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    samples, models = map(Path, answer.stdout.splitlines())
    assert samples == tmp_path / "desktop_app" / "_resources" / "samples"
    assert models.parent == samples.parent


def test_the_command_is_installed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "earmark = desktop_app.__main__:main" in archive.read(name).decode()
