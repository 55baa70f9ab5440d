"""Signing in: argon2id passwords, throttled tries, and sessions that can be revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import COMMAND_LINE, NOT_PEOPLE, SYSTEM, Actor, Role
from licence_qr.errors import AccessError, InputError, RegisterError
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.throttle import Limit, client_network
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import accounts
from licence_qr.store.register.accounts import Session, User
from licence_qr.store.work import calendar_feeds

SESSION_HOURS = 12
IDLE_MINUTES = 60
SESSIONS_KEPT_DAYS = 30  # after their end, for whoever has to look into something
TRY_WINDOW_MINUTES = 15
# One client guessing at one name is stopped early; a name tried from many clients is stopped later, so that a
# stranger cannot lock a clerk out at once.
TRIES_OF_PAIR = Limit("sign-in pair", most=5, seconds=TRY_WINDOW_MINUTES * 60, refusal="sign_in_throttled")
TRIES_OF_NAME = Limit("sign-in name", most=30, seconds=TRY_WINDOW_MINUTES * 60, refusal="sign_in_throttled")
# Somebody at a desk left open may try the password of whoever is signed in there: counted apart, so that it does not
# keep that person from signing in elsewhere.
TRIES_OF_CONFIRMING = Limit("confirm password", most=5, seconds=TRY_WINDOW_MINUTES * 60, refusal="password_throttled")
# A session that was carried off can be tried from any number of addresses: all of them together are limited too.
CONFIRMING_OF_NAME = Limit("confirm name", most=15, seconds=TRY_WINDOW_MINUTES * 60, refusal="password_throttled")
MIN_PASSWORD_LENGTH = 10
_TOUCH_SECONDS = 60
_TOUCH_WAIT_SECONDS = 0.25
# What a guess costs whoever steals the register: argon2id at the costs of RFC 9106, section 4, second choice. No
# setting weakens it; another one can only be given by a program that wires the services itself.
STANDARD_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

# Accounts are opened and closed, and passwords given, on the command line alone.
_AT_THE_MACHINE = Actor(0, COMMAND_LINE, "", "", frozenset())
# Who tries to sign in and fails is nobody yet: it is the program that refuses.
_PROGRAM = Actor(0, SYSTEM, "", "", frozenset())


@dataclass(frozen=True, slots=True)
class SessionView:
    """One live session as its owner sees it."""

    session_id: str
    client: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """Who signs in at the desk, as others on the machine may see it; ``disabled``: no more."""

    actor: Actor
    disabled: bool


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _decoy_hash(hasher: PasswordHasher) -> str:
    """Verified when the user name is unknown, so that the answer takes as long as for a known one."""
    return hasher.hash(secrets.token_urlsafe(16))


class Accounts:
    """People and their sessions. ``client`` is where a request comes from (remote address)."""

    def __init__(self, database: Database, hasher: PasswordHasher = STANDARD_HASHER) -> None:
        self._database = database
        self._hasher = hasher
        self._decoy = _decoy_hash(hasher)

    def create(
        self, username: str, display_name: str, office: str, roles: frozenset[Role], password: str, now: datetime
    ) -> int:
        """Add a person. Raises InputError ``password_short``, ``username_taken`` (also by what is no person, so that a
        history never names one for the other) or ``username_form``."""
        if not (username.isascii() and username.replace("-", "").replace(".", "").isalnum()):
            raise InputError("username_form", field="username", found=username)
        if len(password) < MIN_PASSWORD_LENGTH:
            raise InputError("password_short", field="password", least=MIN_PASSWORD_LENGTH)
        hashed = self._hasher.hash(password)
        with self._database.write() as tx:
            if username.lower() in NOT_PEOPLE or accounts.user_by_name(tx, username) is not None:
                raise InputError("username_taken", field="username", found=username)
            user_id = accounts.add_user(tx, Actor(0, username, display_name, office, roles), hashed, now)
            told = {"username": username, "display_name": display_name, "office": office, "roles": sorted(roles)}
            _note(tx, EventKind.ACCOUNT_OPENED, user_id, _AT_THE_MACHINE, now, told)
            return user_id

    def sign_in(self, username: str, password: str, client: str, now: datetime) -> str:
        """Return a fresh session token. Raises AccessError ``sign_in_failed`` or ``sign_in_throttled``.

        The try is counted before the password is looked at, so that many requests at once cannot pass the limit.
        """
        pair = f"{username}@{client_network(client)}"
        with self._database.write() as tx:
            last = (TRIES_OF_PAIR.count(tx, pair, now), TRIES_OF_NAME.count(tx, username, now))
            user = accounts.user_by_name(tx, username)
        if not self._password_fits(user, password) or user is None:
            if user is not None:
                self._note_refusal(
                    user, EventKind.SIGN_IN_LOCKED if any(last) else EventKind.SIGN_IN_REFUSED, client, now
                )
            raise AccessError("sign_in_failed")
        return self._open_session(user, pair, password, client, now)

    def confirm_password(self, actor: Actor, password: str, client: str, now: datetime) -> None:
        """See that whoever is signed in as ``actor`` is that person: the password once more, before a grave act.

        Sessions stay as they are. Raises AccessError ``password_wrong`` or ``password_throttled``; the try is counted
        before the password is looked at.
        """
        pair = f"{actor.username}@{client_network(client)}"
        with self._database.write() as tx:
            TRIES_OF_CONFIRMING.count(tx, pair, now)
            CONFIRMING_OF_NAME.count(tx, actor.username, now)
            user = accounts.user_by_id(tx, actor.user_id)
        if not self._password_fits(user, password):
            raise AccessError("password_wrong")
        with self._database.write() as tx:
            TRIES_OF_CONFIRMING.forget(tx, pair)
            CONFIRMING_OF_NAME.forget(tx, actor.username)

    def _note_refusal(self, user: User, kind: EventKind, client: str, now: datetime) -> None:
        """Of names that have no account nothing is kept: strangers could fill the register, and some type passwords there.

        The limits bound what can be written of an account; the tries beyond them are none.
        """
        with self._database.write() as tx:
            _note(tx, kind, user.actor.user_id, _PROGRAM, now, {"client": client_network(client)})

    def _password_fits(self, user: User | None, password: str) -> bool:
        try:
            self._hasher.verify(user.password_hash if user else self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return user is not None and not user.disabled

    def _open_session(self, user: User, pair: str, password: str, client: str, now: datetime) -> str:
        token = secrets.token_urlsafe(32)
        expires = now + timedelta(hours=SESSION_HOURS)
        session = Session(
            session_id=secrets.token_hex(8),
            user_id=user.actor.user_id,
            client=client,
            created_at=now,
            last_seen_at=now,
            expires_at=expires,
            revoked=False,
        )
        rehash = self._hasher.hash(password) if self._hasher.check_needs_rehash(user.password_hash) else None
        with self._database.write() as tx:
            accounts.sweep_sessions(tx, now - timedelta(days=SESSIONS_KEPT_DAYS))
            accounts.add_session(tx, session, _token_hash(token))
            TRIES_OF_PAIR.forget(tx, pair)
            TRIES_OF_NAME.forget(tx, user.actor.username)
            if rehash:
                accounts.set_password_hash(tx, user.actor.user_id, rehash)
            where = {"client": client_network(client)}
            _note(tx, EventKind.SIGNED_IN, user.actor.user_id, user.actor, now, where)
        return token

    def set_password(self, username: str, password: str, now: datetime) -> None:
        """Give a person a new password; all their sessions end, and the address of their calendar.

        Who knew the old password may have taken that address along, and it needs none.

        Raises InputError ``password_short``, AccessError ``account_unknown``.
        """
        if len(password) < MIN_PASSWORD_LENGTH:
            raise InputError("password_short", field="password", least=MIN_PASSWORD_LENGTH)
        hashed = self._hasher.hash(password)
        with self._database.write() as tx:
            user = _known(tx, username)
            accounts.set_password_hash(tx, user.actor.user_id, hashed)
            _shut_out(tx, user, now)
            _note(tx, EventKind.PASSWORD_SET, user.actor.user_id, _AT_THE_MACHINE, now)

    def disable(self, username: str, now: datetime) -> None:
        """Let a person sign in no more, and end all their sessions. Raises AccessError ``account_unknown``."""
        with self._database.write() as tx:
            user = _known(tx, username)
            accounts.disable_user(tx, user.actor.user_id, now)
            _shut_out(tx, user, now)
            _note(tx, EventKind.ACCOUNT_CLOSED, user.actor.user_id, _AT_THE_MACHINE, now)

    def actor(self, token: str, now: datetime) -> Actor | None:
        """Who holds this token, or None when the session is unknown, over, idle too long or revoked."""
        with self._database.read() as tx:
            session = _live(tx, token, now)
            user = accounts.user_by_id(tx, session.user_id) if session else None
        if session is None or user is None or user.disabled:
            return None
        if now - session.last_seen_at > timedelta(seconds=_TOUCH_SECONDS):
            # Whoever only looks does not wait for an import, nor for room on the disk: the next page notes it.
            with suppress(RegisterError), self._database.write(wait=_TOUCH_WAIT_SECONDS) as tx:
                accounts.touch_session(tx, session.session_id, now)
        return user.actor

    def user(self, username: str) -> Actor | None:
        """The person with this user name, for commands run on the machine itself."""
        with self._database.read() as tx:
            user = accounts.user_by_name(tx, username)
        return user.actor if user and not user.disabled else None

    def everybody(self) -> tuple[AccountHolder, ...]:
        """Everybody who signs in or did, by user name; the closed accounts too."""
        with self._database.read() as tx:
            return tuple(AccountHolder(user.actor, user.disabled) for user in accounts.everybody(tx))

    def sign_out(self, token: str, now: datetime) -> None:
        """End the session of this token; nothing happens when it is over already."""
        with self._database.write() as tx:
            session = accounts.session_by_hash(tx, _token_hash(token))
            if session is not None:
                accounts.revoke_session(tx, session.user_id, session.session_id, now)

    def sessions(self, actor: Actor, now: datetime) -> tuple[SessionView, ...]:
        """The live sessions of ``actor``, newest first."""
        with self._database.read() as tx:
            found = accounts.sessions_of(tx, actor.user_id, now)
        return tuple(
            SessionView(s.session_id, s.client, s.created_at, s.last_seen_at) for s in found if not _idle(s, now)
        )

    def session_id(self, token: str, now: datetime) -> str | None:
        """The id of the live session of this token, to mark the current one in a list."""
        with self._database.read() as tx:
            session = _live(tx, token, now)
        return session.session_id if session else None

    def revoke(self, actor: Actor, session_id: str, now: datetime) -> bool:
        """End one session of ``actor``; False when there is no such live session of theirs."""
        with self._database.write() as tx:
            return accounts.revoke_session(tx, actor.user_id, session_id, now)


def _note(
    tx: Transaction,
    kind: EventKind,
    user_id: int,
    actor: Actor,
    now: datetime,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write down what happened to an account."""
    events.write(
        tx,
        NewEvent(
            kind=kind, subject=f"account/{user_id}", at=now, actor=actor.username, office=actor.office, after=after
        ),
    )


def _shut_out(tx: Transaction, user: User, now: datetime) -> None:
    """End whatever opens something without the password."""
    accounts.revoke_all(tx, user.actor.user_id, now)
    calendar_feeds.remove(tx, user.actor.user_id)


def _known(tx: Transaction, username: str) -> User:
    user = accounts.user_by_name(tx, username)
    if user is None:
        raise AccessError("account_unknown", username=username)
    return user


def _idle(session: Session, now: datetime) -> bool:
    return now - session.last_seen_at > timedelta(minutes=IDLE_MINUTES)


def _live(tx: Transaction, token: str, now: datetime) -> Session | None:
    session = accounts.session_by_hash(tx, _token_hash(token))
    if session is None or session.revoked or session.expires_at <= now or _idle(session, now):
        return None
    return session
