"""Archives from the net: fetched on, where they broke off, checked, and unpacked so that nothing lands elsewhere."""

import hashlib
import http.client
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from desktop_app.audio.atomic import explain_write_error
from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError

BLOCK_BYTES = 2**18
TIMEOUT_S = 30.0
MOST_UNPACKED_BYTES = 64 * 2**30
MOST_MEMBERS = 2_000_000
RANGE_NOT_SATISFIABLE = 416

Watch = Callable[[int, int | None], None]
"""Told how many bytes are done, and how many there are where that is known; may raise to stop."""


@dataclass(frozen=True)
class Archive:
    """Something to fetch."""

    url: str
    """Where it is; http or https."""
    sha256: str
    """Of its bytes, in hex."""
    size_bytes: int | None = None
    """How long it is, where that is known."""


def fetch(archive: Archive, target: Path, watch: Watch = lambda done, total: None) -> None:
    """Download to `target`, which appears only when it is whole and right; a broken download goes on where it broke.

    UserError where the server cannot be reached, breaks off, or sends something else. Any thread.
    """
    if urlsplit(archive.url).scheme not in ("http", "https"):
        raise UserError(f"“{archive.url}” is no address of the web; correct it.")
    part = target.with_name(f"{target.name}.part")
    with _explained(archive.url, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if part.exists() and archive.size_bytes is not None and part.stat().st_size > archive.size_bytes:
            part.unlink()
        _continue(archive, part, watch)
        _check(archive, part)
        part.replace(target)


def unpack(archive: Path, folder: Path, watch: Watch = lambda done, total: None) -> None:
    """Unpack a tar archive into `folder`, which appears only when it is whole.

    UserError where the archive is damaged, or holds links, devices, or names that lead out of the folder.
    """
    unfinished = folder.with_name(f".{folder.name}.part")
    with _explained(shown_name(archive), folder):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        try:
            with tarfile.open(archive) as tar:
                _unpack_members(tar, unfinished, watch)
            unfinished.replace(folder)
        except (tarfile.TarError, EOFError, ValueError) as reason:
            raise UserError(f"“{shown_name(archive)}” is damaged ({reason}); delete it and fetch it again.") from reason
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _continue(archive: Archive, part: Path, watch: Watch) -> None:
    """Append what is missing to the part that is there."""
    done = part.stat().st_size if part.exists() else 0
    request = Request(archive.url, headers={"User-Agent": "earmark", **({"Range": f"bytes={done}-"} if done else {})})
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:
            if done and not str(answer.headers.get("Content-Range", "")).startswith(f"bytes {done}-"):
                done = 0  # a server that knows no ranges sends everything again
            length = answer.headers.get("Content-Length")
            total = done + int(length) if length is not None else archive.size_bytes
            with part.open("ab" if done else "wb") as file:
                for block in iter(lambda: answer.read(BLOCK_BYTES), b""):
                    file.write(block)
                    done += len(block)
                    watch(done, total)
    except HTTPError as reason:
        if reason.code != RANGE_NOT_SATISFIABLE or not done:  # else everything was there already
            raise
    else:
        if total is not None and done < total:
            raise http.client.IncompleteRead(b"", total - done)


def _check(archive: Archive, part: Path) -> None:
    """Raise UserError, and throw the file away, where it is not the one wanted."""
    digest = hashlib.sha256()
    with part.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    size = part.stat().st_size
    if digest.hexdigest() != archive.sha256 or archive.size_bytes not in (None, size):
        part.unlink()
        raise UserError(f"What came from {archive.url} is not what was expected (its checksum differs); try again.")


@contextmanager
def _explained(source: str, target: Path) -> Iterator[None]:
    """Turn errors of net and disk into sentences."""
    try:
        yield
    except HTTPError as reason:
        reason.close()
        raise UserError(f"{source} answered “{reason.code} {reason.reason}”; try again later.") from reason
    except (http.client.HTTPException, TimeoutError, ConnectionError) as reason:
        raise UserError(f"The connection to {source} broke off; try again, and it goes on from there.") from reason
    except OSError as reason:
        if reason.errno is None or isinstance(getattr(reason, "reason", None), OSError | str):  # urllib's URLError
            raise UserError(f"{source} cannot be reached ({reason}); check the connection and try again.") from reason
        raise explain_write_error(reason, target) from reason


def _unpack_members(tar: tarfile.TarFile, folder: Path, watch: Watch) -> None:
    written = 0
    for number, member in enumerate(tar):
        path = PurePosixPath(member.name)
        leads_out = path.is_absolute() or ".." in path.parts or "\\" in member.name or ":" in member.name
        if leads_out or not (member.isfile() or member.isdir()):
            raise ValueError(f"“{member.name}” is no file inside it")
        written += member.size
        if number >= MOST_MEMBERS or written > MOST_UNPACKED_BYTES:
            raise ValueError("it holds more than it may")
        target = folder.joinpath(*path.parts)
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        source = tar.extractfile(member)
        assert source is not None  # it is a file
        with source, target.open("xb") as file:
            shutil.copyfileobj(source, file, BLOCK_BYTES)
        with suppress(OSError, OverflowError):
            os.utime(target, (member.mtime, member.mtime))
        watch(written, None)
