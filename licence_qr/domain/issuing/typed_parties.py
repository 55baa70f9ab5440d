"""What is typed into the fields of the parties, understood: a mask that was left alone, and what a card reader typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from licence_qr.domain.issuing.application import Application
from licence_qr.domain.issuing.draft import Draft, FieldOrigin, TypedField, Typing, shown_field
from licence_qr.domain.parties.card_text import CardText, read_card_text
from licence_qr.domain.parties.identity_number import LENGTH, compact_number, is_identity_number
from licence_qr.domain.parties.party import PartyRole
from licence_qr.domain.register.field_names import IDENTITY_FIELDS, PARTY_FIELDS


def understood(entries: Mapping[str, TypedField], typing: Typing, today: date) -> Typing:
    """``typing`` with the stored number for a mask of it, and with name and number apart where one field brought both.

    What is not understood stays as it was typed.
    """
    fields, origins = dict(typing.fields), dict(typing.origins)
    for number_field, name_field in IDENTITY_FIELDS.items():
        _unmask(entries, fields, number_field)
        for field in (name_field, number_field):
            card = _card(fields.get(field, ""), today, of_number=field == number_field)
            if card is None:
                continue
            if card.name:
                fields[name_field], origins[name_field] = card.name, FieldOrigin.READ
            elif field == name_field:
                fields[name_field] = entries[name_field].text if name_field in entries else ""
            fields[number_field], origins[number_field] = card.number, FieldOrigin.READ
            break
    return replace(typing, fields=fields, origins=origins)


def _card(text: str, today: date, *, of_number: bool) -> CardText | None:
    """What a card reader brought; nothing where somebody has typed a name, or a number into the field of the number."""
    first = compact_number(text)[:LENGTH]
    if of_number and is_identity_number(first, today):
        # A reader that ends each part with Enter has typed the name into the field before, and an address after the number.
        return CardText("", first) if len(compact_number(text)) > LENGTH else None
    return read_card_text(text, today) if text.strip() else None


def _unmask(entries: Mapping[str, TypedField], fields: dict[str, str], name: str) -> None:
    """Put the stored number for its mask: a page shows no other, and sends that back."""
    stored = entries.get(name)
    if stored is not None and fields.get(name, "").strip() == shown_field(name, stored.text).strip():
        fields[name] = stored.text


def with_origins(application: Application, draft: Draft) -> Application:
    """The application, with where each value of its parties came from."""
    names = {
        PartyRole.APPLICANT: ("principal", "principal_id_number"),
        PartyRole.AGENT: tuple(name for name in PARTY_FIELDS if name.startswith("agent_")),
    }
    entries = draft.entries
    parties = (
        replace(
            party, origins={name: entries[name].origin.value for name in names[party.role] if draft.fields.get(name)}
        )
        for party in application.parties
    )
    return replace(application, parties=tuple(parties))
