"""Agreeing to one's own staff number, by which the identity service opens one's account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.identity_service import numbers
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.store.database.connections import Transaction


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """The staff number recorded for somebody; ``waits``: it counts for this account once they have agreed to it."""

    staff_no: str
    waits: bool


@dataclass(frozen=True, slots=True)
class OwnNumbers:
    """Whoever agrees proves who they are by what the identity service does not give."""

    confirming: Confirming

    def of(self, actor: Actor) -> OwnNumber:
        """The number of ``actor``."""
        with self.confirming.sign_in.database.read() as tx:
            return _own(tx, actor)

    def agree(self, actor: Actor, shown: str, given: ProofFrom, now: datetime) -> None:
        """Agree that the number ``shown`` is one's own.

        Raises InputError ``password_missing``, AccessError as ``Confirming.confirm``, ConflictError
        ``person_changed_meanwhile`` where another number is recorded, or this one does not wait.
        """
        given.demand_password()
        self.confirming.confirm(actor, given.proof, agreeing(actor, shown), given.client, now)
        with self.confirming.sign_in.database.write() as tx:
            if _own(tx, actor) != OwnNumber(shown, waits=True):
                raise ConflictError("person_changed_meanwhile")
            note(tx, EventKind.STAFF_NO_AGREED, actor.user_id, actor, now, {"staff_no": shown})


def agreeing(actor: Actor, shown: str) -> ActContent:
    """What is confirmed by whoever agrees to the number ``shown``."""
    return ActContent("agree to staff number", f"account/{actor.user_id}", shown)


def _own(tx: Transaction, actor: Actor) -> OwnNumber:
    user = staff.known_account(tx, actor.user_id)
    staff_no = staff.known(tx, user.actor.person_id).staff_no
    return OwnNumber(staff_no, waits=bool(staff_no) and not numbers.counts(tx, user))
