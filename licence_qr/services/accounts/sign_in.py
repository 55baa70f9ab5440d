"""Signing in with a password, and confirming it again before a grave act."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from licence_qr.domain.accounts.devices import KNOWN_FOR
from licence_qr.domain.accounts.stages import OpenedBy, SignInStage
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.roles import Actor, Via
from licence_qr.errors import AccessError
from licence_qr.services.accounts import sign_in_limits
from licence_qr.services.accounts.passwords import Passwords
from licence_qr.services.accounts.second_factor.checking import FactorChecks
from licence_qr.services.accounts.sessions import CameFrom, Sessions, demand_not_ended
from licence_qr.services.accounts.sign_in_limits import KnownDevice, Tries
from licence_qr.services.register import refusals, throttle
from licence_qr.store.accounts import accounts, known_devices, sessions
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.known_devices import StoredDevice
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import history

_PASSWORD_GIVEN = frozenset({EventKind.ACCOUNT_OPENED, EventKind.PASSWORD_SET})
_DEVICE_ID_BYTES = 12
_NO_ACCOUNT = 0  # of an unknown user name. The name is not recorded: some people type passwords there


@dataclass(frozen=True, slots=True)
class SignIn:
    """``client`` is the remote address of a request."""

    database: Database
    passwords: Passwords
    sessions: Sessions
    factors: FactorChecks

    def sign_in(
        self,
        username: str,
        password: str,
        client: str,
        now: datetime,
        device: KnownDevice | None = None,
        *,
        device_words: str = "",
        instead_of: str = "",
    ) -> str:
        """Return a new session token; the session of the token ``instead_of`` ends. Raises AccessError ``sign_in_failed`` or
        ``sign_in_throttled`` (``minutes``).

        The try is counted before the password is checked, so that concurrent requests cannot exceed the limit. A
        throttled try only reads. ``device``: from an earlier sign-in on this device, perhaps of somebody else;
        ``device_words``: what it is. An unknown name takes as long and writes as much as a known one.
        """
        with self.database.read() as tx:
            tries = _tries(tx, username, client, device)
            throttle.demand(tx, tries.all, now, "sign_in_throttled")
        with self.database.write() as tx:
            last = throttle.take(tx, tries.all, now, "sign_in_throttled")
            user = accounts.user_by_name(tx, username)
        token, known = "", user
        # Also where only the identity service opens the account: what is wrong is not told, and takes as long.
        while not token and self.passwords.fits(known, password) and known is not None and not known.service_only:
            rehashed = self.passwords.rehashed(known, password)
            with self.database.write() as tx:
                checked, known = known, accounts.user_by_id(tx, known.actor.user_id)
                if known is None or not _is_as_checked(known, checked):
                    continue  # while the password was hashed it was set anew, or the account closed
                if _is_left_behind(tx, known):
                    break
                throttle.forget(tx, tries.own)
                throttle.give_back(tx, tries.shared)
                if rehashed:
                    accounts.rehash_password(tx, known.actor.user_id, rehashed)
                token = self._opened(tx, known, CameFrom(client, device_words), instead_of, now)
        if not token:
            self._note_refusal(user, client, now, locked=last)
            raise AccessError("sign_in_failed")
        return token

    def _opened(self, tx: Transaction, user: User, came: CameFrom, instead_of: str, now: datetime) -> str:
        refusals.close(tx, now)
        self.sessions.end_within(tx, instead_of, now)
        wants = SignInStage.PASSWORD if user.must_change else self.after_password(tx, user.actor)
        return self.sessions.open(tx, user.actor, came, now, wants=wants)

    def after_password(self, tx: Transaction, actor: Actor) -> SignInStage | None:
        """What a session wants that has been opened with the right password of ``actor``, one of their own choice."""
        return SignInStage.SECOND_FACTOR if self.factors.wanted(tx, actor) else None

    def _note_refusal(self, user: User | None, client: str, now: datetime, *, locked: bool) -> None:
        """Record a refused sign-in, also of an unknown name. Throttled tries leave nothing."""
        user_id, via = user.actor.user_id if user else _NO_ACCOUNT, Via(network=client_network(client))
        with self.database.write() as tx:
            refusals.note(tx, EventKind.SIGN_IN_LOCKED if locked else EventKind.SIGN_IN_REFUSED, user_id, via, now)

    def known_device(self, actor: Actor, device: KnownDevice | None, now: datetime) -> KnownDevice:
        """Write down the device on which ``actor`` has just signed in, and return its value; ``device`` is that from before,
        if any. One that was forgotten is a new one from now on.

        Setting a password and disabling the account end all values.
        """
        with self.database.write() as tx:
            user = accounts.user_by_id(tx, actor.user_id)
            generation = user.device_generation if user else 0
            kept = device.device_id if device and device.user_id == actor.user_id else ""
            was = known_devices.get(tx, actor.user_id, kept)
            if not kept or (was and was.forgotten):
                kept, was = secrets.token_urlsafe(_DEVICE_ID_BYTES), None
            stored = StoredDevice(
                user_id=actor.user_id,
                device_id=kept,
                generation=generation,
                words=actor.via.device,
                first_at=was.first_at if was and was.generation == generation else now,
                last_at=now,
            )
            known_devices.put(tx, stored)
            known_devices.sweep(tx, now - KNOWN_FOR)
        return KnownDevice(actor.user_id, generation, kept)

    def confirm_password(
        self,
        actor: Actor,
        password: str,
        client: str,
        now: datetime,
        *,
        beside: str = "",
        of_own_choice: bool = True,
    ) -> User:
        """Check the password of ``actor`` again, before a grave act; return the account that it opens.

        ``beside``: the user name of another, on whose device or at whose console ``actor`` types it. Sessions are not
        changed. Raises AccessError ``password_wrong`` or ``password_throttled``; the try is counted before the password
        is checked, and a wrong one leaves a trace. Raises AccessError ``password_not_own`` for one that somebody else has
        set, unless it need not be ``of_own_choice``: whoever came in by the identity service was not asked to change it.
        Raises SignInNeeded as ``demand_not_ended``.
        """
        tries = sign_in_limits.of_confirming(actor.username, client, beside)
        with self.database.read() as tx:
            throttle.demand(tx, tries.all, now, "password_throttled")
        with self.database.write() as tx:
            throttle.take(tx, tries.all, now, "password_throttled")
            user = accounts.user_by_id(tx, actor.user_id)
        if user is None or not self.passwords.fits(user, password):
            via = replace(actor.via, network=actor.via.network or client_network(client))
            with self.database.write() as tx:
                refusals.note(tx, EventKind.PASSWORD_REFUSED, actor.user_id, via, now)
            raise AccessError("password_wrong")
        if user.must_change and of_own_choice:
            raise AccessError("password_not_own")
        with self.database.write() as tx:
            demand_not_ended(tx, actor)
            throttle.forget(tx, tries.own)
            throttle.give_back(tx, tries.shared)
        return user


def _is_as_checked(user: User, checked: User) -> bool:
    """Whether the password that was checked is still the one that opens the account, if one does."""
    return user.password_hash == checked.password_hash and not user.disabled and not user.service_only


def _is_left_behind(tx: Transaction, user: User) -> bool:
    """Whether the owner has come in by the identity service with a password that somebody else has set and knows: then
    nobody has to choose another one, and whoever set it could come in by it as long as the account is used."""
    if not user.must_change:
        return False
    given = history.of_subject(tx, f"account/{user.actor.user_id}", _PASSWORD_GIVEN)
    since = datetime.fromisoformat(given[-1]["at"]) if given else datetime.min.replace(tzinfo=UTC)
    return sessions.any_opened_by(tx, user.actor.user_id, OpenedBy.IDENTITY_SERVICE, since)


def knows(tx: Transaction, owner: User, device: KnownDevice) -> bool:
    """Whether the account ``owner`` knows a device: it has forgotten neither this one nor all."""
    stored = known_devices.get(tx, device.user_id, device.device_id)
    of_owner = (device.user_id, device.generation) == (owner.actor.user_id, owner.device_generation)
    return of_owner and not (stored and stored.forgotten)


def _tries(tx: Transaction, username: str, client: str, device: KnownDevice | None) -> Tries:
    """The limits for a try. A ``device`` is known for its own account and the account's current generation only."""
    owner = accounts.user_by_id(tx, device.user_id) if device else None
    if device is None or owner is None or owner.disabled:
        return sign_in_limits.of_stranger(username, client)
    own, known = owner.actor.username == username, knows(tx, owner, device)
    if own and known:
        return sign_in_limits.of_device(device)
    if own or known:
        return sign_in_limits.of_office_device(username, device, own=own)
    return sign_in_limits.of_stranger(username, client)
