"""Traces of reading: whose personal data somebody saw, and for whom somebody searched."""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licence_qr.domain.audit.searches import compact, kind_of_search
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database

# Whoever opens a page again within this time has seen nothing new: forms lead back to the page they came from.
SAME_READING = timedelta(minutes=10)
_MOST_REMEMBERED = 10_000  # readings of a process, about 3 MB; forgetting one costs one more trace
_MARK_HEX = 32  # 128 bits

# Account, session, what was read or searched, the mark of what was asked, and the fields.
Reading = tuple[str, str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ShownData:
    """Personal data on a page: of what (``business/<uscc>``, ``report/<id>``, ``list/<name>``), which fields of it, and the
    business that it concerns, if any. ``query``: what was asked of a list, as in its address; another query shows others."""

    subject: str
    fields: tuple[str, ...]
    uscc: str = ""
    query: str = ""


class RecentReadings:
    """The readings of the last minutes of one process, at most ``_MOST_REMEMBERED``. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: OrderedDict[Reading, datetime] = OrderedDict()

    def has(self, reading: Reading, now: datetime) -> bool:
        """Whether it was noted within ``SAME_READING``."""
        with self._lock:
            since = self._since.get(reading)
        return since is not None and timedelta() <= now - since < SAME_READING

    def note(self, reading: Reading, now: datetime) -> None:
        """Remember it, and forget the oldest beyond the limit."""
        with self._lock:
            self._since[reading] = now
            self._since.move_to_end(reading)
            while len(self._since) > _MOST_REMEMBERED:
                self._since.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Readings:
    """Writes traces of reading, before what was read is handed out. No writer is waited for, and no business gets another
    revision. ``secret`` is the installation's, from which the key for what was searched is derived."""

    database: Database
    secret: bytes = field(repr=False)
    recent: RecentReadings = field(default_factory=RecentReadings, repr=False)

    def seen(self, by: Actor, seen: ShownData, now: datetime) -> None:
        """Note that ``by`` sees this; the same again within ``SAME_READING`` is one trace. Raises RegisterError: what
        cannot be written down is not shown."""
        mark = self.mark(seen.query) if seen.query else ""
        told = {"fields": list(seen.fields), **({"mark": mark} if mark else {})}
        new = NewEvent(kind=EventKind.DATA_SEEN, subject=seen.subject, at=now, by=by, uscc=seen.uscc, after=told)
        self._write_once(new, mark, seen.fields)

    def searched(self, by: Actor, typed: str, found: int, now: datetime) -> None:
        """Note a search: what kind of thing was typed, its mark, and how many were found; the same again within
        ``SAME_READING`` is one trace. Raises RegisterError."""
        mark = self.mark(typed)
        told = {"mark": mark, "found": found}
        kind = kind_of_search(typed)
        new = NewEvent(kind=EventKind.SEARCHED, subject=f"search/{kind}", at=now, by=by, after=told)
        self._write_once(new, mark, ())

    def exported(self, by: Actor, name: str, lines: int, now: datetime) -> None:
        """Note that ``by`` takes so many lines of a list as the file ``name``. Raises RegisterError."""
        self._write(NewEvent(kind=EventKind.EXPORTED, subject=f"export/{name}", at=now, by=by, after={"lines": lines}))

    def mark(self, typed: str) -> str:
        """What stands for a searched text in a trace: equal for the same number or name, and to be reversed by nobody who
        has only the register."""
        key = hmac.digest(self.secret, b"licence-qr search mark 1", "sha256")
        return hmac.digest(key, compact(typed).encode("utf-8", "surrogatepass"), "sha256").hex()[:_MARK_HEX]

    def _write_once(self, new: NewEvent, mark: str, fields: tuple[str, ...]) -> None:
        reading = (new.by.username, new.by.via.session, new.subject, mark, fields)
        if not self.recent.has(reading, new.at):
            self._write(new)
            self.recent.note(reading, new.at)

    def _write(self, new: NewEvent) -> None:
        events.write_of_reader(self.database, new)
