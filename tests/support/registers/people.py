"""Accounts, signing in and sessions of one register together, as tests of people need them; and second factors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from quick_passwords import QUICK
from soft_passkey import SoftPasskey

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.accounts.accounts import Accounts
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.own_password import OwnPassword
from licence_qr.services.accounts.passwords import Passwords
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import FactorChecks, Proof
from licence_qr.services.accounts.second_factor.sealing import Sealing
from licence_qr.services.accounts.sessions import Sessions
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.store.database.connections import Database

CLIENT = "192.0.2.7"
SECRET = b"the web secret of a test, 32 b.."


class People:
    """The three use cases, and under short names what tests ask of them."""

    def __init__(self, database: Database, hasher: PasswordHasher = QUICK) -> None:
        passwords = Passwords(hasher)
        self.accounts = Accounts(database, passwords)
        self.sessions = Sessions(database)
        checks = FactorChecks(database, Sealing(SECRET), None, SECRET, demonstration=True)
        self.signing_in = SignIn(database, passwords, self.sessions, checks)
        self.confirming = Confirming(self.signing_in, checks)
        self.create, self.user, self.everybody = self.accounts.create, self.accounts.user, self.accounts.everybody
        self.set_password, self.disable = self.accounts.set_password, self.accounts.disable
        self.sign_in, self.known_device = self.signing_in.sign_in, self.signing_in.known_device
        self.confirm_password = self.signing_in.confirm_password
        self.own_password = OwnPassword(self.confirming)
        self.actor, self.sign_out, self.revoke = self.sessions.actor, self.sessions.sign_out, self.sessions.revoke


def enrol_app(services: Services, actor: Actor, password: str, now: datetime) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Enrol an app; return it with the recovery codes. The code of ``now`` is used up."""
    shown = services.second_factors.begin_app(actor, Proof(password), CLIENT, now)
    app = pyotp.TOTP(shown.base32)
    return app, services.second_factors.confirm_app(actor, app.at(now), now)


def asked_reset(
    services: Services, administrator: str, password: str, now: datetime, reason: str = "本人持身份证到场"
) -> int:
    """The key of a request to reset the second factors of somebody who has lost them, made by this administrator."""
    services.accounts.create("lost-phone", "失机（示例）", "baishiyi", frozenset({Role.CLERK}), password, now)
    owner, asks = (services.accounts.user(name) for name in ("lost-phone", administrator))
    assert owner and asks
    enrol_app(services, owner, password, now)
    return services.reset_requests.ask(asks, owner.user_id, reason, ProofFrom(Proof(password), CLIENT), now)


def asked_roles(services: Services, administrator: str, password: str, now: datetime, role: Role = Role.DECIDER) -> int:
    """The key of a request that a new clerk be given a role that takes two people, made by this administrator."""
    username = f"gets-{role.value}"
    services.accounts.create(
        username, "新任（示例）", "baishiyi", frozenset({Role.CLERK}), password, now, staff_no=role.value
    )
    owner, asks = (services.accounts.user(name) for name in (username, administrator))
    assert owner and asks
    wanted, proof = frozenset({Role.CLERK, role}), ProofFrom(Proof(password), CLIENT)
    key = services.people.set_roles(asks, owner.user_id, wanted, None, proof, now)
    assert key is not None
    return key


@dataclass
class PasskeyOwner:
    """Somebody with a passkey for the host of the register."""

    services: Services
    actor: Actor
    password: str
    passkey: SoftPasskey = field(init=False)

    def __post_init__(self) -> None:
        party = self.services.confirming.checks.party
        assert party is not None
        self.passkey = SoftPasskey(party.id, party.origin)

    def enrol(self, now: datetime, code: str = "") -> None:
        """Enrol the passkey; ``code`` is of a factor that is there already."""
        own = self.services.second_factors
        options = own.begin_passkey(self.actor, Proof(self.password, code), CLIENT, now)
        own.add_passkey(self.actor, self.passkey.create(options), "手机", now)

    def prove(self, content: ActContent, now: datetime) -> Proof:
        """The password, and the answer of the passkey to a challenge for ``content``."""
        options = self.services.confirming.challenge(self.actor, content.shown, content.typed, now)
        return Proof(self.password, passkey=self.passkey.get(options))
