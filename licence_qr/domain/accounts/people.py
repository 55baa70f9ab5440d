"""Looking for people and their sessions."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.roles import Role
from licence_qr.errors import InputError
from licence_qr.wording.terms import term

MOST_USERNAME = 40  # characters
_MOST_NAME, _MOST_STAFF_NO = 60, 40


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people are looked for. ``text`` is part of a staff number, a name or a user name; empty fields select all."""

    text: str = ""
    office: str = ""
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class ServiceIdentity:
    """Whom an identity service means: its name for itself, and its name for somebody, which it gives to nobody else (``iss``
    and ``sub`` of OpenID Connect)."""

    issuer: str
    sub: str


@dataclass(frozen=True, slots=True)
class ProvenPerson:
    """Who the identity service says somebody is. ``second_factor``: what they proved it with counts as two factors."""

    identity: ServiceIdentity
    staff_no: str
    second_factor: bool


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Whose live sessions are looked for. ``text`` is part of a name or a user name; empty fields select all."""

    text: str = ""
    office: str = ""
    person_id: int = 0


def written_name(typed: str) -> str:
    """The name of a person as it is kept, wherever it was typed: on one line, without what nobody sees.

    Raises InputError ``person_name_missing`` or ``text_too_long``.
    """
    name = plain_line(typed)
    if not name:
        raise InputError("person_name_missing", field="name")
    return demand_length(name, _MOST_NAME, "name", term("field.person_name"))


def written_staff_no(typed: str) -> str:
    """A staff number as it is kept, likewise; empty for none. Raises InputError ``text_too_long``."""
    return demand_length(plain_line(typed), _MOST_STAFF_NO, "staff_no", term("field.staff_number"))
