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
        "UPDATE counters SET last = last + ? WHERE series = ? AND year = ? RETURNING last", (count, series, year)
    )
    if row is None:
        _begin(tx, series, year, count)
    taken = int(row["last"]) if row else count
    tx.reach(name_of(series, year), taken, taken - count)
    return taken - count + 1


def raise_to(tx: Transaction, series: str, year: int, serial: int) -> None:
    """Make sure that the next number is above ``serial``, which was given elsewhere (imported ledgers)."""
    before = tx.one("SELECT last FROM counters WHERE series = ? AND year = ?", (series, year))
    if before is None:
        _begin(tx, series, year, serial)
    tx.run("UPDATE counters SET last = ? WHERE series = ? AND year = ? AND last < ?", (serial, series, year, serial))
    tx.reach(name_of(series, year), serial, int(before["last"]) if before else 0)


def _begin(tx: Transaction, series: str, year: int, last: int) -> None:
    """Add a series. Not an upsert: the register takes every row written over a counter for a change of history."""
    tx.run("INSERT INTO counters (series, year, last) VALUES (?, ?, ?)", (series, year, last))


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
