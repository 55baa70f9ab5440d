"""The number of the next version of a code: one more than before, and never one that a lost part of the register gave."""

from __future__ import annotations

from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import register_kind

SERIES = "version"
_ABOVE = "versions above"


def take(tx: Transaction, previous: int | None) -> int:
    """The version after ``previous``, or 1. After a restore an existing code goes on above all versions from before it."""
    version = 1 if previous is None else max(previous, above(tx)) + 1
    tx.reach(SERIES, version)
    return version


def above(tx: Transaction) -> int:
    """The highest version that a lost part of the register may have given; 0 where nothing was restored."""
    return int(register_kind.get(tx, _ABOVE) or 0)


def go_on_above(tx: Transaction, version: int) -> None:
    """Let no code that is here already get a version up to ``version``."""
    register_kind.put(tx, _ABOVE, str(version))


def highest(tx: Transaction) -> int:
    """The highest version that any code has, 0 before the first."""
    row = tx.one("SELECT coalesce(max(version), 0) AS n FROM codes")
    held = int(row["n"]) if row else 0
    return max(held, above(tx))
