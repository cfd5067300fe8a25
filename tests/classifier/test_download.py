"""Archives from a server on this machine: whole, broken off, wrong, and hostile."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from desktop_app.classifier.data.download import Archive, fetch, unpack
from desktop_app.errors import UserError

CONTENT = bytes(range(256)) * 4_000


@dataclass
class Server:
    """Serves CONTENT at any path; what it does wrong is set by the test."""

    url: str = ""
    breaks_after: int | None = None
    knows_ranges: bool = True
    status: int = 200
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            told.asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and told.knows_ranges else 0
            if told.status != 200:
                self.send_error(told.status)
                return
            if start >= len(CONTENT):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
            self.send_header("Content-Length", str(len(CONTENT) - start))
            self.end_headers()
            self.wfile.write(CONTENT[start : told.breaks_after])

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    told.url = f"http://127.0.0.1:{httpd.server_port}/set.tar.gz"
    yield told
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def archive(server: Server, sha256: str = hashlib.sha256(CONTENT).hexdigest()) -> Archive:
    return Archive(server.url, sha256)


def test_a_download_shows_how_far_it_is_and_appears_when_it_is_whole(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    fetch(archive(server), tmp_path / "sets" / "set.tar.gz", lambda done, total: told.append((done, total)))
    assert (tmp_path / "sets" / "set.tar.gz").read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in (tmp_path / "sets").iterdir()] == ["set.tar.gz"]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_download_that_broke_off_goes_on_where_it_broke(server: Server, tmp_path: Path, knows_ranges: bool) -> None:
    server.breaks_after, server.knows_ranges = 600_000, knows_ranges
    target = tmp_path / "set.tar.gz"
    with pytest.raises(UserError, match=r"broke off; try again, and it goes on"):
        fetch(archive(server), target)
    assert not target.exists()
    there = (tmp_path / "set.tar.gz.part").stat().st_size
    assert there > 0
    server.breaks_after = None
    fetch(archive(server), target)
    assert target.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={there}-"]


def test_a_download_stopped_before_its_last_rename_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.tar.gz.part").write_bytes(CONTENT)
    fetch(archive(server), tmp_path / "set.tar.gz")
    assert (tmp_path / "set.tar.gz").read_bytes() == CONTENT


def test_another_content_than_expected_is_thrown_away(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="checksum differs"):
        fetch(archive(server, "0" * 64), tmp_path / "set.tar.gz")
    assert list(tmp_path.glob("set*")) == []


def test_a_server_that_refuses_or_is_not_there_is_one_sentence(server: Server, tmp_path: Path) -> None:
    server.status = 503
    with pytest.raises(UserError, match="answered “503"):
        fetch(archive(server), tmp_path / "set.tar.gz")
    with pytest.raises(UserError, match="cannot be reached"):
        fetch(Archive("http://127.0.0.1:9/set.tar.gz", "0" * 64), tmp_path / "set.tar.gz")
    with pytest.raises(UserError, match="no address of the web"):
        fetch(Archive("file:///etc/passwd", "0" * 64), tmp_path / "set.tar.gz")


def packed(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def test_an_archive_is_unpacked_whole(tmp_path: Path) -> None:
    folder = tarfile.TarInfo("./yes")
    folder.type = tarfile.DIRTYPE
    unpack(packed(tmp_path / "a.tar.gz", (folder, b""), (tarfile.TarInfo("./yes/a.wav"), b"abc")), tmp_path / "set")
    assert (tmp_path / "set" / "yes" / "a.wav").read_bytes() == b"abc"


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "a/../../out.txt", "..\\out.txt", "C:out.txt"])
def test_a_name_that_leads_out_of_the_folder_is_refused_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    hostile = packed(tmp_path / "a.tar.gz", (tarfile.TarInfo("fine.txt"), b"x"), (tarfile.TarInfo(name), b"x"))
    with pytest.raises(UserError, match="is no file inside it"):
        unpack(hostile, tmp_path / "set")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != ".user") == ["a.tar.gz"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = kind, "/etc"
    with pytest.raises(UserError, match="is no file inside it"):
        unpack(packed(tmp_path / "a.tar.gz", (link, b"")), tmp_path / "set")


def test_a_damaged_archive_is_one_sentence(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.tar.gz", (tarfile.TarInfo("a.bin"), bytes(range(256)) * 2_000)).read_bytes()
    for content in (whole[: len(whole) // 2], b"no archive"):
        (tmp_path / "cut.tar.gz").write_bytes(content)
        with pytest.raises(UserError, match="is damaged"):
            unpack(tmp_path / "cut.tar.gz", tmp_path / "set")
        assert not (tmp_path / "set").exists()
