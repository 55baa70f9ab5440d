"""The ZIP archive that a workbook is: judged by its directory, and read in pieces."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from licence_qr.services.importing.files.lines import Budget, Damaged, Excess

MAX_PARTS = 500
# What is read in one piece: the archive's directory, before anybody can judge it.
MAX_PIECE_BYTES = 1024 * 1024
_CHUNK = 128 * 1024
_ENCRYPTED = 0x1  # bit of the flags of a part


class Archive:
    """The parts of an archive by name. Raises Damaged, or Excess ``import_spreadsheet_bomb`` or ``import_file_password``.

    The directory can only understate sizes: zipfile stops at the stated size and then fails on the checksum.
    """

    def __init__(self, content: BinaryIO, budget: Budget) -> None:
        try:
            self._zip = zipfile.ZipFile(_InPieces(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Damaged(str(error)) from error
        parts = self._zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > budget.unpacked_bytes or len(parts) > MAX_PARTS:
            raise Excess("import_spreadsheet_bomb", unpacked_mb=unpacked // 2**20, parts=len(parts))
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise Excess("import_file_password")
        # Names differ in letter case between writers; the standard compares them without.
        self._parts = {part.filename.replace("\\", "/").casefold(): part for part in parts}
        if len(self._parts) != len(parts):
            raise Damaged("two parts of one name")

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def names(self) -> tuple[str, ...]:
        """The names of all parts, in lower case."""
        return tuple(self._parts)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The contents of a part, a piece at a time."""
        part = self._parts.get(name.casefold())
        if part is None:
            raise Damaged(f"no part {name}")
        try:
            with self._zip.open(part) as source:
                while piece := source.read(_CHUNK):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Damaged(f"{name}: {error}") from error


class _InPieces:
    """A file of which nobody reads more than ``MAX_PIECE_BYTES`` at once: zipfile reads the directory in one piece, and
    keeps it in a list, before anybody can judge it."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.seek, self.tell, self.seekable = content.seek, content.tell, content.seekable

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(MAX_PIECE_BYTES + 1 if size < 0 else min(size, MAX_PIECE_BYTES + 1))
        if len(piece) > MAX_PIECE_BYTES:
            raise zipfile.BadZipFile("too much in one piece")
        return piece
