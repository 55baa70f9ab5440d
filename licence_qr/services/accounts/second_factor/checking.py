"""Checking a second factor: the code of an app, a recovery code, or a passkey. Each counts once."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licence_qr.domain.accounts import recovery_codes
from licence_qr.domain.accounts.second_factor import Factor, RelyingParty, is_required, relying_party
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.second_factor import ceremonies, totp
from licence_qr.services.accounts.second_factor.sealing import Sealing
from licence_qr.services.register import throttle
from licence_qr.services.register.throttle import Try
from licence_qr.store.accounts import factors, passkeys
from licence_qr.store.database.connections import Database, Transaction

SIGN_IN = "sign-in"  # the purpose of a challenge; that of a confirmed act is ``act <digest>``


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody gives to prove who they are. ``code`` is of an app or a recovery code, ``passkey`` JSON of a browser."""

    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    passkey: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FactorChecks:
    """``party`` is None where browsers allow no passkeys. ``secret`` makes the handles by which passkeys know accounts.

    A ``demonstration`` demands a second factor of nobody.
    """

    database: Database
    sealing: Sealing = field(repr=False)
    party: RelyingParty | None
    secret: bytes = field(repr=False)
    demonstration: bool

    @classmethod
    def at(cls, address: str, database: Database, secret: bytes, *, demonstration: bool) -> FactorChecks:
        """Those of the installation at ``address``, whose web secret is ``secret``."""
        return cls(database, Sealing(secret), relying_party(address), secret, demonstration)

    def wanted(self, tx: Transaction, actor: Actor) -> bool:
        """Whether ``actor`` proves a second factor when signing in: who has one, and who needs one."""
        return self.is_required(actor) or bool(self.enrolled(tx, actor.user_id))

    def is_required(self, actor: Actor) -> bool:
        """Whether ``actor`` needs a second factor."""
        return is_required(actor.roles, demonstration=self.demonstration)

    def enrolled(self, tx: Transaction, user_id: int) -> frozenset[Factor]:
        """The factors of an account that can be used here; recovery codes alone are none."""
        stored = factors.totp(tx, user_id)
        found = {Factor.TOTP} if stored and stored.confirmed else set()
        return frozenset(found | ({Factor.PASSKEY} if self._passkeys(tx, user_id) else set()))

    def has_factor(self, actor: Actor) -> bool:
        """Whether the account has a second factor."""
        with self.database.read() as tx:
            return bool(self.enrolled(tx, actor.user_id))

    def challenge(self, actor: Actor, purpose: str, now: datetime) -> str:
        """The JSON with which the browser asks for a passkey of ``actor``, for ``purpose`` in this session only.

        Raises AccessError ``passkeys_not_here`` where there are none to ask for.
        """
        if self.party is None:
            raise AccessError("passkeys_not_here")
        with self.database.read() as tx:
            known = passkeys.of_account(tx, actor.user_id)
        if not known:
            raise AccessError("passkeys_not_here")
        return ceremonies.request_options(self.party, self.new_challenge(actor, purpose, now), known)

    def new_challenge(self, actor: Actor, purpose: str, now: datetime) -> bytes:
        """A fresh challenge of 32 bytes, for five minutes, one answer, this session and ``purpose``."""
        challenge = secrets.token_bytes(ceremonies.CHALLENGE_BYTES)
        until = now + timedelta(minutes=ceremonies.CHALLENGE_MINUTES)
        with self.database.write() as tx:
            passkeys.put_challenge(tx, actor.via.session, purpose, challenge, now, until)
        return challenge

    def handle(self, actor: Actor) -> bytes:
        """What passkeys know the account by, 32 bytes that tell nothing about the person."""
        return hmac.digest(self.secret, f"licence-qr passkey handle 1 {actor.user_id}".encode(), "sha256")

    def check(self, actor: Actor, proof: Proof, purpose: str, tries: Iterable[Try], now: datetime) -> Factor:
        """Accept a factor of ``actor`` once, and return which it was.

        The try is counted before the factor is checked, in the same transaction, so that concurrent requests neither
        exceed the limit nor use a code twice. Raises AccessError ``second_factor_wrong``, ``second_factor_throttled``
        (``minutes``), ``second_factor_unreadable``.
        """
        tries = tuple(tries)
        if proof.passkey:
            ceremonies.load()  # nobody waits for that behind this transaction
        with self.database.read() as tx:
            throttle.demand(tx, tries, now, "second_factor_throttled")
        with self.database.write() as tx:
            last = throttle.take(tx, tries, now, "second_factor_throttled")
            used = self._accepted(tx, actor, proof, purpose, now)
            if used:
                throttle.forget(tx, tries)
                said = {"factor": used.value, "codes_left": factors.recovery_codes_left(tx, actor.user_id)}
                note(tx, EventKind.FACTOR_USED, actor.user_id, actor, now, said)
            else:
                note(tx, EventKind.FACTOR_LOCKED if last else EventKind.FACTOR_REFUSED, actor.user_id, actor, now)
        if used is None:
            raise AccessError("second_factor_wrong")
        return used

    def _accepted(self, tx: Transaction, actor: Actor, proof: Proof, purpose: str, now: datetime) -> Factor | None:
        if proof.passkey:
            return Factor.PASSKEY if self._passkey_fits(tx, actor, proof.passkey, purpose, now) else None
        if code := totp.digits(proof.code):
            return Factor.TOTP if self.app_code_fits(tx, actor, code, now) else None
        recovery = recovery_codes.read(proof.code)
        # Without another factor the codes are none: they only stand in for one.
        if recovery and self.enrolled(tx, actor.user_id):
            used = factors.use_recovery_code(tx, actor.user_id, recovery_codes.hashed(recovery))
            return Factor.RECOVERY_CODE if used else None
        return None

    def app_code_fits(self, tx: Transaction, actor: Actor, code: str, now: datetime, *, confirmed: bool = True) -> bool:
        """Whether ``code`` is of the account's app, and use its step up. ``confirmed``: of one already in use."""
        stored = factors.totp(tx, actor.user_id)
        if stored is None or stored.confirmed != confirmed:
            return False
        if not confirmed and stored.begun_in != actor.via.session:
            return False
        secret = self.sealing.open(actor.user_id, stored.sealed)
        step = totp.step_of(secret, code, now, stored.last_step)
        return step is not None and factors.use_step(tx, actor.user_id, step)

    def _passkey_fits(self, tx: Transaction, actor: Actor, answer: str, purpose: str, now: datetime) -> bool:
        challenge = passkeys.take_challenge(tx, actor.via.session, purpose, now)
        if challenge is None or self.party is None:
            return False
        known = passkeys.of_account(tx, actor.user_id)
        found = ceremonies.authenticated(self.party, answer, challenge, known)
        if found is None:
            return False
        passkey, sign_count = found
        passkeys.use(tx, passkey.passkey_id, sign_count, now)
        return True

    def _passkeys(self, tx: Transaction, user_id: int) -> bool:
        """Without a relying party none can be used, so they do not count either."""
        return self.party is not None and bool(passkeys.of_account(tx, user_id))
