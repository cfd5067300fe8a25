"""The bytes behind a `Source`: one way to look at headers and to hand the sound to libsndfile or FFmpeg.

A path is opened anew for each decoder. A file object is shared by all of them behind a guard that always starts at its
first byte. An object that cannot seek is copied once, to memory or (above 32 MiB) to a temporary file, because CAF,
MP4 and HTK keep what a decoder needs at their end, and because slices must equal the full decode for it too.
"""

import os
import tempfile
from typing import IO, BinaryIO, Protocol, Self, cast

from desktop_app.audio.sources import Source, require_regular_file, shown_name
from desktop_app.errors import UserError

HEAD_BYTES = 4096
_SPOOL_BYTES = 32 * 1024 * 1024
_COPY_BYTES = 1024 * 1024


class _Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


class GuardedFile:
    """A file object as decoders see it: no name, reads that are never short in the middle, and no lost exception.

    libsndfile and cffi swallow what a Python object raises inside `read()` and return short data as if the file ended
    there; the guard keeps the exception so that `ByteSource.check` can raise it.
    """

    def __init__(self, wrapped: BinaryIO | IO[bytes]) -> None:
        self._wrapped = wrapped
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Keep the exception instead of letting it vanish inside a C callback."""
        self.error = self.error or error
        return True

    def read(self, count: int = -1, /) -> bytes:
        """Return up to `count` bytes, fewer only at the end or where the object failed."""
        pieces: list[bytes] = []
        with self:
            while count != 0 and self.error is None:
                piece = self._wrapped.read(count)
                if not piece:
                    break
                pieces.append(piece)
                count = count - len(piece) if count > 0 else count
        return b"".join(pieces)

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """Fill `buffer` and return how many bytes it took."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move and return the new position (-1 where the object failed)."""
        with self:
            self._wrapped.seek(offset, whence)
            return self._wrapped.tell()
        return -1

    def tell(self) -> int:
        """Return the position (-1 where the object failed)."""
        with self:
            return self._wrapped.tell()
        return -1


class ByteSource:
    """The bytes of one recording, by path or by file object. Close it, or use it as a context manager."""

    def __init__(self, source: Source) -> None:
        """Look at what `source` is; UserError if it cannot hold sound. Copies an object that cannot seek."""
        self._path: str | None = None
        self._name = ""
        self._file: IO[bytes] | None = None
        self._guard: GuardedFile | None = None
        self._owned = True
        self._return_to: int | None = None
        if isinstance(source, (str, bytes, os.PathLike)):
            self._path = os.fsdecode(source)
            self.suffix = os.path.splitext(self._path)[1].lower()  # noqa: PTH122 (called for 10,000 files in a row)
            self.size_bytes = require_regular_file(self._path).st_size
        else:
            self._take_object(source)

    def _take_object(self, source: BinaryIO) -> None:
        if not hasattr(source, "read"):
            raise TypeError(f"a path or a binary file object is needed, not {type(source).__name__}")
        named = getattr(source, "name", None)
        self._name = named if isinstance(named, str) and named else "the recording"
        self.suffix = os.path.splitext(named)[1].lower() if isinstance(named, str) else ""  # noqa: PTH122
        if _can_seek(source):
            _require_bytes(source.read(0), self.name)
            self._file, self._owned = source, False
            self._return_to = source.tell()
        else:
            self._file = _spooled(source, self.name)
        self._guard = GuardedFile(self._file)
        self.size_bytes = max(self._guard.seek(0, os.SEEK_END), 0)
        self.check()
        if self.size_bytes == 0:
            raise UserError(f"“{self.name}” is empty (0 bytes): its recording or copying was probably interrupted.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """What a message to a person calls it."""
        return shown_name(self._path or self._name)

    def read_at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes at `offset`; fewer at the end. UserError if the disk refuses."""
        if self._guard is not None:
            self._guard.seek(offset)
            data = self._guard.read(max(count, 0))
            self.check()
            return data
        try:
            if self._file is None:
                self._file = open(cast(str, self._path), "rb", buffering=0)  # noqa: SIM115, PTH123 (closed by close)
            self._file.seek(offset)
            return self._file.read(max(count, 0))
        except OSError as error:
            raise UserError(f"“{self.name}” cannot be read: {error.strerror or error}.") from error

    def head(self) -> bytes:
        """Return the first bytes, enough for every magic number."""
        return self.read_at(0, HEAD_BYTES)

    def tail(self, count: int) -> bytes:
        """Return the last `count` bytes, or all there are."""
        start = max(0, self.size_bytes - count)
        return self.read_at(start, self.size_bytes - start)

    def for_soundfile(self) -> int | str | GuardedFile:
        """Return what `soundfile.SoundFile` should open: a new descriptor (it closes it), or the guarded object.

        A descriptor carries no name: names that are not UTF-8 work, and no suffix makes libsndfile guess a headerless
        format. Its Windows build has a C runtime of its own and takes the name instead.
        """
        if self._guard is not None:
            self._guard.seek(0)
            return self._guard
        if os.name == "nt":
            return cast(str, self._path)
        try:
            return os.open(cast(str, self._path), os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise UserError(f"“{self.name}” cannot be read: {error.strerror or error}.") from error

    def for_ffmpeg(self) -> str | GuardedFile:
        """Return what `av.open` should open. The prefix keeps a name such as `http:x.wav` a file."""
        if self._guard is not None:
            self._guard.seek(0)
            return self._guard
        return f"file:{self._path}"

    def check(self) -> None:
        """Raise what the file object raised while a decoder was reading it, if anything."""
        if self._guard is not None and self._guard.error is not None:
            error, self._guard.error = self._guard.error, None
            raise error

    def close(self) -> None:
        """Close what was opened here; give a caller's object back at the position it came with."""
        if self._file is None:
            return
        if self._owned:
            self._file.close()
        elif self._return_to is not None and not self._file.closed:
            self._file.seek(self._return_to)
        self._file = None


def _can_seek(source: BinaryIO) -> bool:
    if not (hasattr(source, "seek") and hasattr(source, "tell")):
        return False
    asked = getattr(source, "seekable", None)
    return bool(asked()) if callable(asked) else True


def _require_bytes(piece: object, name: str) -> None:
    if isinstance(piece, str):
        raise UserError(f"“{name}” is open as text: open it in binary mode (“rb”).")


def _spooled(source: _Readable, name: str) -> IO[bytes]:
    """Copy everything `source` still has to give into memory or, when it is long, a temporary file."""
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 (closed by ByteSource.close)
    try:
        while piece := source.read(_COPY_BYTES):
            _require_bytes(piece, name)
            spool.write(piece)
    except BaseException:
        spool.close()
        raise
    return cast(IO[bytes], spool)
