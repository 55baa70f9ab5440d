"""What SQLite finds wrong with the file of the register."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.database.rules import holding, shape
from licence_qr.store.database.rules.holding import BrokenRow

MOST_TOLD = 20
_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
)
# What SQLite says of sound pages, or of rows that break a rule, which ``broken_rows`` names.
_NO_DAMAGE = re.compile(r"ok|(CHECK constraint failed|NULL value|non-\w+ value) in .*")


@dataclass(slots=True)
class Looked:
    """What was found: faults of pages and rows, references to what is not there, and the tables there was no time for."""

    faults: list[str] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    not_looked_at: list[str] = field(default_factory=list)


def look(tx: Transaction, deadline: float) -> Looked:
    """Look at one table after another, without comparing indexes, until ``deadline`` (time.monotonic)."""
    looked, names = Looked(), [str(row[0]) for row in tx.all(_TABLES)]
    for at, name in enumerate(names):
        try:
            with tx.within(deadline):
                looked.faults += _told(tx.all(f"PRAGMA quick_check('{name}')"))
                looked.broken.update(str(row[0]) for row in tx.all(f"PRAGMA foreign_key_check('{name}')"))
        except TimeoutError:
            looked.not_looked_at += names[at:]
            break
    return looked


def faults(tx: Transaction, *, whole: bool) -> tuple[str, ...]:
    """What is wrong with pages and indexes, at most ``MOST_TOLD``; ``whole``: each index is compared too."""
    rows = tx.all(f"PRAGMA {'integrity_check' if whole else 'quick_check'}({MOST_TOLD})")
    return tuple(_told(rows))


def broken_references(tx: Transaction) -> Mapping[str, int]:
    """Tables with rows that refer to what is not there, and how many such rows."""
    return Counter(str(row[0]) for row in tx.all("PRAGMA foreign_key_check"))


def broken_rows(tx: Transaction) -> Iterator[BrokenRow]:
    """Rows that break a rule of this program, as they were written by hand."""
    return holding.broken(tx.run)


def rules_not_held(tx: Transaction) -> Iterator[str]:
    """Tables, indexes and triggers that do not refuse what they should, as they were changed by hand."""
    return iter(dict.fromkeys((*holding.not_held(tx.run), *shape.differing(tx.run))))


def _told(rows: Iterable[Row]) -> list[str]:
    return [str(row[0]) for row in rows if not _NO_DAMAGE.fullmatch(row[0])]
