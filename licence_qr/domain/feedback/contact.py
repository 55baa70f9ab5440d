"""How somebody who reported or rated wants to be called back: a telephone number or an email address."""

from __future__ import annotations

from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.errors import InputError

MOST_CONTACT = 100  # characters
_LEAST_DIGITS = 7  # in a telephone number


def parse_contact(text: str, field: str = "contact") -> str:
    """Read a contact as typed, on one line; empty if none was left.

    Raises InputError ``text_too_long``, or ``report_contact_unusable`` if it is neither a number nor an address.
    """
    contact = demand_length(plain_line(text), MOST_CONTACT, field)
    if contact and "@" not in contact and sum(char.isdigit() for char in contact) < _LEAST_DIGITS:
        raise InputError("report_contact_unusable", field=field)
    return contact
