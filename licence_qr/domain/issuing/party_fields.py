"""The parties of an application, from the fields of the form or of a file."""

from __future__ import annotations

from datetime import date

from licence_qr.domain.parties.party import Party, PartyRole
from licence_qr.domain.register.field_names import PARTY_FIELDS
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.domain.written_dates import without_end

_OF_AGENT = tuple(name for name in PARTY_FIELDS if name.startswith("agent_"))


def read_parties(reader: FieldReader, principal: str, today: date) -> tuple[Party, ...]:
    """The applicant, who is the principal of the business, and the agent, if there is one.

    The identity numbers may be left out; whoever acts as an agent says by which authority. What is wrong is noted in
    ``reader``.
    """
    number = reader.identity_number("principal_id_number", today)
    applicant = Party(PartyRole.APPLICANT, principal, number)
    agent = _agent(reader, today) if any(reader.typed(name) for name in _OF_AGENT) else None
    if agent is None:
        return (applicant,)
    if number and number == agent.number:
        reader.refuse("agent_is_applicant", "agent_id_number")
    return applicant, agent


def _agent(reader: FieldReader, today: date) -> Party:
    name = reader.text("agent_name", missing="agent_name_missing")
    number = reader.identity_number("agent_id_number", today)
    authority = reader.text("agent_authority", missing="agent_authority_missing")
    typed = reader.typed("agent_authority_until")
    until = reader.date("agent_authority_until") if typed and not without_end(typed) else None
    if until is not None and until < today:
        reader.refuse("agent_authority_ended", "agent_authority_until", until=until, today=today)
    return Party(PartyRole.AGENT, name, number, authority, until)
