"""Serial numbers. A series is, for instance, ``hygiene_permit/health``; each year counts from 1, without gaps.

A number is taken inside the write transaction that uses it, so a rollback leaves no gap.
"""

from __future__ import annotations

from licence_qr.store.database.connections import Transaction


def take(tx: Transaction, series: str, year: int, count: int = 1) -> int:
    """Take the next ``count`` numbers of the series and year and return the first."""
    row = tx.one(
        "INSERT INTO counters (series, year, last) VALUES (?, ?, ?)"
        " ON CONFLICT (series, year) DO UPDATE SET last = last + excluded.last RETURNING last",
        (series, year, count),
    )
    if row is None:
        raise AssertionError("an upsert with RETURNING gives a row")
    return int(row["last"]) - count + 1


def raise_to(tx: Transaction, series: str, year: int, serial: int) -> None:
    """Make sure that the next number is above ``serial``, which was given elsewhere (imported ledgers)."""
    tx.run(
        "INSERT INTO counters (series, year, last) VALUES (?, ?, ?)"
        " ON CONFLICT (series, year) DO UPDATE SET last = max(last, excluded.last)",
        (series, year, serial),
    )


def last(tx: Transaction, series: str, year: int) -> int:
    """The number taken last, 0 if there is none."""
    row = tx.one("SELECT last FROM counters WHERE series = ? AND year = ?", (series, year))
    return int(row["last"]) if row else 0
