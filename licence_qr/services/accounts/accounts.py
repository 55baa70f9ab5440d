"""Accounts: argon2id passwords, rate limits on sign-in, and revocable sessions."""

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
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.roles import COMMAND_LINE, NOT_PEOPLE, SYSTEM, Actor, Role
from licence_qr.errors import AccessError, InputError, RegisterError
from licence_qr.services.accounts import sign_in_limits
from licence_qr.services.accounts.sign_in_limits import KnownDevice, Tries
from licence_qr.services.register import events, throttle
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import accounts
from licence_qr.store.accounts.accounts import Session, User
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.work import calendar_feeds

SESSION_HOURS = 12
IDLE_MINUTES = 60
SESSIONS_KEPT_DAYS = 30  # after their end, for investigations
MIN_PASSWORD_LENGTH = 10
_DEVICE_ID_BYTES = 12
_NO_ACCOUNT = 0  # of an unknown user name. The name is not recorded: some people type passwords there
_TOUCH_SECONDS = 60
_TOUCH_WAIT_SECONDS = 0.25
# Cost of a guess for somebody who steals the register: argon2id, RFC 9106, section 4, second recommended option. No
# setting weakens it; only code that builds the services itself can pass another hasher.
STANDARD_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

# Accounts are added and disabled, and passwords set, only on the command line.
_AT_THE_MACHINE = Actor(0, COMMAND_LINE, "", "", frozenset())
# Before sign-in there is no actor: refusals are recorded in the name of the program.
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
    """An account as listed on the command line."""

    actor: Actor
    disabled: bool


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _decoy_hash(hasher: PasswordHasher) -> str:
    """A hash to verify when the user name is unknown, so that the answer takes as long as for a known one."""
    return hasher.hash(secrets.token_urlsafe(16))


class Accounts:
    """Accounts and their sessions. ``client`` is the remote address of a request."""

    def __init__(self, database: Database, hasher: PasswordHasher = STANDARD_HASHER) -> None:
        self._database = database
        self._hasher = hasher
        self._decoy = _decoy_hash(hasher)

    def create(
        self, username: str, display_name: str, office: str, roles: frozenset[Role], password: str, now: datetime
    ) -> int:
        """Add a person and return their key.

        Raises InputError ``password_short``, ``username_taken`` (also for names of actors that are not people, so that
        a history is unambiguous) or ``username_form``.
        """
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

    def sign_in(
        self, username: str, password: str, client: str, now: datetime, device: KnownDevice | None = None
    ) -> str:
        """Return a new session token. Raises AccessError ``sign_in_failed`` or ``sign_in_throttled`` (``minutes``).

        The try is counted before the password is checked, so that concurrent requests cannot exceed the limit. A
        throttled try only reads. ``device``: from an earlier sign-in on this device. An unknown name takes as long and
        writes as much as a known one.
        """
        with self._database.read() as tx:
            tries = _tries(accounts.user_by_name(tx, username), username, client, device)
            throttle.demand(tx, tries.all, now, "sign_in_throttled")
        with self._database.write() as tx:
            last = throttle.take(tx, tries.all, now, "sign_in_throttled")
            user = accounts.user_by_name(tx, username)
        if not self._password_fits(user, password) or user is None:
            self._note_refusal(user, client, now, locked=last)
            raise AccessError("sign_in_failed")
        return self._open_session(user, tries, password, client, now)

    def _note_refusal(self, user: User | None, client: str, now: datetime, *, locked: bool) -> None:
        """Record a refused sign-in, also of an unknown name. The limits bound the events: throttled tries have none."""
        user_id, where = user.actor.user_id if user else _NO_ACCOUNT, {"client": client_network(client)}
        with self._database.write() as tx:
            _note(tx, EventKind.SIGN_IN_LOCKED if locked else EventKind.SIGN_IN_REFUSED, user_id, _PROGRAM, now, where)

    def known_device(self, actor: Actor, device: KnownDevice | None) -> KnownDevice:
        """The value for a device on which ``actor`` has just signed in; ``device`` is its value from before, if any.

        Setting a password and disabling the account end all values.
        """
        with self._database.read() as tx:
            user = accounts.user_by_id(tx, actor.user_id)
        generation = user.device_generation if user else 0
        kept = device if device and device.user_id == actor.user_id else None
        device_id = kept.device_id if kept else secrets.token_urlsafe(_DEVICE_ID_BYTES)
        return KnownDevice(actor.user_id, generation, device_id)

    def confirm_password(self, actor: Actor, password: str, client: str, now: datetime) -> None:
        """Check the password of the signed-in ``actor`` again, before a four-eyes decision.

        Sessions are not changed. Raises AccessError ``password_wrong`` or ``password_throttled``; the try is counted
        before the password is checked.
        """
        tries = sign_in_limits.of_confirming(actor.username, client).own
        with self._database.read() as tx:
            throttle.demand(tx, tries, now, "password_throttled")
        with self._database.write() as tx:
            throttle.take(tx, tries, now, "password_throttled")
            user = accounts.user_by_id(tx, actor.user_id)
        if not self._password_fits(user, password):
            raise AccessError("password_wrong")
        with self._database.write() as tx:
            throttle.forget(tx, tries)

    def _password_fits(self, user: User | None, password: str) -> bool:
        try:
            self._hasher.verify(user.password_hash if user else self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return user is not None and not user.disabled

    def _open_session(self, user: User, tries: Tries, password: str, client: str, now: datetime) -> str:
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
            throttle.forget(tx, tries.own)
            throttle.give_back(tx, tries.shared)
            if rehash:
                accounts.set_password_hash(tx, user.actor.user_id, rehash)
            where = {"client": client_network(client)}
            _note(tx, EventKind.SIGNED_IN, user.actor.user_id, user.actor, now, where)
        return token

    def set_password(self, username: str, password: str, now: datetime) -> None:
        """Set a new password; end all sessions of the person and remove their calendar address.

        Somebody who knew the old password may have copied that address, which needs no password.

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
        """Disable an account and end all its sessions. Raises AccessError ``account_unknown``."""
        with self._database.write() as tx:
            user = _known(tx, username)
            accounts.disable_user(tx, user.actor.user_id, now)
            _shut_out(tx, user, now)
            _note(tx, EventKind.ACCOUNT_CLOSED, user.actor.user_id, _AT_THE_MACHINE, now)

    def actor(self, token: str, now: datetime, *, noting: bool = True) -> Actor | None:
        """The person with this token, or None if the session is unknown, ended, idle for too long or revoked.

        With ``noting=False`` the use of the session is not recorded, so nothing is written.
        """
        with self._database.read() as tx:
            session = _live(tx, token, now)
            user = accounts.user_by_id(tx, session.user_id) if session else None
        if session is None or user is None or user.disabled:
            return None
        if noting and now - session.last_seen_at > timedelta(seconds=_TOUCH_SECONDS):
            # A read must not wait for an import or fail on a full disk; the next request records it.
            with suppress(RegisterError), self._database.write(wait=_TOUCH_WAIT_SECONDS) as tx:
                accounts.touch_session(tx, session.session_id, now)
        return user.actor

    def user(self, username: str) -> Actor | None:
        """The person with this user name, for commands run on the machine itself."""
        with self._database.read() as tx:
            user = accounts.user_by_name(tx, username)
        return user.actor if user and not user.disabled else None

    def everybody(self) -> tuple[AccountHolder, ...]:
        """All accounts by user name, including disabled ones."""
        with self._database.read() as tx:
            return tuple(AccountHolder(user.actor, user.disabled) for user in accounts.everybody(tx))

    def sign_out(self, token: str, now: datetime) -> None:
        """End the session of this token, unless it has ended already."""
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
        """End one session of ``actor``; False if there is no such live session."""
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
    """Record an event of an account."""
    events.write(
        tx,
        NewEvent(
            kind=kind, subject=f"account/{user_id}", at=now, actor=actor.username, office=actor.office, after=after
        ),
    )


def _shut_out(tx: Transaction, user: User, now: datetime) -> None:
    """End everything that gives access without the password, and all known devices."""
    accounts.revoke_all(tx, user.actor.user_id, now)
    accounts.forget_devices(tx, user.actor.user_id)
    calendar_feeds.remove(tx, user.actor.user_id)


def _tries(user: User | None, username: str, client: str, device: KnownDevice | None) -> Tries:
    """The limits for a try. ``device`` is valid only for its own account and the account's current generation."""
    if user and device and (device.user_id, device.generation) == (user.actor.user_id, user.device_generation):
        return sign_in_limits.of_device(device)
    return sign_in_limits.of_stranger(username, client)


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
