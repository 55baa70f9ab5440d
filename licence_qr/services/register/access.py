"""The one gate: which role may do what, and for which office. Nothing else decides it, and what stands nowhere is closed.

A use case that takes an actor asks ``demand``; a page that shows only what its reader may do asks ``may`` about the same
right. What may be done to a licence or permit, and by which role, stands with the act: ``of_act`` makes a right of it.
What hangs on one person and not on a role (nobody decides their own proposal, only its officer sends a visit) stands with
the thing itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.lifecycle.acts import Rule, SubjectKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError
from licence_qr.services.register import things
from licence_qr.wording.text import Text

Roles = frozenset[Role]

_EVERYBODY: Roles = frozenset(Role)
_CLERKS: Roles = frozenset({Role.CLERK})
_INSPECTORS: Roles = frozenset({Role.INSPECTOR})
_DECIDERS: Roles = frozenset({Role.DECIDER})
_ADMINISTRATORS: Roles = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """To do one thing to one kind of thing: ``roles`` may, where the thing belongs to the office of their account.

    ``everywhere``: the roles that reach things of every office; they may do it there if they are among ``roles`` too. On
    things of another office an account has no other role. ``unassigned``: things of no office yet are of every office.
    """

    thing: Text
    roles: Roles
    everywhere: Roles = frozenset()
    unassigned: bool = False


TAKE_APPLICATIONS = Right(thing=things.APPLICATION, roles=_CLERKS)
INVITE_TO_RATE = Right(thing=things.APPLICATION, roles=_CLERKS)
# Licences and permits are public facts; who entered them, and why, is not.
READ_BUSINESSES = Right(thing=things.BUSINESS, roles=_EVERYBODY, everywhere=_EVERYBODY)
READ_INTERNAL_HISTORY = Right(thing=things.BUSINESS, roles=_EVERYBODY, everywhere=_ADMINISTRATORS)
ACT_ON_LICENCES = Right(thing=things.BUSINESS, roles=_CLERKS)  # some act or other; each says who may do it
ACT_ON_PERMITS = Right(thing=things.PERMIT, roles=_CLERKS | _INSPECTORS)
READ_PROPOSALS = Right(thing=things.PROPOSAL, roles=_CLERKS | _INSPECTORS | _DECIDERS)
PROPOSE = Right(thing=things.PROPOSAL, roles=_CLERKS | _INSPECTORS)  # some act or other, as above
DECIDE_PROPOSALS = Right(thing=things.PROPOSAL, roles=_DECIDERS)
READ_FOLLOW_UPS = Right(thing=things.PERMIT, roles=_INSPECTORS | _DECIDERS)
RECORD_FOLLOW_UPS = Right(thing=things.PERMIT, roles=_INSPECTORS)
MAKE_INSPECTIONS = Right(thing=things.INSPECTION, roles=_INSPECTORS)
READ_INSPECTIONS = Right(thing=things.INSPECTION, roles=_EVERYBODY)
DECIDE_INSPECTIONS = Right(thing=things.INSPECTION, roles=_CLERKS)
READ_ORDERS = Right(thing=things.ORDER, roles=_EVERYBODY)
READ_DRAWS = Right(thing=things.DRAW, roles=_EVERYBODY)
DRAW = Right(thing=things.DRAW, roles=_CLERKS | _DECIDERS)  # inspectors are drawn
DECIDE_IMPORTED_ROWS = Right(
    thing=things.IMPORTED_ROW, roles=_CLERKS | _ADMINISTRATORS, everywhere=_ADMINISTRATORS, unassigned=True
)
# An administrator passes on what stands with the wrong office or with none, and reads nobody's telephone number.
OVERSEE_REPORTS = Right(thing=things.REPORT, roles=_EVERYBODY, everywhere=_ADMINISTRATORS)
# Administrators reach the reports of every office and handle none: they are refused for the role, not for the office.
HANDLE_REPORTS = Right(thing=things.REPORT, roles=_CLERKS | _INSPECTORS | _DECIDERS, everywhere=_ADMINISTRATORS)
HANDLE_RATINGS = Right(thing=things.RATING, roles=_CLERKS | _DECIDERS)
READ_RATING_FIGURES = Right(
    thing=things.RATING, roles=_CLERKS | _DECIDERS | _ADMINISTRATORS, everywhere=_ADMINISTRATORS
)  # figures without a case

SEE_WORK = Right(thing=things.TASK, roles=_EVERYBODY, everywhere=_ADMINISTRATORS)  # each the kinds of their roles


def of_act(rule: Rule) -> Right:
    """The right to do, or where it takes two people to propose, one act on a licence or permit."""
    return Right(thing=things.BUSINESS if rule.kind is SubjectKind.LICENCE else things.PERMIT, roles=rule.roles)


def may(actor: Actor, right: Right, *offices: str) -> bool:
    """Whether ``actor`` has the right: on a thing that belongs to one of ``offices``, or on any at all without them."""
    roles = actor.roles if _at_home(actor, right, offices) else actor.roles & right.everywhere
    return bool(right.roles & roles)


def demand(actor: Actor, right: Right, *offices: str) -> None:
    """Let ``actor`` pass or refuse, as ``may``. ``offices`` begins with the one that a refusal names.

    The office is checked before the role. A use case that checks the role first demands the right without an office before
    it looks the thing up. Raises AccessError ``other_office`` or ``role_not_allowed``.
    """
    if not (_at_home(actor, right, offices) or right.everywhere & actor.roles):
        thing = right.thing
        raise AccessError("other_office", thing_zh=thing.zh, thing_en=thing.en, office=offices[0] or "—")
    if not may(actor, right, *offices):
        raise AccessError("role_not_allowed")


def office_bound(actor: Actor, right: Right) -> str | None:
    """The office whose things a list is to hold; None for those of all. Raises AccessError ``role_not_allowed``."""
    demand(actor, right)
    return None if right.roles & right.everywhere & actor.roles else actor.office


def _at_home(actor: Actor, right: Right, offices: tuple[str, ...]) -> bool:
    return not offices or actor.office in offices or (right.unassigned and "" in offices)
