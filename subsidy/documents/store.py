"""The folder of documents: each file once, under the digest of its bytes, whole or not at all.

A file is written under a passing name, forced to disk and then renamed; only after that may a row name it. A crash leaves
at most a file that no row names.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from subsidy.errors import SubsidyError
from subsidy.settings import Settings

PASSING: Final = ".incoming-"
_MIB: Final = 1024 * 1024


class TooLarge(SubsidyError):
    """More than may be sent at once."""

    status = 413


class Lost(SubsidyError):
    """The record names a file that is not there any more, or is not what it was."""

    status = 500


class Incoming:
    """A file on its way in."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.size = 0
        self._limit = limit
        self._sum = hashlib.sha256()
        self._file = path.open("wb")

    @property
    def digest(self) -> str:
        """``sha256:…`` of what has been written."""
        return f"sha256:{self._sum.hexdigest()}"

    def write(self, piece: bytes) -> None:
        """Adds a piece. Raises TooLarge once there is more than a file may hold."""
        self.size += len(piece)
        if self.size > self._limit:
            raise too_large(self._limit)
        self._sum.update(piece)
        self._file.write(piece)

    def finish(self) -> None:
        """Forces everything to disk; nothing can be added after that."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def drop(self) -> None:
        """Deletes what was not kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Store:
    """One folder. `file_limit` and `case_limit` are bytes: of one file, and of all files of one application."""

    folder: Path
    file_limit: int
    case_limit: int

    @classmethod
    def of(cls, settings: Settings) -> "Store":
        """The folder that the settings name; it is made when the first file comes."""
        return cls(settings.documents_dir, settings.document_mib * _MIB, settings.case_mib * _MIB)

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """A place for one file, which is deleted at the end unless it has been kept."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=PASSING, dir=self.folder)
        os.close(handle)
        arriving = Incoming(Path(name), self.file_limit)
        try:
            yield arriving
        finally:
            arriving.drop()

    def keep(self, arrived: Incoming) -> None:
        """Gives the file its lasting place; from then on a row may name its digest."""
        arrived.finish()
        place = self.path(arrived.digest)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(arrived.path, place)
        for folder in (place.parent, self.folder):
            _sync(folder)

    def read(self, digest: str) -> bytes:
        """The bytes of that digest. Raises Lost where they are gone or are not those bytes any more."""
        if self.fault(digest):
            raise Lost("documents.lost", digest=digest)
        return self.path(digest).read_bytes()

    def fault(self, digest: str) -> str | None:
        """What is wrong with the file of that digest: `missing` or `altered`; None where nothing is."""
        found = hashlib.sha256()
        try:
            with self.path(digest).open("rb") as file:
                while piece := file.read(_MIB):
                    found.update(piece)
        except OSError:
            return "missing"
        return None if f"sha256:{found.hexdigest()}" == digest else "altered"

    def path(self, digest: str) -> Path:
        """Where the bytes of that digest lie."""
        name = digest.removeprefix("sha256:")
        return self.folder / name[:2] / name


def too_large(limit: int) -> TooLarge:
    """The refusal of a file of more than `limit` bytes."""
    return TooLarge("documents.too_large", most=str(limit // _MIB))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
