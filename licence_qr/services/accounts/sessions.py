"""Sessions: opened by signing in, ended by their owner, by an administrator, by idleness or by time."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licence_qr.domain.accounts.devices import KNOWN_FOR
from licence_qr.domain.accounts.people import SessionFilter
from licence_qr.domain.accounts.stages import Holder, OpenedBy, SignInStage
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Via
from licence_qr.errors import AccessError, RegisterError, SignInNeeded
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.notes import note
from licence_qr.services.register import access, events, own_acts, things
from licence_qr.services.register.access import MANAGE_PEOPLE, READ_PEOPLE
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import absences, accounts, known_devices, sessions
from licence_qr.store.accounts.known_devices import StoredDevice
from licence_qr.store.accounts.sessions import Session
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.work import calendar_feeds

SESSION_HOURS = 12
IDLE_MINUTES = 60
PAGE_SESSIONS = 50
MOST_DEVICES = 50
SESSIONS_KEPT_DAYS = 30  # after their end, for investigations; the time of the last one of an account stays
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
        sessions.add(tx, session, _token_hash(token))
        sessions.sweep(tx, now - timedelta(days=SESSIONS_KEPT_DAYS))
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

    def other_accounts(self, actor: Actor) -> tuple[Actor, ...]:
        """The other accounts of the same person that can be signed in to, by user name."""
        with self.database.read() as tx:
            users = accounts.of_person(tx, actor.person_id)
        return tuple(user.actor for user in users if user.actor.user_id != actor.user_id and not user.disabled)

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
        """End all sessions of ``actor`` but the one they act in, and their calendar address; return how many sessions."""
        with self.database.write() as tx:
            ended = sessions.end_all(tx, actor.user_id, now, but=actor.via.session)
            note_ended(tx, actor.user_id, actor, ended, now)
            close_calendar(tx, actor.user_id, actor, now)
        return len(ended)

    def forget_devices(self, actor: Actor, now: datetime) -> None:
        """Know none of the devices any more on which ``actor`` has signed in, and end the calendar address that one of them
        may hold. Raises AccessError ``own_act_throttled``."""
        with self.database.write() as tx:
            own_acts.count(tx, actor, EventKind.DEVICES_FORGOTTEN, now)
            accounts.forget_devices(tx, actor.user_id)
            note(tx, EventKind.DEVICES_FORGOTTEN, actor.user_id, actor, now)
            close_calendar(tx, actor.user_id, actor, now)

    def devices(self, actor: Actor, now: datetime) -> tuple[StoredDevice, ...]:
        """The devices that the account of ``actor`` knows, last used first; at most ``MOST_DEVICES``."""
        with self.database.read() as tx:
            return known_devices.known(tx, actor.user_id, now - KNOWN_FOR, MOST_DEVICES)

    def forget_device(self, actor: Actor, device_id: str, now: datetime) -> bool:
        """Know one of the devices of ``actor`` no more, and end the calendar address that it may hold; False if there is no
        such device. Raises AccessError ``own_act_throttled``."""
        with self.database.write() as tx:
            device = known_devices.get(tx, actor.user_id, device_id)
            if device is None or device.forgotten:
                return False
            own_acts.count(tx, actor, EventKind.DEVICES_FORGOTTEN, now)
            known_devices.put(tx, replace(device, forgotten=True))
            note(tx, EventKind.DEVICES_FORGOTTEN, actor.user_id, actor, now, {"device": device.words})
            close_calendar(tx, actor.user_id, actor, now)
        return True


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A live session and its account. ``mine``: it is of the reader, who ends it among the own ones."""

    account: Actor
    session: SessionView
    mine: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page of live sessions; ``page`` counts from 1."""

    lines: tuple[SessionLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class StaffSessions:
    """Supervisors see the sessions of their office. Nobody ends their own here: that is asked of nobody."""

    database: Database

    def list(self, actor: Actor, wanted: SessionFilter, page: int, now: datetime) -> SessionPage:
        """One page, last used first; a page beyond the last gives the last. Raises AccessError."""
        wanted = _bounded(actor, wanted)
        with self.database.read() as tx:
            total = sessions.count_live(tx, wanted, _alive(now))
            pages = max(1, -(-total // PAGE_SESSIONS))
            page = min(max(1, page), pages)
            found = sessions.live(tx, wanted, _alive(now), PAGE_SESSIONS, (page - 1) * PAGE_SESSIONS)
            return SessionPage(tuple(_session_line(tx, actor, each) for each in found), total, page, pages)

    def export(self, actor: Actor, wanted: SessionFilter, now: datetime) -> Iterator[SessionLine]:
        """All that ``wanted`` selects, read in parts; who exports how many is recorded first. Raises AccessError,
        RegisterError."""
        wanted = _bounded(actor, wanted)
        with self.database.read() as tx:
            many = sessions.count_live(tx, wanted, _alive(now))
        taken = NewEvent(
            kind=EventKind.EXPORTED, subject="export/sessions.csv", at=now, by=actor, after={"lines": many}
        )
        events.write_of_reader(self.database, taken)
        return self._parts(actor, wanted, many, now)

    def end_all_of(self, person_id: int, by: Actor, now: datetime) -> int:
        """``end_all`` for commands run on the machine itself. ``by`` is who does it."""
        with self.database.write() as tx:
            staff.known(tx, person_id)
            return sum(_end_all(tx, by, user.actor.user_id, now) for user in accounts.of_person(tx, person_id))

    def of_person(self, person_id: int, now: datetime) -> tuple[SessionLine, ...]:
        """All live sessions of a person, for commands run on the machine itself. Raises NotFoundError
        ``thing_not_found``."""
        wanted = SessionFilter(person_id=person_id)
        with self.database.read() as tx:
            staff.known(tx, person_id)
            many = sessions.count_live(tx, wanted, _alive(now))
            return tuple(
                _session_line(tx, AT_THE_MACHINE, each) for each in sessions.live(tx, wanted, _alive(now), many)
            )

    def _parts(self, actor: Actor, wanted: SessionFilter, many: int, now: datetime) -> Iterator[SessionLine]:
        for offset in range(0, many, PAGE_SESSIONS):
            with self.database.read() as tx:
                found = sessions.live(tx, wanted, _alive(now), PAGE_SESSIONS, offset)
                part = [_session_line(tx, actor, each) for each in found]
            yield from part

    def end(self, actor: Actor, session_id: str, now: datetime) -> bool:
        """End one session; False if it has ended already. Raises AccessError, also ``own_account``; NotFoundError
        ``thing_not_found``."""
        access.demand(actor, MANAGE_PEOPLE)
        with self.database.write() as tx:
            session = sessions.get(tx, session_id)
            if session is None:
                raise things.not_found(things.ACCOUNT)
            _demand_another(actor, staff.known_account(tx, session.user_id).actor.person_id)
            ended = sessions.end(tx, session.user_id, session_id, now)
            if ended:
                note_ended(tx, session.user_id, actor, (session_id,), now)
        return ended

    def end_all(self, actor: Actor, person_id: int, now: datetime) -> int:
        """End all sessions of a person and their calendar address, and know none of their devices any more; return how many
        sessions ended.

        Raises AccessError, also ``own_account``; NotFoundError ``thing_not_found``.
        """
        access.demand(actor, MANAGE_PEOPLE)
        _demand_another(actor, person_id)
        return self.end_all_of(person_id, actor, now)


def note_ended(tx: Transaction, user_id: int, by: Actor, ended: tuple[str, ...], now: datetime) -> None:
    """Record which sessions of an account were ended by somebody, if any were."""
    if ended:
        note(tx, EventKind.SESSION_ENDED, user_id, by, now, {"sessions": sorted(ended)})


def demand_not_ended(tx: Transaction, actor: Actor) -> None:
    """Raise SignInNeeded if the session in which ``actor`` acts was ended since the request began: checking a password takes
    a while, and whoever ended all sessions means that one too."""
    session = sessions.get(tx, actor.via.session)
    if session is not None and session.revoked:
        raise SignInNeeded("sign_in_needed")


def close_calendar(tx: Transaction, user_id: int, by: Actor, now: datetime) -> None:
    """End the calendar address of an account, if there is one: it opens the task list without any session."""
    if calendar_feeds.remove(tx, user_id):
        note(tx, EventKind.CALENDAR_CLOSED, user_id, by, now)


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _via(session: Session) -> Via:
    return Via(session.session_id, session.device, client_network(session.client))


def _view(session: Session) -> SessionView:
    """What is shown of a session."""
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


def _end_all(tx: Transaction, actor: Actor, user_id: int, now: datetime) -> int:
    ended = sessions.end_all(tx, user_id, now)
    note_ended(tx, user_id, actor, ended, now)
    accounts.forget_devices(tx, user_id)
    note(tx, EventKind.DEVICES_FORGOTTEN, user_id, actor, now)
    close_calendar(tx, user_id, actor, now)
    return len(ended)


def _session_line(tx: Transaction, actor: Actor, session: Session) -> SessionLine:
    account = staff.known_account(tx, session.user_id).actor
    return SessionLine(account, _view(session), account.is_same_person(actor))


def _alive(now: datetime) -> tuple[datetime, datetime]:
    return now, now - timedelta(minutes=IDLE_MINUTES)


def _bounded(actor: Actor, wanted: SessionFilter) -> SessionFilter:
    office = access.office_bound(actor, READ_PEOPLE)
    return wanted if office is None else replace(wanted, office=office)


def _demand_another(actor: Actor, person_id: int) -> None:
    if actor.person_id == person_id:
        raise AccessError("own_account")
