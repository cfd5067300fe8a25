"""Where the labels of a folder lie: inside of it, or in the user's data folder where that cannot be.

Inside they are in `.earmark/`, hidden from the list of recordings: database, its side files, lock and backups stay
together, travel with the folder, and go with one deletion. On network drives SQLite cannot be trusted (its write-ahead
log needs memory shared by all processes, and locks of network drives lie: sqlite.org/wal.html, sqlite.org/faq.html#q5).
"""

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HIDDEN_FOLDER = ".earmark"
DATABASE = "labels.sqlite"
SIDE_FILES = ("-wal", "-shm")
_NETWORK = ("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "gcsfuse", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4")
_WINDOWS_SHARES = ("smb", "smb2", "smb3", "smbfs")
_FUSE = ("fuse.davfs2", "fuse.gvfsd-fuse", "fuse.rclone", "fuse.s3fs", "fuse.sshfs")
_OF_THE_HOST = ("prl_fs", "vboxsf", "virtiofs", "vmhgfs", "fuse.vmhgfs-fuse")
REMOTE_TYPES = frozenset(_NETWORK + _WINDOWS_SHARES + _FUSE + _OF_THE_HOST)
"""File systems of Linux whose files another machine may change."""
_WINDOWS_REMOTE = 4  # DRIVE_REMOTE of GetDriveTypeW


@dataclass(frozen=True)
class Place:
    """Where one project's labels lie."""

    project: Path
    """The folder with the recordings."""
    home: Path
    """The folder with database, lock and backups; made with the first label."""
    why_elsewhere: str = ""
    """Why `home` is not inside of `project`; empty where it is."""

    @property
    def database(self) -> Path:
        """Return the file with the labels."""
        return self.home / DATABASE

    @property
    def lock(self) -> Path:
        """Return the file that the window which writes holds."""
        return self.home / "labels.lock"

    @property
    def backups(self) -> Path:
        """Return the folder of the backups."""
        return self.home / "backups"

    @property
    def words(self) -> str:
        """Return a sentence that says where the labels are."""
        if self.why_elsewhere:
            return f"The labels of this folder are kept in {self.home}, because {self.why_elsewhere}."
        return f"The labels of this folder are kept in {self.database}."


def inside(project: Path) -> Place:
    """Return the place in the folder itself."""
    return Place(project, project / HIDDEN_FOLDER)


def elsewhere(project: Path, why: str) -> Place:
    """Return the place in the user's data folder."""
    name = hashlib.blake2b(os.fsencode(project.absolute()), digest_size=6).hexdigest()
    folder = Path(platformdirs.user_data_dir("earmark", appauthor=False)) / "projects"
    return Place(project, folder / f"{project.name or 'root'}-{name}", why)


def place_of(project: Path) -> Place:
    """Return where the labels of a folder lie, or will lie. Looks at the disk; any thread."""
    if is_remote(project):
        return elsewhere(project, "it is on a network drive")
    if not _is_writable(project):
        return elsewhere(project, "the folder may not be written to")
    away = elsewhere(project, "they were begun there")
    return away if away.database.exists() and not inside(project).database.exists() else inside(project)


def _is_writable(project: Path) -> bool:
    """Return whether the folder, and the labels that it may have, can be written."""
    place = inside(project)
    existing = [path for path in (project, place.home, place.database) if path.exists()]
    return all(os.access(path, os.W_OK) for path in existing)


def is_remote(folder: Path) -> bool:
    """Return whether a folder is on a drive of another machine, as far as the system tells; on macOS never."""
    if sys.platform == "win32":
        import ctypes

        root = folder.absolute().anchor
        return root.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(root) == _WINDOWS_REMOTE
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return mount_type(os.path.realpath(folder), mounts) in REMOTE_TYPES


def mount_type(path: str, mounts: str) -> str:
    """Return the type of the file system that holds a path, from the text of /proc/self/mountinfo (proc(5))."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        root = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4])
        within = path == root or path.startswith(root.rstrip("/") + "/")
        if within and len(root) >= longest:
            found, longest = after.split(" ")[0], len(root)
    return found
