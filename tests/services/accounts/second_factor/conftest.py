"""A person with a session, and the use cases of second factors over a real register on localhost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import pyotp
import pytest
from people import SECRET, People
from soft_passkey import SoftPasskey

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.second_factor import RelyingParty
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.second_factor.checking import FactorChecks, Proof
from licence_qr.services.accounts.second_factor.enrolling import SecondFactors
from licence_qr.services.accounts.second_factor.sealing import Sealing

PASSWORD = "a good long password"
PARTY = RelyingParty("localhost", "http://localhost:8000")
CLIENT = "192.0.2.7"


@dataclass
class Person:
    """``demonstration`` as in the services: whether the register demands a second factor of nobody."""

    services: Services
    people: People
    actor: Actor
    now: datetime
    demonstration: bool = True
    passkey: SoftPasskey = field(default_factory=lambda: SoftPasskey(PARTY.id, PARTY.origin))

    @property
    def factors(self) -> SecondFactors:
        checks = FactorChecks(self.services.database, Sealing(SECRET), PARTY, SECRET, self.demonstration)
        confirming = Confirming(replace(self.people.signing_in, factors=checks), checks)
        return SecondFactors(self.services.database, checks, confirming, "一码通行 test")

    def proof(self, code: str = "", passkey: str = "") -> Proof:
        return Proof(PASSWORD, code, passkey)

    def enrol_app(self, proof: Proof | None = None) -> tuple[pyotp.TOTP, tuple[str, ...]]:
        """Enrol an app; return it, and the recovery codes. Its first step is used up."""
        shown = self.factors.begin_app(self.actor, proof or self.proof(), CLIENT, self.now)
        app = pyotp.TOTP(shown.base32)
        return app, self.factors.confirm_app(self.actor, app.at(self.now), self.now)

    def enrol_passkey(self, proof: Proof | None = None, name: str = "办公室电脑") -> tuple[str, ...]:
        options = self.factors.begin_passkey(self.actor, proof or self.proof(), CLIENT, self.now)
        return self.factors.add_passkey(self.actor, self.passkey.create(options), name, self.now)

    def confirm(self, proof: Proof, content: ActContent, now: datetime | None = None) -> None:
        self.factors.confirming.confirm(self.actor, proof, content, CLIENT, now or self.now)

    def in_another_session(self) -> Person:
        token = self.people.sign_in(self.actor.username, PASSWORD, CLIENT, self.now)
        actor = self.people.actor(token, self.now)
        assert actor is not None
        return replace(self, actor=actor)


@pytest.fixture
def person(services: Services, now: datetime) -> Person:
    """A decider who is signed in."""
    people = People(services.database)
    people.create("zhao", "赵", "baishiyi", frozenset({Role.DECIDER}), PASSWORD, now)
    actor = people.actor(people.sign_in("zhao", PASSWORD, CLIENT, now), now)
    assert actor is not None
    return Person(services, people, actor, now)
