"""Roles and actors. A route or command without a role is closed (deny by default)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles of signed-in people."""

    CLERK = "clerk"  # 窗口人员: takes applications and issues
    INSPECTOR = "inspector"  # 卫生监督员: verifies and visits
    DECIDER = "decider"  # 审批人员: decides what another person has proposed (four eyes)
    ADMIN = "admin"  # 管理员: accounts, sessions, imports


# Actors in histories that are not accounts: the calendar, an import, the command line, demonstration data, citizens who
# report or rate.
SYSTEM, IMPORT, COMMAND_LINE, DEMONSTRATION, CITIZEN = "system", "import", "command-line", "demonstration", "citizen"
NOT_PEOPLE = frozenset({SYSTEM, IMPORT, COMMAND_LINE, DEMONSTRATION, CITIZEN})


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or the command line acting for one. ``office`` limits their access."""

    user_id: int
    username: str
    display_name: str
    office: str
    roles: frozenset[Role]
