"""The alarm when the register differs from what was signed: a line in the log, and an event.

A visitor's page waits for no writer, so the event is kept beside the register until somebody writes. Each process tells a
difference once a day, however often the code is scanned.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import BY_ITSELF
from licence_qr.errors import ConflictError, RegisterError
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database

MOST_A_DAY = 1000  # a process; whoever changes that many is seen by then

_log = logging.getLogger("licence_qr.publishing")


@dataclass(slots=True)
class DifferenceAlarm:
    """Tells each difference once."""

    database: Database
    _told: set[tuple[object, ...]] = field(default_factory=set)

    def tell(self, difference: ConflictError, now: datetime) -> None:
        """Tell of ``register_differs_from_signed``. What cannot be kept as an event is still in the log."""
        number, version, what = (difference.facts[name] for name in ("number", "version", "what"))
        told = (local_date(now), number, version, what)
        if told in self._told:
            return
        self._told = {each for each in self._told if each[0] == told[0]}
        if len(self._told) >= MOST_A_DAY:
            return
        self._told.add(told)
        _log.error("register differs from what was signed: code %s, version %s, %s", number, version, what)
        after = {"version": version, "what": what}
        found = NewEvent(kind=EventKind.REGISTER_DIFFERED, subject=f"code/{number}", at=now, by=BY_ITSELF, after=after)
        with suppress(RegisterError):
            events.write_later(self.database, found)
