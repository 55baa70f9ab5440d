"""The task list in a person's own calendar, at a private address.

Calendar programs have no session: whoever has the address can read the list. So it is as hard to guess as a session
token, stored only as a hash, shown once, and removed when its owner renews or revokes it, gets a new password,
ends all sessions or forgets all devices, or the account is disabled.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, time

from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.roles import Actor, Cover, Via
from licence_qr.services.register import access, events, own_acts
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import absences, accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import traces
from licence_qr.store.work import calendar_feeds

_TOKEN_BYTES = 32
_FETCHED = "export/calendar.ics"


class CalendarFeeds:
    """Calendar addresses, one per person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def renew(self, actor: Actor, now: datetime) -> str:
        """A new token for ``actor``; an earlier one is no longer valid. Raises AccessError ``role_not_allowed``,
        ``own_act_throttled``."""
        access.demand(actor, access.SUBSCRIBE_TO_WORK)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._database.write() as tx:
            own_acts.count(tx, actor, EventKind.CALENDAR_OPENED, now)
            calendar_feeds.put(tx, actor.user_id, _hash(token), now)
            _note(tx, EventKind.CALENDAR_OPENED, actor, now)
        return token

    def revoke(self, actor: Actor, now: datetime) -> bool:
        """Remove the address of ``actor``; False if there is none."""
        with self._database.write() as tx:
            removed = calendar_feeds.remove(tx, actor.user_id)
            if removed:
                _note(tx, EventKind.CALENDAR_CLOSED, actor, now)
            return removed

    def made_at(self, actor: Actor) -> datetime | None:
        """When the address of ``actor`` was created, or None."""
        with self._database.read() as tx:
            return calendar_feeds.made_at(tx, actor.user_id)

    def reader(self, token: str, now: datetime, client: str = "") -> Actor | None:
        """The person whose list ``token`` opens, on this day; None for an unknown or revoked one, and for an account that
        is disabled or may not have one any more.

        ``client`` is the address that asks: the first time on a day that a network does leaves a trace. Raises
        RegisterError: what cannot be written down is not handed out.
        """
        with self._database.read() as tx:
            owner = calendar_feeds.owner(tx, _hash(token))
            user = None if owner is None else accounts.user_by_id(tx, owner)
            cover = absences.cover_of(tx, user.actor.person_id, local_date(now)) if user else Cover()
        allowed = user is not None and not user.disabled and access.may(user.actor, access.SUBSCRIBE_TO_WORK)
        if user is None or not allowed:
            return None
        self._note_fetch(user.actor.coming(Via(network=client_network(client))), now)
        return user.actor.on_duty(cover)

    def _note_fetch(self, reader: Actor, now: datetime) -> None:
        today = datetime.combine(local_date(now), time(), SHANGHAI).astimezone(UTC)
        with self._database.read() as tx:
            if traces.has(tx, EventKind.EXPORTED, _FETCHED, reader.username, reader.via.network, today):
                return
        events.write_of_reader(self._database, NewEvent(kind=EventKind.EXPORTED, subject=_FETCHED, at=now, by=reader))


def _note(tx: Transaction, kind: EventKind, actor: Actor, now: datetime) -> None:
    """Record the creation or removal of an address."""
    subject = f"account/{actor.user_id}"
    events.write(tx, NewEvent(kind=kind, subject=subject, at=now, by=actor))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
