"""A ZIP archive from a stranger, read without trusting what it says of itself."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

CHUNK = 64 * 1024
_DIRECTORY_BYTES = 300  # a member's line in the archive's directory: 46 bytes and its name
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)


class NotABundle(ValueError):
    """The file cannot be read as a bundle."""


@dataclass(frozen=True)
class Limits:
    """The most that is read of one bundle, in bytes where nothing else is said."""

    members: int = 10_000
    member: int = 1024**3
    total: int = 4 * 1024**3
    json: int = 64 * 1024**2
    ratio: int = 250
    """The greatest ratio of unpacked to packed size of a member over 1 MiB."""


class Archive:
    """The members of a ZIP archive, by path. Nothing is unpacked to disk, and no more read than the limits allow."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        file = _open(path, limits)
        try:
            self._zip = zipfile.ZipFile(file)
            self._file = file
            self.members = self._check(self._zip.infolist())
        except NotABundle:
            file.close()
            raise
        except _BROKEN as error:
            file.close()
            raise NotABundle(f"not a readable ZIP archive: {error}") from None

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield a member's bytes. Raises NotABundle if they are fewer, more or others than the archive says."""
        member, count = self.members[path], 0
        try:
            with self._zip.open(member) as stream:
                while chunk := stream.read(CHUNK):
                    count += len(chunk)
                    if count > min(member.file_size, self._limits.member):
                        break
                    yield chunk
        except _BROKEN as error:
            raise NotABundle(f"member {path} cannot be read: {error}") from None
        if count != member.file_size:
            raise NotABundle(f"member {path} is not of the size that the archive says")

    def read(self, path: str) -> bytes:
        """Return a whole member, for those held in memory."""
        if path not in self.members:
            raise NotABundle(f"member {path} is missing")
        if self.members[path].file_size > self._limits.json:
            raise NotABundle(f"member {path} is over {self._limits.json} bytes")
        return b"".join(self.chunks(path))

    def close(self) -> None:
        self._zip.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self, members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(members) > self._limits.members:
            raise NotABundle(f"it has over {self._limits.members} members")
        found: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            _check_path(member.orig_filename)
            if member.filename in found:
                raise NotABundle(f"member {member.filename} stands in it twice")
            self._check_member(member)
            found[member.filename] = member
        if sum(member.file_size for member in members) > self._limits.total:
            raise NotABundle(f"its members are over {self._limits.total} bytes together")
        return found

    def _check_member(self, member: zipfile.ZipInfo) -> None:
        if member.flag_bits & 0x1:
            raise NotABundle(f"member {member.filename} is encrypted")
        if member.compress_type not in _READABLE:
            raise NotABundle(f"member {member.filename} is packed in a way that is not read here")
        if member.file_size > self._limits.member:
            raise NotABundle(f"member {member.filename} is over {self._limits.member} bytes")
        if member.file_size > 1024**2 and member.file_size > self._limits.ratio * member.compress_size:
            raise NotABundle(f"member {member.filename} is packed over {self._limits.ratio} times")


class _Sparing(io.BufferedReader):
    """Refuses to read much at once: the archive's directory is as large as the archive says, and read whole."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self.most:
            raise NotABundle("its directory is longer than that of the most members")
        return super().read(size)


def _open(path: Path, limits: Limits) -> _Sparing:
    try:
        file = _Sparing(io.FileIO(path))
    except OSError as error:
        raise NotABundle(f"cannot be opened: {error.strerror}") from None
    file.most = max(limits.members * _DIRECTORY_BYTES, CHUNK)
    return file


def _check_path(path: str) -> None:
    parts = path.split("/")
    if not path.isprintable() or "\\" in path or ":" in path or not {"", ".", ".."}.isdisjoint(parts):
        raise NotABundle(f"member {path!r} has a path that leads elsewhere")
