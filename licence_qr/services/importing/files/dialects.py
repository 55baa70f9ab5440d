"""What a file is, by its content and not by its name; and its sheets, where it is a dialect that is read.

A file that is something else is refused with what it is, so that whoever brought it knows what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from licence_qr.services.importing.files.delimited import delimited_sheet
from licence_qr.services.importing.files.encodings import NoEncoding, encoding_of, is_big5, pieces_of
from licence_qr.services.importing.files.html_tables import html_sheets
from licence_qr.services.importing.files.lines import Budget, Excess, ExportSheet
from licence_qr.services.importing.files.spreadsheetml import NAMESPACE, spreadsheetml_sheets

_LOOKED_AT = 4096


class Dialect(StrEnum):
    """The dialects that are read."""

    DELIMITED = "delimited"
    XLSX = "xlsx"
    SPREADSHEETML = "spreadsheetml"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written. ``encoding`` is empty for a workbook that is no text."""

    dialect: Dialect
    encoding: str = ""


# Beginnings of files that are something else, and the code that says what.
_OTHERS = (
    (b"%PDF", "import_file_pdf"),
    (b"{\\rtf", "import_file_document"),
    (b"Rar!", "import_file_archive"),
    (b"7z\xbc\xaf", "import_file_archive"),
    (b"\x1f\x8b", "import_file_archive"),
    (b"\x89PNG", "import_file_picture"),
    (b"\xff\xd8\xff", "import_file_picture"),
    (b"GIF8", "import_file_picture"),
    (b"BM", "import_file_picture"),
    (b"SQLite format 3", "import_file_database"),
)
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# Names of what stands in a compound file (MS-CFB), as they are written there.
_ENCRYPTED, _BOOKS = "EncryptedPackage".encode("utf-16-le"), tuple(
    name.encode("utf-16-le") + b"\0\0" for name in ("Workbook", "Book")
)  # fmt: skip
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|meta|body|table|style)\b", re.IGNORECASE)


def form_of(content: BinaryIO) -> Form:
    """How the file is written. Raises Excess ``import_text_encoding``, ``import_text_big5`` or ``import_file_…``, which
    say what it is instead."""
    content.seek(0)
    start = content.read(_LOOKED_AT)
    if start.startswith(_ZIP):
        return Form(Dialect.XLSX)
    if start.startswith(_COMPOUND):
        raise Excess(_compound(content))
    if other := next((code for magic, code in _OTHERS if start.startswith(magic)), ""):
        raise Excess(other)
    try:
        encoding = encoding_of(content)
    except NoEncoding as error:
        if is_big5(content):
            raise Excess("import_text_big5") from error
        raise Excess("import_text_encoding", position=error.position) from error
    text = start.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return Form(_markup(text), encoding)
    if text[:13].casefold() == "mime-version:":
        raise Excess("import_file_web_archive")
    return Form(Dialect.DELIMITED, encoding)


def sheets_of(
    form: Form, content: BinaryIO, known: Callable[[Sequence[str]], int], budget: Budget
) -> Iterator[ExportSheet]:
    """The sheets. ``known`` counts the headings in a line. Raises Damaged or Excess, also while lines are read."""
    if form.dialect is Dialect.XLSX:
        # Loaded when a workbook comes: it takes a tenth of the time of a start.
        from licence_qr.services.importing.files.xlsx import xlsx_sheets

        yield from xlsx_sheets(content, budget)
    elif form.dialect is Dialect.SPREADSHEETML:
        yield from spreadsheetml_sheets(content, form.encoding, budget)
    elif form.dialect is Dialect.HTML:
        yield from html_sheets(content, form.encoding, budget)
    else:
        yield delimited_sheet(content, form.encoding, known, budget)


def _markup(text: str) -> Dialect:
    if NAMESPACE in text:
        return Dialect.SPREADSHEETML
    if _HTML.search(text):
        return Dialect.HTML
    raise Excess("import_file_markup")


def _compound(content: BinaryIO) -> str:
    """Which of the things that are kept in a compound file it is: a password hides the workbook whole."""
    kept, old = b"", False
    for piece in pieces_of(content):
        text = kept + piece
        if _ENCRYPTED in text:
            return "import_file_password"
        old = old or any(book in text for book in _BOOKS)
        kept = text[-64:]
    return "import_file_old_excel" if old else "import_file_compound"
