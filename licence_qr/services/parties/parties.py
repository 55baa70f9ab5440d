"""The parties of applications: kept with the application, shown with their numbers masked, and each look at a whole one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.parties.identity_number import LENGTH, masked, without_numbers
from licence_qr.domain.parties.party import Party, PartyRole
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError
from licence_qr.services.parties.sealing import IdentitySealing
from licence_qr.services.register import access, events, things
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.parties import parties
from licence_qr.store.parties.parties import StoredParty
from licence_qr.store.register import entities

NUMBER_SEEN = "identity_number"  # the field that the trace of a look names
_LAST = 4


@dataclass(frozen=True, slots=True)
class ShownParty:
    """A party as it is shown; ``masked`` is its number, empty where none was given."""

    party_id: int
    role: PartyRole
    name: str
    masked: str
    authority: str
    authority_until: date | None
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of the businesses of an office."""

    database: Database
    identities: IdentitySealing

    def of_business(self, actor: Actor, uscc: str) -> tuple[ShownParty, ...]:
        """The parties of the newest application of a business; none for other offices, and where it names but an applicant
        without a number, who stands on the licence. Raises AccessError ``role_not_allowed``."""
        access.demand(actor, access.READ_BUSINESSES)
        with self.database.read() as tx:
            stored = entities.get(tx, uscc)
            if stored is None or not access.may(actor, access.READ_PARTIES, stored.office):
                return ()
            found = tuple(self._shown(each) for each in parties.newest_of_business(tx, uscc))
        return found if any(each.masked or each.role is PartyRole.AGENT for each in found) else ()

    def whole_number(self, actor: Actor, uscc: str, party_id: int, now: datetime) -> tuple[ShownParty, str]:
        """A party and its whole number. Each time a trace says who looks, before anything is handed out.

        Raises NotFoundError ``thing_not_found``, also where there is no number; AccessError ``identity_number_unreadable``,
        ``other_office`` or ``role_not_allowed``; RegisterError: what cannot be written down is not shown.
        """
        access.demand(actor, access.LOOK_AT_NUMBERS)
        with self.database.read() as tx:
            party, holder = parties.get(tx, party_id), entities.get(tx, uscc)
        if party is None or holder is None or party.uscc != uscc:
            raise things.not_found(things.PARTY)
        access.demand(actor, access.LOOK_AT_NUMBERS, holder.office)
        if party.sealed_number is None:
            raise things.not_found(things.PARTY)
        number = self.identities.open(_place(party.application_no, party.role), party.sealed_number)
        told = {"fields": [NUMBER_SEEN]}
        subject = f"party/{party.party_id}"
        seen = NewEvent(kind=EventKind.DATA_SEEN, subject=subject, at=now, by=actor, uscc=uscc, after=told)
        events.write_of_reader(self.database, seen)
        return self._shown(party), number

    def _shown(self, party: StoredParty) -> ShownParty:
        return ShownParty(
            party_id=party.party_id,
            role=party.role,
            name=party.name,
            masked=self._masked(party),
            authority=party.authority,
            authority_until=party.authority_until,
            origins=party.origins,
        )

    def _masked(self, party: StoredParty) -> str:
        if party.sealed_number is None:
            return ""
        try:
            return masked(self.identities.open(_place(party.application_no, party.role), party.sealed_number))
        except AccessError:
            return party.last_four.rjust(LENGTH, "*")  # the web secret was replaced


def keep_parties(
    tx: Transaction, identities: IdentitySealing, application_no: str, uscc: str, found: Iterable[Party]
) -> None:
    """Keep the parties of an application that is being issued."""
    parties.add(tx, (_stored(identities, application_no, uscc, each) for each in found))


def _stored(identities: IdentitySealing, application_no: str, uscc: str, party: Party) -> StoredParty:
    number = party.number
    return StoredParty(
        application_no=application_no,
        uscc=uscc,
        role=party.role,
        name=party.name,
        sealed_number=identities.seal(_place(application_no, party.role), number) if number else None,
        number_mark=identities.mark(number) if number else None,
        last_four=number[-_LAST:],
        authority=without_numbers(party.authority),
        authority_until=party.authority_until,
        origins=party.origins,
    )


def _place(application_no: str, role: PartyRole) -> str:
    """A number is bound to its row: moved to another it cannot be opened."""
    return f"party/{application_no}/{role}"
