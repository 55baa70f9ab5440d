"""Write events: the only way to record one, with one shape for all.

``domain.register.event_fields.PUBLIC_FIELDS``, and not the caller, decides what is public.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from licence_qr.domain.plain_text import plain_line, plain_text
from licence_qr.domain.register.event_fields import split
from licence_qr.domain.register.events import SALT_BYTES, WHATEVER_THE_CLOCK, Event, EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import RegisterError
from licence_qr.services.register import chronology
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import history, pending_events

_READER_WAIT_SECONDS = 0.25  # as long as a page waits to note that a session is in use


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event on ``subject``: who, when and why, and the values before and after as JSON values.

    ``by`` acted; ``office`` is the office it belongs to, where that is not the office of ``by``.
    ``uscc`` is the business whose history it belongs to. It is empty for other events (accounts, keys, exports), which
    then do not change the revision of a business. See ``Event`` for the rest.
    """

    kind: EventKind
    subject: str
    at: datetime
    by: Actor
    office: str = ""
    uscc: str = ""
    reason: str = ""
    legal_basis: str = ""
    document_no: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    effective_on: date | None = None
    proposed_by: str = ""


def write(tx: Transaction, new: NewEvent) -> None:
    """Append one event, in the transaction of what it tells. Raises RegisterError ``clock_behind`` where it is an act, and
    the clock was set back."""
    if new.kind not in WHATEVER_THE_CLOCK:
        chronology.demand(tx, new.at)
    history.append(tx, _event(new))


def write_of_reader(database: Database, new: NewEvent) -> None:
    """Write down what somebody took away who only reads, before it is handed out; no writer is waited for.

    While another process writes, the event is kept beside the register until the next write. Raises RegisterError where it
    can be kept in neither place: what cannot be written down is not handed out.
    """
    event = _event(new)
    try:
        with database.write(wait=_READER_WAIT_SECONDS) as tx:
            history.append(tx, event)
    except RegisterError as refused:
        if refused.code != "register_locked":
            raise
        pending_events.keep(database.path, event)


def write_later(database: Database, new: NewEvent) -> None:
    """Keep an event beside the register until anybody writes: no writer is waited for. Raises RegisterError."""
    pending_events.keep(database.path, _event(new))


def _event(new: NewEvent) -> Event:
    behalf = new.by.behalf
    # Whoever takes a text from a form cleans it there too, because it is kept elsewhere as well.
    reason = plain_text(new.reason or (behalf.reason if behalf else ""))
    public, private = split(new.kind, new.before, new.after, reason)
    return Event(
        kind=new.kind,
        uscc=new.uscc,
        subject=new.subject,
        at=new.at,
        actor=new.by.username,
        office=new.office or new.by.office,
        person_id=new.by.person_id,
        via=new.by.via,
        on_behalf_of=behalf.username if behalf else "",
        legal_basis=plain_line(new.legal_basis),
        document_no=plain_line(new.document_no),
        effective_on=new.effective_on,
        proposed_by=new.proposed_by,
        public=public,
        private=private,
        salt=secrets.token_bytes(SALT_BYTES),
    )
