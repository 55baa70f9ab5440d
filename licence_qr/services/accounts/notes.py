"""Events of people and their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Transaction


def note(
    tx: Transaction,
    kind: EventKind,
    user_id: int,
    by: Actor,
    now: datetime,
    after: Mapping[str, object] | None = None,
    *,
    before: Mapping[str, object] | None = None,
    asked_by: str = "",
) -> None:
    """Record an event of an account. ``asked_by``: the user name of whoever asked that ``by`` do it as the second person."""
    subject = f"account/{user_id}"
    new = NewEvent(kind=kind, subject=subject, at=now, by=by, before=before, after=after, proposed_by=asked_by)
    events.write(tx, new)


def note_of_person(
    tx: Transaction,
    kind: EventKind,
    person_id: int,
    by: Actor,
    now: datetime,
    after: Mapping[str, object],
    *,
    before: Mapping[str, object] | None = None,
) -> None:
    """Record an event of a person."""
    subject = f"person/{person_id}"
    events.write(tx, NewEvent(kind=kind, subject=subject, at=now, by=by, before=before, after=after))
