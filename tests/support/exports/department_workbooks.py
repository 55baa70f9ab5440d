"""Workbooks as departments bring them, made of XML by hand: for what openpyxl does not write, or hides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from licence_qr.catalogue.headings import load_headings
from licence_qr.domain.importing.conflicts import RowVerdict, Source, SourceRow
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.importing.headings import Headings
from licence_qr.services.importing.department_files import DepartmentFile, read_department

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = {
    TRANSITIONAL: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    STRICT: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
SHEET = "xl/worksheets/sheet1.xml"
MARKET_HEADINGS, HEALTH_HEADINGS = list(MARKET_COLUMNS.values()), list(HEALTH_COLUMNS.values())
# Style 1 is a day, style 2 a day with time, style 3 a span of time; 0 is general.
STYLES = (
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy/m/d\\ h:mm"/>'
    '<numFmt numFmtId="165" formatCode="[h]:mm"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
)


@dataclass(frozen=True)
class Raw:
    """A cell as XML: its attributes, and what stands in it."""

    attributes: str
    inner: str = ""


@dataclass
class SheetXml:
    """A sheet to be written. A row is a list of cells, each a text, a number or ``Raw``; None has no element."""

    title: str
    rows: Sequence[Sequence[object]] = ()
    state: str = "visible"
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[str, ...] = ()
    before: str = ""
    kind: str = "worksheet"

    def xml(self, namespace: str = TRANSITIONAL) -> str:
        """The part of the archive."""
        rows = "".join(
            f'<row r="{number}" hidden="{int(number in self.hidden_rows)}">{_cells(number, cells)}</row>'
            for number, cells in enumerate(self.rows, start=1)
        )
        merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in self.merged)
        after = f'<mergeCells count="{len(self.merged)}">{merges}</mergeCells>' if merges else ""
        return f'<worksheet xmlns="{namespace}">{self.before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def _cells(number: int, cells: Iterable[object]) -> str:
    return "".join(_cell(f"{_letters(at)}{number}", value) for at, value in enumerate(cells) if value is not None)


def _letters(at: int) -> str:
    return chr(65 + at) if at < 26 else chr(64 + at // 26) + chr(65 + at % 26)


def _cell(ref: str, value: object) -> str:
    if isinstance(value, Raw):
        place = "" if value.attributes.startswith("r=") else f'r="{ref}"'
        return f"<c {place} {value.attributes}>{value.inner}</c>"
    if isinstance(value, int | float):
        return f'<c r="{ref}"><v>{value}</v></c>'
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


@dataclass
class Book:
    """A workbook to be written."""

    sheets: Sequence[SheetXml]
    dates_from_1904: bool = False
    namespace: str = TRANSITIONAL
    texts: Sequence[str] = ()  # shared texts, as the XML in each <si>
    styles: str = STYLES
    further: Mapping[str, bytes] = field(default_factory=dict)

    def data(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self._parts().items():
                archive.writestr(name, text)
            for name, content in self.further.items():
                archive.writestr(name, content)
        return out.getvalue()

    def _parts(self) -> dict[str, str]:
        related = _RELATIONS[self.namespace]
        sheets = "".join(
            f'<sheet name={quoteattr(sheet.title)} sheetId="{number}" state="{sheet.state}" r:id="rId{number}"/>'
            for number, sheet in enumerate(self.sheets, start=1)
        )
        relations = "".join(
            f'<Relationship Id="rId{number}" Type="{related}/{sheet.kind}" Target="worksheets/sheet{number}.xml"/>'
            for number, sheet in enumerate(self.sheets, start=1)
        )
        relations += f'<Relationship Id="s" Type="{related}/styles" Target="/xl/styles.xml"/>'
        relations += f'<Relationship Id="t" Type="{related}/sharedStrings" Target="sharedStrings.xml"/>'
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        epoch = ' date1904="1"' if self.dates_from_1904 else ""
        texts = "".join(f"<si>{text}</si>" for text in self.texts)
        parts = {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{related}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{self.namespace}" xmlns:r="{related}"><workbookPr{epoch}/>'
            f"<sheets>{sheets}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{relations}</Relationships>',
            "xl/styles.xml": f'<styleSheet xmlns="{self.namespace}">{self.styles}</styleSheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{self.namespace}">{texts}</sst>',
        }
        return parts | {
            f"xl/worksheets/sheet{number}.xml": sheet.xml(self.namespace)
            for number, sheet in enumerate(self.sheets, start=1)
        }


def ledger_sheet(*rows: Mapping[str, object], title: str = "台账", **of_the_sheet: object) -> SheetXml:
    """A sheet of permits by column key, below the headings."""
    cells = [[row.get(key) for key in HEALTH_COLUMNS] for row in rows]
    return SheetXml(title, [HEALTH_HEADINGS, *cells], **of_the_sheet)  # type: ignore[arg-type]


def ledger(*rows: Mapping[str, object], **of_the_book: object) -> bytes:
    """A workbook of permits."""
    return Book([ledger_sheet(*rows)], **of_the_book).data()  # type: ignore[arg-type]


@cache
def headings() -> dict[Source, Headings]:
    """The headings as shipped."""
    return dict(load_headings(date(2026, 11, 23)))


@dataclass(frozen=True)
class Read:
    """All of a file: its rows, what came of the other lines, and the sums of its sheets."""

    rows: tuple[SourceRow, ...]
    settled: tuple[RowVerdict, ...]
    file: DepartmentFile

    @property
    def codes(self) -> list[tuple[str, int, str]]:
        """Sheet, row and code of each line that is no row."""
        return [(each.row.place.sheet, each.row.place.number, each.code) for each in self.settled]


def read(
    data: bytes,
    source: Source = Source.HEALTH,
    name: str = "file",
    known: Mapping[Source, Headings] | None = None,
) -> Read:
    """Read a file as a whole; every line that is not blank has come out."""
    settled: list[RowVerdict] = []
    file = read_department(io.BytesIO(data), name, source, known or headings())
    rows = tuple(file.rows(settled.append))
    assert len(rows) + len(settled) == sum(sheet.rows + sheet.left_out for sheet in file.sheets)
    return Read(rows, tuple(settled), file)
