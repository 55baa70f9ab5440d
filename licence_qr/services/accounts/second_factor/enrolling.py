"""One's own second factors: listed, enrolled, removed; recovery codes made."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from licence_qr.domain.accounts import recovery_codes
from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.second_factor import Factor
from licence_qr.domain.plain_text import length_faults, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, NotFoundError
from licence_qr.printing.qr import to_data_uri
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.second_factor import ceremonies, limits, totp
from licence_qr.services.accounts.second_factor.checking import FactorChecks, Proof
from licence_qr.services.accounts.sessions import demand_not_ended, note_ended
from licence_qr.services.register import own_acts, throttle
from licence_qr.store.accounts import factors, passkeys, sessions
from licence_qr.store.accounts.passkeys import Passkey
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.wording.terms import term

_ENROLLING = "enrol"  # the purpose of a challenge
MAX_NAME_CHARS = 40
MOST_PASSKEYS = 10
Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """The second factors of an account, as its owner sees them. ``required``: the last one cannot be removed."""

    app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int
    required: bool
    passkeys_here: bool

    @property
    def any(self) -> bool:
        """Whether there is one that can be used here."""
        return self.app or (self.passkeys_here and bool(self.passkeys))


@dataclass(frozen=True, slots=True)
class AppSecret:
    """A secret for an app, shown while it is enrolled: in base32, and as the address in the QR code."""

    base32: str = field(repr=False)
    address: str = field(repr=False)

    @property
    def groups(self) -> str:
        """The secret in groups of four, to be typed."""
        return recovery_codes.grouped(self.base32, " ")

    @property
    def image(self) -> str:
        """The address as a QR symbol, for ``src``: the secret stands in no address of its own."""
        return to_data_uri(self.address)


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """``service`` is the name by which apps and passkeys call this service.

    Changes need the password, and a factor if there is one already. So nobody adds or removes one at an unattended desk.
    """

    database: Database
    checks: FactorChecks
    confirming: Confirming
    service: str

    def of(self, actor: Actor) -> OwnFactors:
        """What ``actor`` has."""
        with self.database.read() as tx:
            enrolled = self.checks.enrolled(tx, actor.user_id)
            return OwnFactors(
                Factor.TOTP in enrolled,
                passkeys.of_account(tx, actor.user_id),
                factors.recovery_codes_left(tx, actor.user_id),
                self.checks.is_required(actor),
                self.checks.party is not None,
            )

    def begin_app(self, actor: Actor, proof: Proof, client: str, now: datetime) -> AppSecret:
        """Make a secret for an app. It proves nothing until ``confirm_app``.

        Raises ConflictError ``second_factor_enrolled``; AccessError like ``Confirming.confirm_own``.
        """
        if self.of(actor).app:
            raise ConflictError("second_factor_enrolled")
        self.confirming.confirm_own(actor, proof, adding(Factor.TOTP), client, now)
        secret = secrets.token_bytes(totp.SECRET_BYTES)
        sealed = self.checks.sealing.seal(actor.user_id, secret)
        with self.database.write() as tx:
            stored = factors.totp(tx, actor.user_id)
            if stored and stored.confirmed:
                raise ConflictError("second_factor_enrolled")
            factors.put_totp(tx, actor.user_id, sealed, actor.via.session, now)
        return self._shown(actor, secret)

    def begun_app(self, actor: Actor) -> AppSecret | None:
        """The secret that waits for its first code, to be shown again after a wrong one; None if there is none.

        Another session is not shown it: it may know the password alone.
        """
        with self.database.read() as tx:
            stored = factors.totp(tx, actor.user_id)
        if stored is None or stored.confirmed or stored.begun_in != actor.via.session:
            return None
        return self._shown(actor, self.checks.sealing.open(actor.user_id, stored.sealed))

    def confirm_app(self, actor: Actor, code: str, now: datetime) -> Codes:
        """Enrol the app, whose first code this is. Return recovery codes if there are none yet; with the first factor all
        other sessions end, which have proven none.

        Raises AccessError ``second_factor_wrong`` or ``second_factor_throttled``.
        """
        tries = limits.of_confirming(actor.user_id)
        with self.database.write() as tx:
            demand_not_ended(tx, actor)
            throttle.take(tx, tries, now, "second_factor_throttled")
            given = totp.digits(code)
            fits = given and self.checks.app_code_fits(tx, actor, given, now, confirmed=False)
            if fits:
                throttle.forget(tx, tries)
                if not self.checks.enrolled(tx, actor.user_id):
                    _end_others(tx, actor, now)
                factors.confirm_totp(tx, actor.user_id, now)
                note(tx, EventKind.FACTOR_ENROLLED, actor.user_id, actor, now, {"factor": Factor.TOTP.value})
                return self._first_codes(tx, actor, now)
            note(tx, EventKind.FACTOR_REFUSED, actor.user_id, actor, now)
        raise AccessError("second_factor_wrong")

    def begin_passkey(self, actor: Actor, proof: Proof, client: str, now: datetime) -> str:
        """The JSON with which the browser makes a passkey; its challenge stands for the confirmed change.

        Raises ConflictError ``passkeys_too_many``; AccessError ``passkeys_not_here`` and like ``Confirming.confirm_own``.
        """
        known, party = self.of(actor).passkeys, self.checks.party
        if party is None:
            raise AccessError("passkeys_not_here")
        if len(known) >= MOST_PASSKEYS:
            raise ConflictError("passkeys_too_many", most=MOST_PASSKEYS)
        self.confirming.confirm_own(actor, proof, adding(Factor.PASSKEY), client, now)
        challenge, handle = self.checks.new_challenge(actor, _ENROLLING, now), self.checks.handle(actor)
        return ceremonies.creation_options(party, self.service, actor, handle, challenge, known)

    def add_passkey(self, actor: Actor, answer: str, name: str, now: datetime) -> Codes:
        """Enrol the passkey that the browser made. Return what ``confirm_app`` does, and end the same sessions.

        Raises InputError for the name, and then the answer can be sent again; AccessError ``passkey_refused``.
        """
        name = plain_line(name)
        if not name:
            raise InputError("passkey_name_missing", field="name")
        for fault in length_faults(name, MAX_NAME_CHARS, "name", term("field.name")):
            raise fault
        with self.database.write() as tx:
            challenge = passkeys.take_challenge(tx, actor.via.session, _ENROLLING, now)
        party = self.checks.party
        made = ceremonies.registered(party, answer, challenge) if party and challenge else None
        if made is None:
            raise AccessError("passkey_refused")
        passkey = Passkey(
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=name,
            created_at=now,
        )
        with self.database.write() as tx:
            demand_not_ended(tx, actor)
            first = not self.checks.enrolled(tx, actor.user_id)
            if not passkeys.add(tx, actor.user_id, passkey):
                raise AccessError("passkey_refused")
            if first:
                _end_others(tx, actor, now)
            said = {"factor": Factor.PASSKEY.value, "name": name}
            note(tx, EventKind.FACTOR_ENROLLED, actor.user_id, actor, now, said)
            return self._first_codes(tx, actor, now)

    def renew_codes(self, actor: Actor, proof: Proof, client: str, now: datetime) -> Codes:
        """Ten new recovery codes; the earlier ones end. Raises AccessError like ``Confirming.confirm_own``,
        ``second_factor_not_enrolled`` or ``own_act_throttled``."""
        if not self.checks.has_factor(actor):
            raise AccessError("second_factor_not_enrolled")
        self.confirming.confirm_own(actor, proof, RENEWING_CODES, client, now)
        with self.database.write() as tx:
            own_acts.count(tx, actor, EventKind.RECOVERY_CODES_MADE, now)
            return _new_codes(tx, actor, now)

    def remove(self, actor: Actor, subject: str, proof: Proof, client: str, now: datetime) -> None:
        """Remove the app (``totp``) or a passkey (``passkey/<id>``). With the last factor the recovery codes end.

        Raises NotFoundError ``second_factor_unknown``; ConflictError ``second_factor_last`` if ``actor`` needs one;
        AccessError like ``Confirming.confirm_own``.
        """
        self._demand_another(actor, subject)
        self.confirming.confirm_own(actor, proof, removing(subject), client, now)
        with self.database.write() as tx:
            if not _remove(tx, actor.user_id, subject):
                raise NotFoundError("second_factor_unknown")
            if not self.checks.enrolled(tx, actor.user_id):
                self._demand_none_needed(actor)
                factors.replace_recovery_codes(tx, actor.user_id, (), now)
            note(tx, EventKind.FACTOR_REMOVED, actor.user_id, actor, now, {"factor": subject})

    def _demand_another(self, actor: Actor, subject: str) -> None:
        own = self.of(actor)
        present = {f"{Factor.PASSKEY}/{each.passkey_id}" for each in own.passkeys}
        usable = present if own.passkeys_here else set()
        if own.app:
            present, usable = present | {Factor.TOTP.value}, usable | {Factor.TOTP.value}
        if subject not in present:
            raise NotFoundError("second_factor_unknown")
        if not usable - {subject}:
            self._demand_none_needed(actor)

    def _demand_none_needed(self, actor: Actor) -> None:
        if self.checks.is_required(actor):
            raise ConflictError("second_factor_last")

    def _shown(self, actor: Actor, secret: bytes) -> AppSecret:
        return AppSecret(totp.base32(secret), totp.address(secret, actor.username, self.service))

    def _first_codes(self, tx: Transaction, actor: Actor, now: datetime) -> Codes:
        return () if factors.recovery_codes_left(tx, actor.user_id) else _new_codes(tx, actor, now)


def adding(factor: Factor) -> ActContent:
    """What somebody confirms who adds a factor."""
    return ActContent("add a second factor", factor.value)


def removing(subject: str) -> ActContent:
    """What somebody confirms who removes a factor."""
    return ActContent("remove a second factor", subject)


RENEWING_CODES = ActContent("make recovery codes", Factor.RECOVERY_CODE.value)


def _end_others(tx: Transaction, actor: Actor, now: datetime) -> None:
    """End the sessions beside the one that enrols the first factor: they were opened with the password alone."""
    ended = sessions.end_all(tx, actor.user_id, now, but=actor.via.session)
    note_ended(tx, actor.user_id, actor, ended, now)


def _new_codes(tx: Transaction, actor: Actor, now: datetime) -> Codes:
    random = [secrets.token_bytes(recovery_codes.RANDOM_BYTES) for _ in range(recovery_codes.HOW_MANY)]
    shown = tuple(recovery_codes.written(each) for each in random)
    hashes = [recovery_codes.hashed(recovery_codes.read(each) or "") for each in shown]
    factors.replace_recovery_codes(tx, actor.user_id, hashes, now)
    note(tx, EventKind.RECOVERY_CODES_MADE, actor.user_id, actor, now, {"codes": len(shown)})
    return shown


def _remove(tx: Transaction, user_id: int, subject: str) -> bool:
    if subject == Factor.TOTP:
        return factors.remove_totp(tx, user_id)
    number = subject.removeprefix(f"{Factor.PASSKEY}/")
    return number.isdecimal() and passkeys.remove(tx, user_id, int(number))
