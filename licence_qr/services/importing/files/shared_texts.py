"""The texts that cells of a workbook refer to by number. They can be most of the file, so they are not held in memory."""

from __future__ import annotations

import os
import re
import tempfile
from array import array
from collections.abc import Iterable

from licence_qr.services.importing.files.lines import MAX_CELL_CHARS, Budget, Damaged, Excess
from licence_qr.services.importing.files.package import SHEET_NAMESPACES
from licence_qr.services.importing.files.xml_stream import Attributes, XmlStream, named

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def written(text: str) -> str:
    """A text of a workbook without its escapes: _x000D_ is a character that XML cannot hold, _x005F_ an underscore.

    Ends of lines become one character, as a spreadsheet shows them.
    """
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


class SharedTexts:
    """The texts by number, in a file that has no name and goes with the process. Close it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()
        self._ends = array("Q", [0])
        self._pieces: list[str] = []
        self._reading = False
        self._length = 0

    def close(self) -> None:
        """Forget the texts."""
        self._file.close()

    def read(self, pieces: Iterable[bytes], budget: Budget) -> None:
        """Take in the part of the archive that holds them."""
        starts = {"si": self._start, "t": self._start_text, "rPh": self._start_reading}
        ends = {"si": self._end, "t": self._end_text, "rPh": self._end_reading}
        self._stream = XmlStream(named(SHEET_NAMESPACES, starts), named(SHEET_NAMESPACES, ends), budget)
        for _ in self._stream.feed(pieces):
            pass
        self._file.flush()

    def has_text(self, number: int) -> bool:
        """Whether the text of a number is not empty. Raises Damaged where there is no such number."""
        if not 0 <= number < len(self._ends) - 1:
            raise Damaged(f"no shared text {number}")
        return self._ends[number] < self._ends[number + 1]

    def __getitem__(self, number: int) -> str:
        start, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._file.fileno(), end - start, start).decode("utf-8")

    def _start(self, _: Attributes) -> None:
        self._pieces.clear()
        self._length = 0

    def _start_text(self, _: Attributes) -> None:
        if not self._reading:
            self._stream.collect()

    def _end_text(self) -> None:
        if not self._reading:
            piece = self._stream.collected()
            self._pieces.append(piece)
            self._length += len(piece)
            if self._length > MAX_CELL_CHARS:
                raise Excess("import_cell_too_long", limit=MAX_CELL_CHARS)

    def _start_reading(self, _: Attributes) -> None:
        """How a text is pronounced: it stands beside it and is no part of it."""
        self._reading = True

    def _end_reading(self) -> None:
        self._reading = False

    def _end(self) -> None:
        text = written("".join(self._pieces)).encode("utf-8", "replace")
        self._file.write(text)
        self._ends.append(self._ends[-1] + len(text))
