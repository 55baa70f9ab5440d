"""What stands in a workbook (XLSX, ECMA-376, transitional and strict) beside its sheets.

openpyxl reads the transitional dialect only, and all of a part at once; of it the tables of number formats are used.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from licence_qr.services.importing.files.archive import Archive
from licence_qr.services.importing.files.lines import MAX_SHEETS, Budget, Damaged, Excess
from licence_qr.services.importing.files.xml_stream import Attributes, XmlStream, named

SHEET_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_RELATIONSHIPS = ("http://schemas.openxmlformats.org/package/2006/relationships",)
_IDS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
_MAX_STYLES = 65_536
# Parts by which a file shows that it is something else, and the code that says so.
_OTHERS = (
    ("xl/workbook.bin", "import_file_xlsb"),
    ("word/document.xml", "import_file_document"),
    ("ppt/presentation.xml", "import_file_document"),
    ("content.xml", "import_file_ods"),
    ("index/document.iwa", "import_file_numbers"),
)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it. ``kind`` is the last word of its relationship: worksheet, chartsheet, …"""

    title: str
    part: str
    kind: str
    hidden: bool


@dataclass(slots=True)
class Package:
    """The sheets of a workbook, in its order; the part of the shared texts, or empty; its date system; its date styles."""

    sheets: list[SheetPart] = field(default_factory=list)
    shared_texts: str = ""
    dates_from_1904: bool = False
    date_styles: frozenset[str] = frozenset()


def read_package(archive: Archive, budget: Budget) -> Package:
    """Raises Damaged; Excess ``import_file_xlsb`` and the like where the archive is no workbook."""
    for part, code in _OTHERS:
        if part in archive:
            raise Excess(code)
    root = _relationships(archive, "_rels/.rels", "", budget)
    main = next((target for kind, target in root.values() if kind == "officeDocument"), "xl/workbook.xml")
    if main not in archive:
        # A plain archive, in which the workbook may be.
        raise Excess("import_file_archive") if not root else Damaged(f"no part {main}")
    folder, name = posixpath.split(main)
    related = _relationships(archive, f"{folder}/_rels/{name}.rels", folder, budget)
    package = Package()
    listed = _Workbook(package)
    _read(archive, main, SHEET_NAMESPACES, {"sheet": listed.sheet, "workbookPr": listed.properties}, budget)
    for title, identifier, hidden in listed.sheets:
        kind, part = related.get(identifier, ("", ""))
        package.sheets.append(SheetPart(title, part, kind, hidden))
    package.shared_texts = _of_kind(related, "sharedStrings", f"{folder}/sharedStrings.xml", archive)
    if styles := _of_kind(related, "styles", f"{folder}/styles.xml", archive):
        package.date_styles = _date_styles(archive, styles, budget)
    return package


def _of_kind(related: Mapping[str, tuple[str, str]], wanted: str, usual: str, archive: Archive) -> str:
    """The part of a kind, which some writers leave unrelated at its usual place."""
    targets = [*(target for kind, target in related.values() if kind == wanted), usual]
    return next((target for target in targets if target in archive), "")


def _relationships(archive: Archive, part: str, folder: str, budget: Budget) -> dict[str, tuple[str, str]]:
    """Kind and target of each relationship by its id."""
    found: dict[str, tuple[str, str]] = {}

    def relationship(attributes: Attributes) -> None:
        if attributes.get("TargetMode") != "External" and len(found) < 10 * MAX_SHEETS:
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            found[attributes.get("Id", "")] = kind, target.lstrip("/")

    if part in archive:
        _read(archive, part, _RELATIONSHIPS, {"Relationship": relationship}, budget)
    return found


class _Workbook:
    """What the main part says: its sheets by title, relationship and visibility, and the date system."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.sheets: list[tuple[str, str, bool]] = []

    def sheet(self, attributes: Attributes) -> None:
        identifier = next((attributes[name] for name in _IDS if name in attributes), "")
        title = attributes.get("name", "")
        if len(self.sheets) >= MAX_SHEETS:
            raise Excess("import_too_many_sheets", limit=MAX_SHEETS)
        self.sheets.append((title, identifier, attributes.get("state", "visible") != "visible"))

    def properties(self, attributes: Attributes) -> None:
        self._package.dates_from_1904 = attributes.get("date1904", "0") in {"1", "true", "on"}


def _date_styles(archive: Archive, part: str, budget: Budget) -> frozenset[str]:
    """The styles, as cells name them, whose numbers are shown as days; spans of time are not."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    in_cell_styles = False

    def number_format(attributes: Attributes) -> None:
        if len(formats) < _MAX_STYLES:
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]

    def cell_styles(_: Attributes) -> None:
        nonlocal in_cell_styles
        in_cell_styles = True

    def cell_styles_end() -> None:
        nonlocal in_cell_styles
        in_cell_styles = False

    def style(attributes: Attributes) -> None:
        if in_cell_styles and len(styles) < _MAX_STYLES:
            styles.append(attributes.get("numFmtId", "0"))

    starts = {"numFmt": number_format, "cellXfs": cell_styles, "xf": style}
    _read(archive, part, SHEET_NAMESPACES, starts, budget, {"cellXfs": cell_styles_end})
    return frozenset(str(number) for number, known in enumerate(styles) if _shows_day(known, formats))


# Formats that Chinese Excel and WPS have built in, and write without a code (ECMA-376 part 1, 18.8.30, zh-cn).
_BUILT_IN_DAYS = frozenset({"27", "28", "29", "30", "31", "36", "50", "51", "52", "53", "54", "57", "58"})


def _shows_day(number: str, formats: Mapping[str, str]) -> bool:
    code = formats.get(number)
    if code is None:
        if number in _BUILT_IN_DAYS:
            return True
        code = BUILTIN_FORMATS.get(int(number) if number.isdecimal() and len(number) < 4 else 0, "General")
    return is_date_format(code) and not is_timedelta_format(code)


def _read(
    archive: Archive,
    part: str,
    namespaces: tuple[str, ...],
    starts: Mapping[str, Callable[[Attributes], None]],
    budget: Budget,
    ends: Mapping[str, Callable[[], None]] | None = None,
) -> None:
    handlers: dict[str, Any] = named(namespaces, starts)
    for _ in XmlStream(handlers, named(namespaces, ends or {}), budget).feed(archive.pieces(part)):
        pass
