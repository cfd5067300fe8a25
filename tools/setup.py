"""Set Earmark up in its checkout: `python3 tools/setup.py run [FOLDER] | development | comparison-tools`.

    run [FOLDER]       set up what the application needs, then open the window (on the samples, or on FOLDER)
    development        set up what the tests and checks need as well
    comparison-tools   on a machine with apt: the programs that tests compare with and otherwise skip (sox, ffmpeg, ...)

Standard library only, and written for every Python 3.8+, so that a too old one is told so in a sentence. Set-up means a
`.venv` made from pyproject.toml and the few system libraries that the wheels lack. Repeating it is always safe: what
stands is recognised in a few hundredths of a second, what was interrupted is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)  # the last that PyTorch 2.11 has wheels for
DOWNLOAD_NOTE = "Setting up .venv, once: about 3 GB to download, 5 GB on disk (PyTorch with its CUDA libraries, Qt)."

UPDATE_NOTE = "Bringing .venv up to what pyproject.toml asks for today."

COMPARISON_TOOLS = {
    "sox": "sox",
    "ffmpeg": "ffmpeg",
    "espeak-ng": "espeak-ng",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "pulseaudio": "pulseaudio",
    "paplay": "pulseaudio-utils",
}
"""Programs that tests and tools use where they are: program -> Debian package."""

COMPARISON_LIBRARIES = {"alsa-lib/libasound_module_pcm_pulse.so": "libasound2-plugins"}
"""Parts of programs that are no command, below /usr/lib or its folder for the processor: file -> Debian package."""

PIP_COMPLAINTS = (
    ("No space left on device", "The disk is full: make about 10 GB free"),
    ("name resolution", "The package index cannot be reached: connect to the network"),
    ("Failed to establish a new connection", "The package index cannot be reached: connect to the network"),
    ("CERTIFICATE_VERIFY_FAILED", "The package index's certificate is not trusted: check the clock, or set PIP_CERT"),
    ("ProxyError", "The package index cannot be reached: check the proxy"),
    ("timed out", "The package index answers too slowly: wait for a better network"),
    ("No matching distribution found", "One of the packages does not exist for this machine: see docs/install.md"),
)
"""What pip says when it fails -> what to do before trying again; the first that fits."""


class SetupError(Exception):
    """Set-up cannot go on; the text is one sentence that says why and what to do."""


@dataclass(frozen=True)
class Checkout:
    """A clone of the project and the places where set-up leaves things."""

    root: Path
    """The folder that holds pyproject.toml."""

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter inside the virtual environment."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        """Written last: says which project description and which extras were installed."""
        return self.venv / "earmark-setup.json"

    @property
    def unfinished(self) -> Path:
        """There only while pip works: found at the start, it means that pip was killed half-way."""
        return self.venv / "earmark-setup-unfinished"


def main(arguments: list[str]) -> int:
    """Do what the module docstring says and return the exit status."""
    command = arguments[0] if arguments else ""
    try:
        require_python()
        checkout = Checkout(Path(__file__).resolve().parents[1])
        sys.path.insert(0, str(checkout.root))
        if command == "run":
            prepare(checkout, set())
            return open_window(checkout, arguments[1:])
        if command == "development":
            prepare(checkout, {"dev"})
            return 0
        if command == "comparison-tools":
            install_packages(missing_comparison_tools())
            return 0
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: the same command starts again where that is needed.", file=sys.stderr)
        return 130
    print(__doc__, file=sys.stderr)
    return 2


def missing_comparison_tools() -> list[str]:
    """Return the Debian packages of what tests compare with and this machine lacks."""
    programs = [package for tool, package in COMPARISON_TOOLS.items() if not shutil.which(tool)]
    places = (Path("/usr/lib"), *Path("/usr/lib").glob("*-linux-gnu*"))
    libraries = [
        package
        for file, package in COMPARISON_LIBRARIES.items()
        if not any((place / file).exists() for place in places)
    ]
    return programs + libraries


def require_python() -> None:
    """Go on under a Python that suits, else hand over to one that lies beside this `python3`, else SetupError."""
    if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        return
    names = [f"python3.{minor}" for minor in range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1)]
    suitable = next(filter(None, map(shutil.which, names)), None)
    if suitable:
        os.execv(suitable, [suitable, *sys.argv])
    raise SetupError(
        f"Earmark needs Python 3.{OLDEST_PYTHON[1]} to 3.{NEWEST_PYTHON[1]} and {sys.executable} is "
        f"{platform.python_version()}: install one of them, or name it: make run PYTHON=/path/to/python3.12"
    )


def prepare(checkout: Checkout, extras: set[str]) -> None:
    """Leave a working `.venv` with the project and these extras in it; quick where it stands already.

    System libraries that are missing are installed where that is allowed; where it is not, the command is printed and
    set-up goes on.
    """
    install_packages(missing_packages(for_window="dev" not in extras))
    if is_current(checkout, extras):
        return
    make_venv(checkout)
    print(UPDATE_NOTE if checkout.stamp.exists() else DOWNLOAD_NOTE, flush=True)
    install_project(checkout, extras | installed_extras(checkout))


def open_window(checkout: Checkout, folders: list[str]) -> int:
    """Start Earmark on the folder (empty or none: the samples) and return its exit status.

    Where the system knows how, Earmark takes the place of this process, so that signals and Ctrl+C reach it alone.
    """
    folder = Path(folders[0]).expanduser() if folders and folders[0] else checkout.root / "resources" / "samples"
    command = [str(checkout.python), "-m", "desktop_app", "open", str(folder)]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


# System libraries


def missing_packages(for_window: bool) -> list[str]:
    """Return the Debian packages, sorted, that hold what the wheels lack and this Linux has not; else nothing."""
    if not sys.platform.startswith("linux"):
        return []
    from desktop_app.display import QT_LIBRARIES, X11_LIBRARIES, missing_libraries

    wanted = {"libportaudio.so.2": "libportaudio2", **QT_LIBRARIES, **(X11_LIBRARIES if for_window else {})}
    packages = {wanted[library] for library in missing_libraries(wanted)}
    if not any_fonts():
        packages.add("fonts-dejavu-core")
    if not can_make_venvs():
        packages.add(f"python3.{sys.version_info.minor}-venv")
    return sorted(packages)


def any_fonts() -> bool:
    """Return whether any outline font is installed; without one Qt draws boxes for letters."""
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
    return any(next(Path(folder).expanduser().rglob("*.[ot]tf"), None) for folder in folders)


def can_make_venvs() -> bool:
    """Return whether this Python has `ensurepip`, which Debian keeps in a package of its own."""
    from importlib.util import find_spec

    return find_spec("ensurepip") is not None


def install_packages(packages: list[str]) -> None:
    """Install Debian packages as root or through a sudo that asks nothing; otherwise print the command that does."""
    if not packages:
        return
    wanted = " ".join(packages)
    by_hand = f"sudo apt-get install --no-install-recommends {wanted}"
    apt = apt_command()
    if not apt:
        print(f"These system packages are missing; this installs them: {by_hand}", file=sys.stderr)
        return
    print(f"Installing system packages: {wanted}", flush=True)
    subprocess.run([*apt, "update", "-qq"], check=False, capture_output=True)
    answer = subprocess.run(
        [*apt, "install", "-y", "-qq", "--no-install-recommends", *packages],
        check=False,
        capture_output=True,
        text=True,
    )
    if answer.returncode != 0:
        said = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"apt-get could not install them ({said}); try: {by_hand}", file=sys.stderr)


def apt_command() -> list[str]:
    """Return how to call apt-get here without being asked anything, or an empty list where that is not possible."""
    if not shutil.which("apt-get"):
        return []
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return apt
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0
    ):
        return ["sudo", "-n", *apt]
    return []


# The virtual environment


def is_current(checkout: Checkout, extras: set[str]) -> bool:
    """Return whether the environment works and holds what pyproject.toml asks for today, with these extras."""
    if checkout.unfinished.exists() or not venv_works(checkout):
        return False
    return read_stamp(checkout).get("description") == describe(checkout) and extras <= installed_extras(checkout)


def describe(checkout: Checkout) -> str:
    """Return a digest of what decides the environment: the project table of pyproject.toml and where it lies."""
    import tomllib

    document = tomllib.loads((checkout.root / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [document.get("build-system"), document.get("project"), str(checkout.root)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_stamp(checkout: Checkout) -> dict[str, object]:
    """Return what the last finished set-up wrote, empty where there was none."""
    try:
        stamp = json.loads(checkout.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def installed_extras(checkout: Checkout) -> set[str]:
    """Return the extras that the last finished set-up installed."""
    extras = read_stamp(checkout).get("extras")
    return set(extras) if isinstance(extras, list) else set()


def venv_works(checkout: Checkout) -> bool:
    """Return whether the environment's interpreter runs and finds its packages: a system upgrade can break both."""
    question = "import os, sys, sysconfig; sys.exit(not os.path.isdir(sysconfig.get_path('purelib') + '/pip'))"
    try:
        return subprocess.run([checkout.python, "-I", "-c", question], check=False).returncode == 0
    except OSError:
        return False


def make_venv(checkout: Checkout) -> None:
    """Make the environment where there is none, or anew where it is broken or was left half-made."""
    broken = checkout.unfinished.exists() or not venv_works(checkout)
    if not broken:
        return
    answer = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", checkout.venv], check=False, capture_output=True, text=True
    )
    if answer.returncode != 0:
        hint = "install python3-venv" if not can_make_venvs() else answer.stderr.strip() or answer.stdout.strip()
        raise SetupError(f"Python could not make {checkout.venv}: {hint}")


def install_project(checkout: Checkout, extras: set[str]) -> None:
    """Install the project editable with these extras and stamp the environment; SetupError where pip fails.

    pip downloads everything before it changes anything, so a failure of its own leaves the environment as it was; only
    a killed pip leaves `unfinished` behind, and the next set-up starts from an empty environment (and pip's cache).
    """
    target = f"{checkout.root}[{','.join(sorted(extras))}]" if extras else str(checkout.root)
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    pip = [str(checkout.python), "-m", "pip", "--disable-pip-version-check"]
    checkout.unfinished.touch()
    status, complaints = run_and_listen([*pip, "install", *quiet, "--editable", target])
    if status < 0:
        raise SetupError(f"pip was stopped by signal {-status}, as a lack of memory does; run the same command again.")
    checkout.unfinished.unlink()
    if status > 0:
        raise SetupError(explain(complaints))
    stamp = {"description": describe(checkout), "extras": sorted(extras)}
    checkout.stamp.write_text(json.dumps(stamp), encoding="utf-8")


def run_and_listen(command: list[str]) -> tuple[int, str]:
    """Run a command and return its exit status and what it wrote to stderr, which is also passed on as it comes."""
    lines = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        for line in process.stderr or ():
            lines.append(line)
            sys.stderr.write(line)
    return process.returncode, "".join(lines)


def explain(complaints: str) -> str:
    """Return one sentence for why pip failed and what to do."""
    for words, advice in PIP_COMPLAINTS:
        if words in complaints:
            return f"{advice}, then run the same command again."
    return "pip could not install Earmark's packages; what it said stands above, and docs/install.md may help."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
