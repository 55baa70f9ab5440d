"""Rate limits that fail closed, stored in the register so that all workers share them.

Subjects are stored as hashes, so the register has no list of typed names and addresses. A throttled try writes nothing, and
rows of full buckets are deleted at the next try, so the table cannot grow beyond what the limits allow.
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
    """One limit that a try counts against, and the subject whose bucket is used."""

    limit: Limit
    subject: str

    @property
    def key(self) -> tuple[str, str]:
        """Scope and subject as stored."""
        return self.limit.scope, hashlib.sha256(self.subject.encode("utf-8", "surrogatepass")).hexdigest()


def demand(tx: Transaction, tries: Iterable[Try], now: datetime, refusal: str) -> None:
    """Raise AccessError ``refusal`` with the fact ``minutes`` if a bucket is empty. Writes nothing."""
    instant = microseconds(now)
    minutes = max(each.limit.minutes(throttles.full_at(tx, *each.key), instant) for each in tries)
    if minutes:
        raise AccessError(refusal, minutes=minutes)


def take(tx: Transaction, tries: Iterable[Try], now: datetime, refusal: str) -> bool:
    """Take one try from every bucket; return whether one of them is empty now. Raises AccessError like ``demand``."""
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
    """Return the tries that ``take`` took."""
    for each in tries:
        full_at = throttles.full_at(tx, *each.key)
        if full_at:
            throttles.put(tx, *each.key, each.limit.given_back(full_at))


def forget(tx: Transaction, tries: Iterable[Try]) -> None:
    """Delete all tries of these subjects."""
    for each in tries:
        throttles.remove(tx, *each.key)
