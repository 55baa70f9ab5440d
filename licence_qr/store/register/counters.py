"""Serial numbers. A series is, for instance, ``hygiene_permit/health``; each year counts from 1, without gaps.

A number is taken inside the write transaction that uses it, so a rollback leaves no gap. The transaction notes how far the
series was taken (``Transaction.reach``), for the marks that outlive the register (``store.numbers.given_numbers``).
"""

from __future__ import annotations

from collections.abc import Mapping

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
    before = int(row["last"]) - count
    tx.reach(name_of(series, year), int(row["last"]), before)
    return before + 1


def raise_to(tx: Transaction, series: str, year: int, serial: int) -> None:
    """Make sure that the next number is above ``serial``, which was given elsewhere (imported ledgers)."""
    before = last(tx, series, year)
    tx.run(
        "INSERT INTO counters (series, year, last) VALUES (?, ?, ?)"
        " ON CONFLICT (series, year) DO UPDATE SET last = max(last, excluded.last)",
        (series, year, serial),
    )
    tx.reach(name_of(series, year), serial, before)


def last(tx: Transaction, series: str, year: int) -> int:
    """The number taken last, 0 if there is none."""
    row = tx.one("SELECT last FROM counters WHERE series = ? AND year = ?", (series, year))
    return int(row["last"]) if row else 0


def everything(tx: Transaction) -> Mapping[str, int]:
    """The number taken last of every series and year, by one name for both."""
    return {
        name_of(row["series"], row["year"]): row["last"] for row in tx.all("SELECT series, year, last FROM counters")
    }


def name_of(series: str, year: int) -> str:
    """The name of a series in one year, as marks have it."""
    return f"{series} {year}"


def of_name(name: str) -> tuple[str, int]:
    """Series and year of a name from ``everything``."""
    series, _, year = name.rpartition(" ")
    return series, int(year)
