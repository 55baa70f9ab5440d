"""Looking for people and their sessions."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.roles import Role


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people are looked for. ``text`` is part of a staff number, a name or a user name; empty fields select all."""

    text: str = ""
    office: str = ""
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class ProvenPerson:
    """Who the identity service says somebody is. ``second_factor``: what they proved it with counts as two factors."""

    staff_no: str
    second_factor: bool


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Whose live sessions are looked for. ``text`` is part of a name or a user name; empty fields select all."""

    text: str = ""
    office: str = ""
    person_id: int = 0
