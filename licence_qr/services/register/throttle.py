"""Limits that fail closed, kept in the register so that all workers share them: what is refused here costs no password
hashing, no writer and no row.

Subjects are stored as hashes: the register keeps no list of typed names and addresses. Rows whose tries are there again are
deleted by the next try, and a try that is refused writes none: the table never holds more than the limits let through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.register.rate_limits import Limit, microseconds
from licence_qr.errors import AccessError
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import throttles


@dataclass(frozen=True, slots=True)
class Try:
    """What one try counts against: a limit, and the subject whose bucket it takes from."""

    limit: Limit
    subject: str

    @property
    def key(self) -> tuple[str, str]:
        """Scope and subject as they are stored."""
        return self.limit.scope, hashlib.sha256(self.subject.encode("utf-8", "surrogatepass")).hexdigest()


def demand(tx: Transaction, tries: Iterable[Try], now: datetime, refusal: str) -> None:
    """Raise AccessError ``refusal`` with the fact ``minutes`` where one of the buckets is empty. Writes nothing."""
    instant = microseconds(now)
    minutes = max(each.limit.minutes(throttles.full_at(tx, *each.key), instant) for each in tries)
    if minutes:
        raise AccessError(refusal, minutes=minutes)


def take(tx: Transaction, tries: Iterable[Try], now: datetime, refusal: str) -> bool:
    """Take one try from every bucket; whether one of them is empty now. Raises AccessError as ``demand``, and takes none."""
    tries, instant = tuple(tries), microseconds(now)
    demand(tx, tries, now, refusal)
    throttles.purge(tx, instant)
    emptied = False
    for each in tries:
        full_at = each.limit.taken(throttles.full_at(tx, *each.key), instant)
        throttles.put(tx, *each.key, full_at)
        emptied = emptied or each.limit.left(full_at, instant) == 0
    return emptied


def give_back(tx: Transaction, tries: Iterable[Try]) -> None:
    """Give back what ``take`` took: the try was none."""
    for each in tries:
        full_at = throttles.full_at(tx, *each.key)
        if full_at:
            throttles.put(tx, *each.key, each.limit.given_back(full_at))


def forget(tx: Transaction, tries: Iterable[Try]) -> None:
    """Forget all tries of these subjects."""
    for each in tries:
        throttles.remove(tx, *each.key)
