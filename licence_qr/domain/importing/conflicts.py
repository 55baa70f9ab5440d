"""Outcomes of one row of a department's export, and the conflicts that a person must resolve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from licence_qr.domain.importing.cells import Cell, CellKind, Remark


class Source(StrEnum):
    """Whose export a row comes from; ``REGISTER`` stands for this register itself."""

    MARKET = "market"  # 市场监管部门: business licences
    HEALTH = "health"  # 卫生健康部门: hygiene permits
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is: ``number`` counts from 1 as the spreadsheet shows it; a CSV file has no ``sheet``."""

    source: Source
    sheet: str
    number: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as written: the text of each known column by its key, trimmed and otherwise unchanged.

    ``beyond`` counts filled cells to the right of the headings: such a row is shifted and cannot be read. ``kinds`` has
    the cells that are no plain text, ``columns`` the letters of the columns; both by key. ``remarks`` are told with
    whatever comes of the row.
    """

    place: Place
    file: str
    cells: Mapping[str, str]
    beyond: int = 0
    kinds: Mapping[str, CellKind] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

    def cell(self, key: str) -> Cell:
        """The cell of a column; one that the file does not have is empty."""
        ref = f"{self.columns[key]}{self.place.number}" if key in self.columns else ""
        return Cell(self.cells.get(key, ""), self.kinds.get(key, CellKind.TEXT), ref)


class RowOutcome(StrEnum):
    """The outcome of a row; each row has exactly one."""

    IMPORTED = "imported"
    WAITING = "waiting"
    REFUSED = "refused"
    LEFT_OUT = "left_out"  # no data: a title, headings, a total, a note; or a sheet without a table


class ConflictKind(StrEnum):
    """Why a row waits for a person."""

    NAME_DIFFERS = "name_differs"
    PRINCIPAL_DIFFERS = "principal_differs"
    CODE_MISSING = "code_missing"
    PERMIT_WITHOUT_LICENCE = "permit_without_licence"
    PERMIT_DUPLICATE_DIFFERS = "permit_duplicate_differs"
    LICENCE_DUPLICATE_DIFFERS = "licence_duplicate_differs"
    KIND_NOT_LICENSED = "kind_not_licensed"
    GRANTED_BEFORE_LICENCE = "granted_before_licence"
    NUMBER_TAKEN = "number_taken"
    REGISTER_DIFFERS = "register_differs"


class Decision(StrEnum):
    """How a person can resolve a conflict; each conflict offers some of them."""

    TAKE_MARKET = "take_market"  # same business, the licence export is right
    TAKE_HEALTH = "take_health"  # same business, the licence export is out of date
    TAKE_FIRST = "take_first"
    TAKE_SECOND = "take_second"
    ACCEPT_MATCH = "accept_match"  # the proposed licence is the holder's
    IMPORT_CLOSED = "import_closed"  # keep the permit in the record as cancelled
    ACCEPT = "accept"  # import as it stands
    TAKE_REGISTER = "take_register"
    TAKE_FILE = "take_file"
    REFUSE = "refuse"


CHOICES: Mapping[ConflictKind, tuple[Decision, ...]] = {
    ConflictKind.NAME_DIFFERS: (Decision.TAKE_MARKET, Decision.TAKE_HEALTH, Decision.REFUSE),
    ConflictKind.PRINCIPAL_DIFFERS: (Decision.TAKE_MARKET, Decision.TAKE_HEALTH, Decision.REFUSE),
    ConflictKind.CODE_MISSING: (Decision.ACCEPT_MATCH, Decision.REFUSE),
    ConflictKind.PERMIT_WITHOUT_LICENCE: (Decision.REFUSE,),
    ConflictKind.PERMIT_DUPLICATE_DIFFERS: (Decision.TAKE_FIRST, Decision.TAKE_SECOND, Decision.REFUSE),
    ConflictKind.LICENCE_DUPLICATE_DIFFERS: (Decision.TAKE_FIRST, Decision.TAKE_SECOND, Decision.REFUSE),
    ConflictKind.KIND_NOT_LICENSED: (Decision.IMPORT_CLOSED, Decision.REFUSE),
    ConflictKind.GRANTED_BEFORE_LICENCE: (Decision.ACCEPT, Decision.REFUSE),
    ConflictKind.NUMBER_TAKEN: (Decision.REFUSE,),
    ConflictKind.REGISTER_DIFFERS: (Decision.TAKE_REGISTER, Decision.TAKE_FILE, Decision.REFUSE),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's answer with its reason."""

    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: the source, and its texts by column key. ``row`` is 0 for the register."""

    source: Source
    file: str
    row: int
    facts: Mapping[str, str]

    @classmethod
    def of(cls, row: SourceRow) -> Side:
        """The side of one row, without the telephone number, which is not needed here."""
        shown = {key: text for key, text in row.cells.items() if key != "phone"}
        return cls(row.place.source, row.file, row.place.number, shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One open question. ``key`` is the same for the same question about the same texts, whatever the row.

    ``places`` are the rows that wait for the answer, ``uscc`` the business concerned (empty when unknown),
    ``proposal`` the credit code proposed for a permit without one, ``office`` whose clerks may decide.
    """

    key: str
    kind: ConflictKind
    places: tuple[Place, ...]
    left: Side
    right: Side | None
    choices: tuple[Decision, ...]
    uscc: str = ""
    proposal: str = ""
    office: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """The outcome of one row. ``column`` is the heading concerned; ``code`` is stable, ``facts`` fill its sentence.

    ``conflict`` is the key of the question that the row waits for.
    """

    row: SourceRow
    outcome: RowOutcome
    code: str
    column: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    conflict: str = ""


def conflict_key(kind: ConflictKind, facts: Iterable[Mapping[str, str]]) -> str:
    """The key of a question: 32 hexadecimal digits from its kind and texts, whatever their order."""
    texts = sorted(json.dumps(dict(one), ensure_ascii=False, sort_keys=True) for one in facts)
    return hashlib.sha256("\0".join([kind.value, *texts]).encode("utf-8")).hexdigest()[:32]
