"""Who acts, and what each role may do. A route or command without a role is closed (deny by default)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles of signed-in people."""

    CLERK = "clerk"  # 窗口人员: takes applications and issues
    INSPECTOR = "inspector"  # 卫生监督员: verifies and visits
    DECIDER = "decider"  # 审批人员: decides what another has proposed (four eyes), never a proposal of their own
    ADMIN = "admin"  # 管理员: accounts, sessions, imports


# Names in histories that are no account's: the calendar, an import, the command line, made-up data, and whoever reports or
# rates.
SYSTEM, IMPORT, COMMAND_LINE, DEMONSTRATION, CITIZEN = "system", "import", "command-line", "demonstration", "citizen"
NOT_PEOPLE = frozenset({SYSTEM, IMPORT, COMMAND_LINE, DEMONSTRATION, CITIZEN})


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or the command line acting for one. ``office`` bounds what they may touch."""

    user_id: int
    username: str
    display_name: str
    office: str
    roles: frozenset[Role]
