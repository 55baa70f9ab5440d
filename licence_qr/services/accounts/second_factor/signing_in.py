"""Signing in with a second factor, after the password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.roles import Actor
from licence_qr.services.accounts.second_factor import limits
from licence_qr.services.accounts.second_factor.checking import SIGN_IN, Proof
from licence_qr.services.accounts.sessions import CameFrom, demand_not_ended, note_ended
from licence_qr.services.accounts.sign_in import SignIn, knows
from licence_qr.services.accounts.sign_in_limits import KnownDevice
from licence_qr.store.accounts import accounts, sessions


@dataclass(frozen=True, slots=True)
class FactorSignIn:
    """``actor`` is the holder of a session that wants a second factor."""

    signing_in: SignIn

    def challenge(self, actor: Actor, now: datetime) -> str:
        """The JSON with which the browser asks for a passkey. Raises AccessError ``passkeys_not_here``."""
        return self.signing_in.factors.challenge(actor, SIGN_IN, now)

    def prove(self, actor: Actor, proof: Proof, client: str, now: datetime, device: KnownDevice | None) -> str:
        """Accept a factor; return the token of a new session, which takes the place of this one.

        ``device``: from an earlier sign-in on this device. Raises AccessError as ``FactorChecks.check`` does.
        """
        tries = limits.of_signing_in(actor.user_id, device if self._knows(actor, device) else None)
        self.signing_in.factors.check(actor, proof, SIGN_IN, tries, now)
        return self.go_on(actor, client, now)

    def go_on(self, actor: Actor, client: str, now: datetime) -> str:
        """A new session in the place of this one, of somebody who has just proven a factor or enrolled the first one.

        Raises SignInNeeded as ``demand_not_ended``.
        """
        with self.signing_in.database.write() as tx:
            demand_not_ended(tx, actor)
            if sessions.end(tx, actor.user_id, actor.via.session, now):
                note_ended(tx, actor.user_id, actor, (actor.via.session,), now)
            came = CameFrom(client, actor.via.device, sessions.opened_by(tx, actor.via.session))
            return self.signing_in.sessions.open(tx, actor, came, now)

    def _knows(self, actor: Actor, device: KnownDevice | None) -> bool:
        with self.signing_in.database.read() as tx:
            user = accounts.user_by_id(tx, actor.user_id)
            return device is not None and user is not None and knows(tx, user, device)
