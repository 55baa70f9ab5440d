"""What SQLite finds wrong with the file of the register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from licence_qr.store.database.connections import Transaction

MOST_TOLD = 20
_FINE = "ok"


def faults(tx: Transaction, *, whole: bool) -> tuple[str, ...]:
    """What is wrong with pages, rows and constraints, at most ``MOST_TOLD``; ``whole``: each index is compared too."""
    rows = tx.all(f"PRAGMA {'integrity_check' if whole else 'quick_check'}({MOST_TOLD})")
    return tuple(str(row[0]) for row in rows if row[0] != _FINE)


def broken_references(tx: Transaction) -> Mapping[str, int]:
    """Tables with rows that refer to what is not there, and how many such rows."""
    return Counter(str(row[0]) for row in tx.all("PRAGMA foreign_key_check"))
