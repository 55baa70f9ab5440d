"""No act is entered before the newest event: where the clock was set back, acts are refused until it is right again.

An act carries the instant at which its use case began. It may wait for its turn after that, so others may be entered with
later instants first; within ``CLOCK_TOLERANCE`` that is no fault. A use case that writes for longer, as an import does, is
asked when it enters its first event: the instant that was good then stays good for this process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from licence_qr.domain.register.events import CLOCK_TOLERANCE
from licence_qr.errors import RegisterError
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history

_MOST_INSTANTS = 64  # of use cases that are under way in one process
_of_the_past: ContextVar[bool] = ContextVar("of_the_past", default=False)


def demand(tx: Transaction, at: datetime) -> None:
    """Raise RegisterError ``clock_behind`` where the aware instant ``at`` is before the newest event."""
    if at in tx.instants or _of_the_past.get():
        return
    check(at, history.newest_at(tx))
    tx.instants[at] = None
    while len(tx.instants) > _MOST_INSTANTS:
        tx.instants.pop(next(iter(tx.instants)))


def check(now: datetime, newest: datetime | None) -> None:
    """Raise RegisterError ``clock_behind`` where a clock that shows ``now`` was set back since ``newest``."""
    if newest is not None and newest - now > CLOCK_TOLERANCE:
        raise RegisterError("clock_behind", now=_told(now), newest=_told(newest))


@contextmanager
def made_up_past() -> Iterator[None]:
    """While a demonstration gets its past, business by business, its events are in no order of time."""
    before = _of_the_past.set(True)
    try:
        yield
    finally:
        _of_the_past.reset(before)


def _told(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
