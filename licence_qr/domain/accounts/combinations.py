"""Which roles one person must not have together, and which are better apart.

Refused is what would make a check worthless: who audits has nothing of their own to audit, and who gives rights gives them
to somebody else. Clerk and decider together are only told: nobody decides their own proposal, whatever roles they have
(docs/trade/four-eyes.md), and a small office may have nobody else. Accounts from before keep their roles, and are told.
"""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.roles import Role
from licence_qr.wording.text import Text

Roles = frozenset[Role]

_OFFICERS: Roles = frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER})


@dataclass(frozen=True, slots=True)
class Apart:
    """Whoever has one of ``these`` should have none of ``those``; ``refused``: must not."""

    these: Roles
    those: Roles
    refused: bool
    why: Text

    def met_by(self, roles: Roles) -> bool:
        """Whether ``roles`` are such a combination."""
        return bool(self.these & roles and self.those & roles)


APART = (
    Apart(
        these=frozenset({Role.AUDITOR}),
        those=frozenset(Role) - {Role.AUDITOR},
        refused=True,
        why=Text("审计人员只查看，不能兼任其他角色", "an auditor only reads and has no other role"),
    ),
    Apart(
        these=frozenset({Role.ADMIN}),
        those=_OFFICERS | {Role.SUPERVISOR},
        refused=True,
        why=Text("管理人员和账号的人，不能兼办业务", "whoever manages people and accounts deals with no cases"),
    ),
    Apart(
        these=frozenset({Role.DECIDER}),
        those=frozenset({Role.CLERK, Role.INSPECTOR}),
        refused=False,
        why=Text("提出和决定宜由不同的人担任", "proposing and deciding are better done by different people"),
    ),
    Apart(
        these=frozenset({Role.CATALOGUE}),
        those=_OFFICERS | {Role.SUPERVISOR, Role.ADMIN},
        refused=False,
        why=Text(
            "维护目录和办理业务宜由不同的人担任", "the catalogue is better kept by somebody without other work here"
        ),
    ),
)


def met_by(roles: Roles) -> tuple[Apart, ...]:
    """The combinations that somebody with ``roles`` has, those that are refused first."""
    return tuple(apart for apart in APART if apart.met_by(roles))


def refused_of(roles: Roles) -> Apart | None:
    """The first combination among ``roles`` that must not be, or None."""
    return next((apart for apart in met_by(roles) if apart.refused), None)
