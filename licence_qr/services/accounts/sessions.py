"""Sessions: opened by signing in, ended by their owner, by idleness or by time."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.roles import Actor, Via
from licence_qr.errors import RegisterError
from licence_qr.services.accounts.notes import note
from licence_qr.store.accounts import accounts, sessions
from licence_qr.store.accounts.sessions import Session
from licence_qr.store.database.connections import Database, Transaction

SESSION_HOURS = 12
IDLE_MINUTES = 60
SESSIONS_KEPT_DAYS = 30  # after their end, for investigations
_TOUCH_SECONDS = 60
_TOUCH_WAIT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class SessionView:
    """One live session as its owner sees it."""

    session_id: str
    client: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of all accounts."""

    database: Database

    def open(self, tx: Transaction, actor: Actor, client: str, now: datetime) -> str:
        """Open a session of ``actor`` from the address ``client``, in the caller's transaction; return its token."""
        token = secrets.token_urlsafe(32)
        session = Session(
            session_id=secrets.token_hex(8),
            user_id=actor.user_id,
            client=client,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
            revoked=False,
        )
        sessions.sweep(tx, now - timedelta(days=SESSIONS_KEPT_DAYS))
        sessions.add(tx, session, _token_hash(token))
        note(tx, EventKind.SIGNED_IN, actor.user_id, actor.coming(_via(session)), now)
        return token

    def actor(self, token: str, now: datetime, *, noting: bool = True) -> Actor | None:
        """The account with this token, or None if the session is unknown, ended, idle for too long or revoked.

        With ``noting=False`` the use of the session is not recorded, so nothing is written.
        """
        with self.database.read() as tx:
            session = _live(tx, token, now)
            user = accounts.user_by_id(tx, session.user_id) if session else None
        if session is None or user is None or user.disabled:
            return None
        if noting and now - session.last_seen_at > timedelta(seconds=_TOUCH_SECONDS):
            # A read must not wait for an import or fail on a full disk; the next request records it.
            with suppress(RegisterError), self.database.write(wait=_TOUCH_WAIT_SECONDS) as tx:
                sessions.touch(tx, session.session_id, now)
        return user.actor.coming(_via(session))

    def sign_out(self, token: str, now: datetime) -> None:
        """End the session of this token, unless it has ended already."""
        with self.database.write() as tx:
            session = sessions.by_hash(tx, _token_hash(token))
            if session is not None:
                sessions.end(tx, session.user_id, session.session_id, now)

    def of(self, actor: Actor, now: datetime) -> tuple[SessionView, ...]:
        """The live sessions of ``actor``, newest first."""
        with self.database.read() as tx:
            found = sessions.live_of(tx, actor.user_id, now)
        return tuple(
            SessionView(s.session_id, s.client, s.created_at, s.last_seen_at) for s in found if not _idle(s, now)
        )

    def revoke(self, actor: Actor, session_id: str, now: datetime) -> bool:
        """End one session of ``actor``; False if there is no such live session."""
        with self.database.write() as tx:
            return sessions.end(tx, actor.user_id, session_id, now)


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _via(session: Session) -> Via:
    return Via(session.session_id, session.device, client_network(session.client))


def _idle(session: Session, now: datetime) -> bool:
    return now - session.last_seen_at > timedelta(minutes=IDLE_MINUTES)


def _live(tx: Transaction, token: str, now: datetime) -> Session | None:
    session = sessions.by_hash(tx, _token_hash(token))
    if session is None or session.revoked or session.expires_at <= now or _idle(session, now):
        return None
    return session
