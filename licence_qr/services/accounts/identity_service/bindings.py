"""Each person is bound to the identity by which they first came in.

A staff number is given again when somebody leaves, and is typed by people. The subject of the service (``sub``, OpenID
Connect Core 1.0, section 2) is never given again. So the number says once who somebody is; after that they are whoever the
service calls by the same subject, and another one with that number is refused until an administrator has looked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.people import ProvenPerson
from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import BY_ITSELF, Actor, Via
from licence_qr.errors import AccessError, ConflictError, InputError
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.identity_service import ways_in
from licence_qr.services.accounts.identity_service.ways_in import ShutOut
from licence_qr.services.accounts.notes import note_of_person
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.register import access
from licence_qr.services.register.access import MANAGE_PEOPLE, READ_PEOPLE
from licence_qr.store.accounts import identity_bindings, persons
from licence_qr.store.accounts.identity_bindings import Binding
from licence_qr.store.database.connections import Database, Transaction

MAX_REASON_CHARS = 500


def demand(tx: Transaction, proven: ProvenPerson, person_id: int) -> Binding | None:
    """What the person is bound to; None before they first come in by this service.

    Raises AccessError ``identity_service_other_identity`` where they are bound to another identity of it, or somebody else
    is bound to this one.
    """
    bound = _of_this_service(tx, proven, person_id)
    if _conflicting(tx, proven, person_id):
        raise AccessError("identity_service_other_identity", staff_no=proven.staff_no)
    return bound


def bind(tx: Transaction, proven: ProvenPerson, by: Actor, now: datetime) -> None:
    """Bind the person of ``by``, who has come in, unless they are bound already."""
    if _of_this_service(tx, proven, by.person_id) is None:
        identity_bindings.put(tx, Binding(by.person_id, proven.identity, now))
        note_of_person(tx, EventKind.IDENTITY_BOUND, by.person_id, by, now, _facts(proven))


def note_refused(tx: Transaction, proven: ProvenPerson, via: Via, now: datetime) -> None:
    """Let administrators see whom ``demand`` has refused: as an event the first time, and on the page of the person."""
    known = persons.by_staff_no(tx, proven.staff_no)
    for binding in _conflicting(tx, proven, known.person_id) if known else ():
        if binding.refused_at is None:
            said = _facts(proven) | {"staff_no": proven.staff_no}
            note_of_person(tx, EventKind.IDENTITY_REFUSED, binding.person_id, BY_ITSELF.coming(via), now, after=said)
        identity_bindings.note_refused(tx, binding.person_id, now)


@dataclass(frozen=True, slots=True)
class IdentityBindings:
    """Unbinding a person, for administrators. What they are bound to is on the page of the person (``PersonView``)."""

    database: Database
    confirming: Confirming

    def shut_out(self, actor: Actor, person_id: int) -> ShutOut:
        """What shuts out the owner of an account that only the service opens. Raises AccessError, NotFoundError
        ``thing_not_found``."""
        access.demand(actor, READ_PEOPLE)
        with self.database.read() as tx:
            access.demand(actor, READ_PEOPLE, staff.known(tx, person_id).office)
            return ways_in.shut_out(tx, person_id)

    def unbind(self, actor: Actor, person_id: int, reason: str, was: str, given: ProofFrom, now: datetime) -> None:
        """Unbind a person; who next comes with their staff number is bound. ``was`` is ``state_of`` what the form showed.

        Raises AccessError, also ``own_account`` and as ``Confirming.confirm``; InputError ``password_missing``; and as
        ``unbind_by``.
        """
        access.demand(actor, MANAGE_PEOPLE)
        if actor.person_id == person_id:
            raise AccessError("own_account")
        given.demand_password()
        reason = _reason(reason)
        content = replace(unbinding(person_id, was), typed=(("reason", reason),))
        self.confirming.confirm(actor, given.proof, content, given.client, now)
        self.unbind_by(person_id, reason, actor, now, was)

    def unbind_by(self, person_id: int, reason: str, by: Actor, now: datetime, was: str | None = None) -> None:
        """``unbind`` in the name of ``by``, who has been asked already or is at the machine.

        Raises InputError ``unbinding_reason_missing`` or ``text_too_long``, ConflictError ``person_changed_meanwhile`` (also
        where they are bound to nothing), NotFoundError ``thing_not_found``.
        """
        reason = _reason(reason)
        with self.database.write() as tx:
            staff.known(tx, person_id)
            bound = identity_bindings.of_person(tx, person_id)
            if bound is None:
                raise ConflictError("person_changed_meanwhile")
            staff.demand_unchanged(was, state_of(bound))
            identity_bindings.remove(tx, person_id)
            before = {"issuer": bound.identity.issuer, "sub": bound.identity.sub}
            note_of_person(tx, EventKind.IDENTITY_UNBOUND, person_id, by, now, before=before, after={"reason": reason})


def state_of(bound: Binding) -> str:
    """What a person is bound to, as one text that a form carries."""
    return "|".join((bound.identity.issuer, bound.identity.sub, bound.bound_at.isoformat()))


def unbinding(person_id: int, was: str) -> ActContent:
    """What is confirmed by whoever unbinds, but for the reason, which is typed."""
    return ActContent("unbind identity", f"person/{person_id}", was)


def _of_this_service(tx: Transaction, proven: ProvenPerson, person_id: int) -> Binding | None:
    """Bound to an identity of another service counts as not bound: whoever runs this installation has chosen a new one."""
    bound = identity_bindings.of_person(tx, person_id)
    return bound if bound and bound.identity.issuer == proven.identity.issuer else None


def _conflicting(tx: Transaction, proven: ProvenPerson, person_id: int) -> tuple[Binding, ...]:
    """The bindings that say that this identity is not this person."""
    own, other = _of_this_service(tx, proven, person_id), identity_bindings.of_identity(tx, proven.identity)
    told = (own if own and own.identity != proven.identity else None, other if other and other != own else None)
    return tuple(each for each in told if each)


def _reason(typed: str) -> str:
    reason = demand_length(plain_line(typed), MAX_REASON_CHARS, "reason")
    if not reason:
        raise InputError("unbinding_reason_missing", field="reason")
    return reason


def _facts(proven: ProvenPerson) -> dict[str, object]:
    return {"issuer": proven.identity.issuer, "sub": proven.identity.sub}
