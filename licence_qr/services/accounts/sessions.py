"""Sessions: opened by signing in, ended by their owner, by idleness or by time."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_qr.domain.accounts.stages import Holder, OpenedBy, SignInStage
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.roles import Actor, Via
from licence_qr.errors import RegisterError
from licence_qr.services.accounts.notes import note
from licence_qr.store.accounts import absences, accounts, sessions
from licence_qr.store.accounts.sessions import Session
from licence_qr.store.database.connections import Database, Transaction

SESSION_HOURS = 12
IDLE_MINUTES = 60
SESSIONS_KEPT_DAYS = 30  # after their end, for investigations
_TOUCH_SECONDS = 60
_TOUCH_WAIT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class CameFrom:
    """Where a session comes from: the address ``client``, a few words for the device (``domain.accounts.devices``), and with
    what it is opened."""

    client: str
    device: str = ""
    by: OpenedBy = OpenedBy.PASSWORD


@dataclass(frozen=True, slots=True)
class SessionView:
    """One live session as its owner sees it. It ends at ``expires_at``, or earlier at ``idle_at`` if it is not used."""

    session_id: str
    network: str
    device: str
    created_at: datetime
    last_seen_at: datetime
    idle_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of all accounts."""

    database: Database

    def open(
        self, tx: Transaction, actor: Actor, came: CameFrom, now: datetime, *, wants: SignInStage | None = None
    ) -> str:
        """Open a session of ``actor`` in the caller's transaction; return its token.

        While it ``wants`` something, ``actor`` says that it is nobody's.
        """
        token = secrets.token_urlsafe(32)
        session = Session(
            session_id=secrets.token_hex(8),
            user_id=actor.user_id,
            client=came.client,
            device=came.device,
            wants=wants,
            opened_by=came.by,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
            revoked=False,
        )
        sessions.sweep(tx, now - timedelta(days=SESSIONS_KEPT_DAYS))
        sessions.add(tx, session, _token_hash(token))
        said = None if came.by is OpenedBy.PASSWORD else {"by": came.by.value}
        note(tx, EventKind.SIGNED_IN, actor.user_id, actor.coming(_via(session)), now, said)
        return token

    def actor(self, token: str, now: datetime, *, noting: bool = True) -> Actor | None:
        """The account that may act with this token: of a ``holder`` whose session wants nothing more; else None."""
        found = self.holder(token, now, noting=noting)
        return found.actor if found and found.wants is None else None

    def holder(self, token: str, now: datetime, *, noting: bool = True) -> Holder | None:
        """Whose token this is, or None if the session is unknown, ended, idle for too long or revoked.

        With ``noting=False`` the use of the session is not recorded, so nothing is written.
        """
        with self.database.read() as tx:
            session, actor = _held(tx, token, now)
        if session is None or actor is None:
            return None
        if noting and now - session.last_seen_at > timedelta(seconds=_TOUCH_SECONDS):
            # A read must not wait for an import or fail on a full disk; the next request records it.
            with suppress(RegisterError), self.database.write(wait=_TOUCH_WAIT_SECONDS) as tx:
                sessions.touch(tx, session.session_id, now)
        return Holder(actor, session.wants)

    def sign_out(self, token: str, now: datetime) -> None:
        """End the session of this token, unless it has ended already."""
        with self.database.write() as tx:
            self.end_within(tx, token, now)

    def opened_by(self, actor: Actor) -> OpenedBy:
        """With what the session was opened in which ``actor`` acts."""
        with self.database.read() as tx:
            return sessions.opened_by(tx, actor.via.session)

    def end_within(self, tx: Transaction, token: str, now: datetime) -> None:
        """End the session of this token, if it is live, in the caller's transaction."""
        session, actor = _held(tx, token, now)
        if session is not None and actor is not None and sessions.end(tx, actor.user_id, session.session_id, now):
            note_ended(tx, actor.user_id, actor, (session.session_id,), now)

    def of(self, actor: Actor, now: datetime) -> tuple[SessionView, ...]:
        """The live sessions of ``actor``, newest first."""
        with self.database.read() as tx:
            found = sessions.live_of(tx, actor.user_id, now)
        return tuple(_view(session) for session in found if not _idle(session, now))

    def revoke(self, actor: Actor, session_id: str, now: datetime) -> bool:
        """End one session of ``actor``; False if there is no such live session."""
        with self.database.write() as tx:
            ended = sessions.end(tx, actor.user_id, session_id, now)
            if ended:
                note_ended(tx, actor.user_id, actor, (session_id,), now)
            return ended

    def end_others(self, actor: Actor, now: datetime) -> int:
        """End all sessions of ``actor`` but the one they act in; return how many."""
        with self.database.write() as tx:
            ended = sessions.end_all(tx, actor.user_id, now, but=actor.via.session)
            note_ended(tx, actor.user_id, actor, ended, now)
        return len(ended)

    def forget_devices(self, actor: Actor, now: datetime) -> None:
        """Know none of the devices any more on which ``actor`` has signed in."""
        with self.database.write() as tx:
            accounts.forget_devices(tx, actor.user_id)
            note(tx, EventKind.DEVICES_FORGOTTEN, actor.user_id, actor, now)


def note_ended(tx: Transaction, user_id: int, by: Actor, ended: tuple[str, ...], now: datetime) -> None:
    """Record which sessions of an account were ended by somebody, if any were."""
    if ended:
        note(tx, EventKind.SESSION_ENDED, user_id, by, now, {"sessions": sorted(ended)})


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _via(session: Session) -> Via:
    return Via(session.session_id, session.device, client_network(session.client))


def _view(session: Session) -> SessionView:
    return SessionView(
        session_id=session.session_id,
        network=client_network(session.client),
        device=session.device,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        idle_at=session.last_seen_at + timedelta(minutes=IDLE_MINUTES),
        expires_at=session.expires_at,
    )


def _idle(session: Session, now: datetime) -> bool:
    return now - session.last_seen_at > timedelta(minutes=IDLE_MINUTES)


def _held(tx: Transaction, token: str, now: datetime) -> tuple[Session | None, Actor | None]:
    """The live session of this token, and who holds it, coming by it; neither if it is over or the account disabled."""
    session = sessions.by_hash(tx, _token_hash(token))
    if session is None or session.revoked or session.expires_at <= now or _idle(session, now):
        return None, None
    user = accounts.user_by_id(tx, session.user_id)
    if user is None or user.disabled:
        return None, None
    cover = absences.cover_of(tx, user.actor.person_id, local_date(now))
    return session, user.actor.coming(_via(session)).on_duty(cover)
