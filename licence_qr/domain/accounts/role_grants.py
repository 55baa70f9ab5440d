"""Roles that one person alone gives to nobody: one administrator asks, and a second person answers."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.accounts.requests import words_of
from licence_qr.domain.roles import Role
from licence_qr.wording.text import Text

# Whoever has one of these decides, grades, sets rules, checks others or gives rights. The other roles come from one person.
TAKES_TWO = frozenset({Role.DECIDER, Role.INSPECTOR, Role.CATALOGUE, Role.ADMIN, Role.AUDITOR})
# Among these, those that count in the office of the account alone: in another office they are other roles.
OF_ONE_OFFICE = frozenset({Role.DECIDER, Role.INSPECTOR})
# A week of work for the second person to ask in the office. A rule of this program; no law names a time.
GRANT_DAYS = 7

GRANT_STATE_WORDS = words_of(Text("已授予", "Granted"))


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """Whose roles are looked for; empty fields select all."""

    role: Role | None = None
    office: str = ""


def grave_among(wanted: frozenset[Role], has: frozenset[Role]) -> frozenset[Role]:
    """The roles that take two people, among those that an account would get besides what it has."""
    return (wanted - has) & TAKES_TWO
