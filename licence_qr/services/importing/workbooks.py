"""Rows of an XLSX file, read as a stream: what is held does not grow with the file.

openpyxl reads the package, the formats and each cell. Two things it would hold whole are read here piece by piece: the
rows of a sheet, of which it keeps an empty element each, and the texts that cells share, which can be most of the file.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import Element

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_PARTS = 500
# What is read in one piece: the archive's directory, a part that is no sheet (as it lies in the archive).
MAX_PIECE_BYTES = 1024 * 1024
MAX_OTHER_PART_BYTES = 16 * 1024 * 1024
# Between the end of one row, or shared text, and the end of the next.
MAX_ROW_BYTES = 1024 * 1024
MAX_COLUMNS = 64
_MAX_SHARED_FORMULAE = 1000
_STRING, _TEXT, _RUN = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "t", "r"))


class TooLargeUnpacked(Exception):
    """The archive says that it unpacks to more than is accepted: to ``size`` bytes in ``parts`` parts."""

    def __init__(self, size: int, parts: int) -> None:
        super().__init__(size, parts)
        self.size, self.parts = size, parts


Line = tuple[int, list[object]]


class Workbook(ExcelReader):
    """The sheets of a workbook. Raises TooLargeUnpacked; whatever else it raises means that the file is broken."""

    def __init__(self, content: BinaryIO) -> None:
        archive = _Archive(content)
        super().__init__(_InPieces(content), read_only=True, keep_links=False)
        self.archive = archive
        self.sheets: list[tuple[str, str]] = []
        self.read()

    def read_strings(self) -> None:
        """The shared texts; openpyxl would make a list of them."""
        texts = SharedTexts()
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                texts.read(source)
        self.shared_strings = texts  # type: ignore[assignment]

    def read_worksheets(self) -> None:
        """Title and place of each sheet; openpyxl would look into all of them."""
        found = ((sheet.name, rel) for sheet, rel in self.parser.find_sheets() if "chartsheet" not in rel.Type)
        self.sheets = [(title, rel.target) for title, rel in found if rel.target in self.valid_files]

    def rows(self, part: str) -> Iterator[Line]:
        """The rows of the sheet at ``part`` with their numbers, which rise; a row's values by column, to ``MAX_COLUMNS``."""
        last = 0
        with self.archive.open(part) as source:
            bounded = _Bounded(source)
            parser = WorkSheetParser(
                bounded,
                self.shared_strings,
                epoch=self.wb.epoch,
                date_formats=self.wb._date_formats,  # type: ignore[attr-defined]
                timedelta_formats=self.wb._timedelta_formats,  # type: ignore[attr-defined]
            )
            for element in _ended(bounded, DATA_TAG, ROW_TAG):
                number, cells = parser.parse_row(element)  # type: ignore[arg-type]
                if number <= last:
                    raise ValueError(f"row {number} after row {last}")
                last = number
                # Heights and the like of each row, which nobody asks for here.
                parser.row_dimensions.clear()
                if len(parser.shared_formulae) > _MAX_SHARED_FORMULAE:
                    parser.shared_formulae.clear()
                yield number, _by_column(cells)


class SharedTexts:
    """The texts that cells refer to by number, in a file that has no name and goes with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()
        self._ends = array("I", [0])  # 32 bits: no archive unpacks to more

    def read(self, source: IO[bytes]) -> None:
        """Take in the part of the archive that holds them."""
        for element in _ended(_Bounded(source), None, _STRING):
            pieces = [element.find(_TEXT), *(run.find(_TEXT) for run in element.findall(_RUN))]
            text = "".join(piece.text or "" for piece in pieces if piece is not None)
            written = self._file.write(text.replace("x005F_", "").encode("utf-8", "surrogatepass"))
            self._ends.append(self._ends[-1] + written)
        self._file.flush()

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        start, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._file.fileno(), end - start, start).decode("utf-8", "surrogatepass")


def _ended(source: _Bounded, parent: str | None, tag: str) -> Iterator[Element]:
    """Each element ``tag`` as it is complete, until its ``parent`` (None: the whole) ends; after its turn it is dropped."""
    holder: Element | None = None
    for event, element in iterparse(source, events=("start", "end")):
        if event == "start":
            if holder is None and parent in (None, element.tag):
                holder = element
        elif element is holder:
            return
        elif element.tag == tag:
            yield element
            element.clear()
            if holder is not None:
                holder.clear()
            source.since = 0


def _by_column(cells: list[dict[str, Any]]) -> list[object]:
    values: list[object] = [None] * min(max((cell["column"] for cell in cells), default=0), MAX_COLUMNS)
    for cell in cells:
        if cell["column"] <= MAX_COLUMNS:
            values[cell["column"] - 1] = cell["value"]
    return values


class _Bounded:
    """A part of the archive of which only so much is read before somebody says that a row was complete."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.since += len(piece)
        if self.since > MAX_ROW_BYTES:
            raise ValueError("a row too long")
        return piece


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


class _Archive(zipfile.ZipFile):
    """The archive, judged by its directory before anything is unpacked.

    The directory can only understate sizes: zipfile stops at the stated size and then fails on the checksum.
    """

    def __init__(self, content: BinaryIO) -> None:
        super().__init__(_InPieces(content))
        parts = self.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
            raise TooLargeUnpacked(unpacked, len(parts))

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """A part as a whole, which no sheet is."""
        part = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        if part.file_size > MAX_OTHER_PART_BYTES:
            raise zipfile.BadZipFile(f"{part.filename} is too large")
        return super().read(part, pwd)
