"""Whether what stands in a column can be of its field at all: asked of columns that a map of headings has named.

Two headings of a map that are written the wrong way round would else fill the register with numbers for names. It is no
check of a value: one that is merely wrong fits, and is judged with its row.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from licence_qr.domain.importing.cells import CellKind
from licence_qr.domain.importing.conflicts import SourceRow
from licence_qr.domain.importing.department_rows import DAY_COLUMNS
from licence_qr.domain.importing.meant import meant_text
from licence_qr.domain.written_dates import read_written_date, without_end
from licence_qr.errors import InputError

# Columns of words, where no number, day or code stands alone.
_WORDS = frozenset(
    {
        "name",
        "principal",
        "address",
        "business_scope",
        "items",
        "entity_type",
        "authority",
        "state",
        "office",
        "permit_type",
    }
)
_DAY = re.compile(r"(?=.*[0-9一二三四五六七八九十])[0-9零〇○一二三四五六七八九十年月日号时分秒至到起TZ:./+ -]+")
_CREDIT_CODE = re.compile(r"(?=.*[0-9])[0-9A-Z]{15,18}")
_PERMIT_NUMBER = re.compile(r"(?=.*[0-9]).*字[\[(〔【].*")
_TELEPHONE = re.compile(r"(?:.*[^0-9])?[0-9]{5,}.*")
_MOST_ROWS = 1000
_ONE_IN = 10


@dataclass(slots=True)
class ColumnKind:
    """What has been seen of one column: ``filled`` cells, how many of them fit, and where the first stands that does not."""

    key: str
    filled: int = 0
    fitting: int = 0
    unlike_at: str = ""

    def see(self, row: SourceRow) -> None:
        """Look at its cell in one more row. A thousand rows are enough."""
        if self.filled >= _MOST_ROWS or not (text := meant_text(row, self.key)):
            return
        self.filled += 1
        cell = row.cell(self.key)
        if fits(self.key, text, cell.kind):
            self.fitting += 1
        else:
            self.unlike_at = self.unlike_at or cell.ref

    @property
    def is_another(self) -> bool:
        """Whether hardly any cell fits: fewer than one in ten."""
        return self.fitting * _ONE_IN < self.filled


def fits(key: str, text: str, kind: CellKind) -> bool:
    """Whether a text can stand in the column ``key``, right or wrong."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if key in DAY_COLUMNS:
        return kind in {CellKind.DATE, CellKind.NUMBER} or without_end(text) or _DAY.fullmatch(plain) is not None
    if kind is CellKind.DATE:
        return key == "note"
    compact = "".join(plain.split()).upper()
    if key == "uscc":
        return _CREDIT_CODE.fullmatch(compact) is not None
    if key == "permit_no":
        return any(char.isdigit() for char in plain) and not (_CREDIT_CODE.fullmatch(compact) or _is_day(text))
    if key == "phone":
        return _TELEPHONE.fullmatch(plain) is not None and not _CREDIT_CODE.fullmatch(compact)
    if key in _WORDS:
        coded = _CREDIT_CODE.fullmatch(compact) or _PERMIT_NUMBER.fullmatch(plain) or _is_day(text)
        return not coded and any(char.isalpha() for char in plain)
    return True


def _is_day(text: str) -> bool:
    try:
        read_written_date(text)
    except InputError:
        return False
    return True
