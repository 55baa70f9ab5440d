"""Second factors of accounts in a test register: an app that shows codes, and a passkey."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from soft_passkey import SoftPasskey

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.roles import Actor
from licence_qr.services.accounts.second_factor.checking import Proof

CLIENT = "192.0.2.7"


def enrol_app(services: Services, actor: Actor, password: str, now: datetime) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Enrol an app; return it with the recovery codes. The code of ``now`` is used up."""
    shown = services.second_factors.begin_app(actor, Proof(password), CLIENT, now)
    app = pyotp.TOTP(shown.base32)
    return app, services.second_factors.confirm_app(actor, app.at(now), now)


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

    def enrol(self, now: datetime) -> None:
        """Enrol the passkey."""
        own = self.services.second_factors
        options = own.begin_passkey(self.actor, Proof(self.password), CLIENT, now)
        own.add_passkey(self.actor, self.passkey.create(options), "手机", now)

    def prove(self, content: ActContent, now: datetime) -> Proof:
        """The password, and the answer of the passkey to a challenge for ``content``."""
        options = self.services.confirming.challenge(self.actor, content.shown, content.typed, now)
        return Proof(self.password, passkey=self.passkey.get(options))
