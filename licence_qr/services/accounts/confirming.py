"""Confirming a grave act: the password and the second factor of the signed-in person, for this act only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.act_content import ActContent, Typed, bound
from licence_qr.domain.accounts.second_factor import Factor
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError
from licence_qr.services.accounts.second_factor import limits
from licence_qr.services.accounts.second_factor.checking import FactorChecks, Proof
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.store.accounts.accounts import User

_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Confirming:
    """What every grave act asks before it is done."""

    sign_in: SignIn
    checks: FactorChecks

    def confirm(
        self, actor: Actor, proof: Proof, content: ActContent, client: str, now: datetime, *, beside: str = ""
    ) -> None:
        """Check the password, and the second factor if ``actor`` has or needs one, for ``content``.

        This is the one gate of grave acts. A confirmation cannot be used again, nor for another answer to the same question:
        a code counts once, and a passkey answers a challenge that was made for this content and session.

        ``beside``: as for ``SignIn.confirm_password``. Raises AccessError ``password_wrong``, ``password_throttled``,
        ``second_factor_wrong``, ``second_factor_throttled``, ``second_factor_unreadable`` or
        ``second_factor_not_enrolled``, and ``password_not_own`` for a password that somebody else has set. Sessions stay.
        """
        needed = self.demanded_of(actor)
        self.sign_in.confirm_password(actor, proof.password, client, now, beside=beside)
        if needed:
            self._confirm_factor(actor, proof, content, now)

    def confirm_own(
        self,
        actor: Actor,
        proof: Proof,
        content: ActContent,
        client: str,
        now: datetime,
        *,
        factor_follows: bool = False,
    ) -> User:
        """``confirm`` for a change to one's own password and factors; return the account that the password opened.

        The first factor is enrolled with the password alone, by whoever came in by the identity service also with one that
        somebody else has set. ``factor_follows``: in a sign-in that asks for the factor
        after this, and opens nothing before.
        """
        user = self.sign_in.confirm_password(actor, proof.password, client, now, of_own_choice=False)
        if not factor_follows and self.checks.has_factor(actor):
            self._confirm_factor(actor, proof, content, now)
        return user

    def demanded_of(self, actor: Actor) -> bool:
        """Whether a second factor is asked for. Raises AccessError ``second_factor_not_enrolled`` if it is missing."""
        has = self.checks.has_factor(actor)
        if not has and self.checks.is_required(actor):
            raise AccessError("second_factor_not_enrolled")
        return has

    def factors_of(self, actor: Actor) -> frozenset[Factor]:
        """The second factors that ``confirm`` will accept one of; none where it asks for none."""
        with self.checks.database.read() as tx:
            return self.checks.enrolled(tx, actor.user_id)

    def challenge(self, actor: Actor, shown: str, typed: Typed, now: datetime) -> str:
        """The JSON with which the browser asks for a passkey, for the act of this ``ActContent.shown`` with what was typed.

        Raises AccessError ``passkeys_not_here``.
        """
        if not _DIGEST.fullmatch(shown):
            raise AccessError("passkeys_not_here")
        return self.checks.challenge(actor, _purpose(bound(shown, typed)), now)

    def _confirm_factor(self, actor: Actor, proof: Proof, content: ActContent, now: datetime) -> None:
        self.checks.check(actor, proof, _purpose(content.digest), limits.of_confirming(actor.user_id), now)


def _purpose(digest: str) -> str:
    return f"act {digest}"
