"""Access control: which role may do what, and for which office. What is not listed is forbidden.

A use case that takes an actor asks ``demand``; a page that shows only what its reader may do asks ``may`` about the
same right. The roles for an act on a licence or permit are part of the act's entry: ``of_act`` makes a right of it.
Rules about a person instead of a role (nobody decides their own proposal, only its officer sends a visit) are checked
by the use case.
"""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.lifecycle.acts import Rule, SubjectKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError
from licence_qr.services.register import things
from licence_qr.wording.text import Text

Roles = frozenset[Role]

# Whoever deals with cases, and whoever may read them. Administrators and the keepers of the catalogue are neither.
_OFFICERS: Roles = frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER})
_READERS: Roles = _OFFICERS | {Role.SUPERVISOR, Role.AUDITOR}
_CLERKS: Roles = frozenset({Role.CLERK})
_INSPECTORS: Roles = frozenset({Role.INSPECTOR})
_DECIDERS: Roles = frozenset({Role.DECIDER})
_SUPERVISORS: Roles = frozenset({Role.SUPERVISOR})
_AUDITORS: Roles = frozenset({Role.AUDITOR})
_ADMINISTRATORS: Roles = frozenset({Role.ADMIN})
_OVERSEERS: Roles = _SUPERVISORS | _AUDITORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The right to do one thing to one kind of thing, for ``roles`` of the office that the thing belongs to.

    ``everywhere``: the roles that reach things of every office; they may do it there if they are among ``roles`` too. On
    things of another office an account has no other role. ``unassigned``: things of no office yet are of every office.
    """

    thing: Text
    roles: Roles
    everywhere: Roles = frozenset()
    unassigned: bool = False


TAKE_APPLICATIONS = Right(thing=things.APPLICATION, roles=_CLERKS)
# Of the items of cases: what their authority decides, at an office of its own; what is shown to the window, and what the
# applicant brings to it for the authority.
DECIDE_ITEMS = Right(thing=things.ITEM, roles=_DECIDERS)
RECORD_SHOWN = Right(thing=things.ITEM, roles=_CLERKS)
PASS_ON_ITEMS = Right(thing=things.ITEM, roles=_CLERKS)
# The parties of applications are internal; a whole identity number is for whoever handles them.
READ_PARTIES = Right(thing=things.BUSINESS, roles=_READERS, everywhere=_AUDITORS)
LOOK_AT_NUMBERS = Right(thing=things.PARTY, roles=_CLERKS | _DECIDERS)
TELL_APPLICANTS = Right(thing=things.ITEM, roles=_CLERKS)
INVITE_TO_RATE = Right(thing=things.APPLICATION, roles=_CLERKS)
# The document is public; the signature, and who the agent was, are the office's.
READ_PROMISES = Right(thing=things.PROMISE, roles=_READERS, everywhere=_AUDITORS)
# Licences and permits are public facts; who entered them and why is internal.
READ_BUSINESSES = Right(thing=things.BUSINESS, roles=_READERS, everywhere=_READERS)
READ_INTERNAL_HISTORY = Right(thing=things.BUSINESS, roles=_READERS, everywhere=_AUDITORS)
ACT_ON_LICENCES = Right(thing=things.BUSINESS, roles=_CLERKS)  # any act; each entry says who may do it
ACT_ON_PERMITS = Right(thing=things.PERMIT, roles=_CLERKS | _INSPECTORS)
READ_PROPOSALS = Right(thing=things.PROPOSAL, roles=_READERS, everywhere=_AUDITORS)
PROPOSE = Right(thing=things.PROPOSAL, roles=_CLERKS | _INSPECTORS)  # any act, as above
DECIDE_PROPOSALS = Right(thing=things.PROPOSAL, roles=_DECIDERS)
READ_FOLLOW_UPS = Right(thing=things.PERMIT, roles=_INSPECTORS | _DECIDERS | _OVERSEERS, everywhere=_AUDITORS)
RECORD_FOLLOW_UPS = Right(thing=things.PERMIT, roles=_INSPECTORS)
MAKE_INSPECTIONS = Right(thing=things.INSPECTION, roles=_INSPECTORS)
READ_INSPECTIONS = Right(thing=things.INSPECTION, roles=_READERS, everywhere=_AUDITORS)
DECIDE_INSPECTIONS = Right(thing=things.INSPECTION, roles=_CLERKS)
READ_NAMED_CHECKS = Right(thing=things.INSPECTION, roles=_READERS, everywhere=_AUDITORS)
DECIDE_NAMED_CHECKS = Right(thing=things.INSPECTION, roles=_CLERKS)
READ_ORDERS = Right(thing=things.ORDER, roles=_READERS, everywhere=_AUDITORS)
READ_DRAWS = Right(thing=things.DRAW, roles=_READERS, everywhere=_AUDITORS)
DRAW = Right(thing=things.DRAW, roles=_CLERKS | _DECIDERS)  # inspectors are drawn
READ_IMPORTED_ROWS = Right(
    thing=things.IMPORTED_ROW, roles=_CLERKS | _OVERSEERS, everywhere=_OVERSEERS, unassigned=True
)
# Auditors reach the rows, reports and ratings of every office and handle none: they are refused for the role, not for the
# office. So are supervisors with reports.
DECIDE_IMPORTED_ROWS = Right(
    thing=things.IMPORTED_ROW, roles=_CLERKS | _SUPERVISORS, everywhere=_OVERSEERS, unassigned=True
)
READ_REPORTS = Right(thing=things.REPORT, roles=_READERS, everywhere=_OVERSEERS)
# A supervisor passes on reports of the wrong office or of none, and may not read contacts.
PASS_ON_REPORTS = Right(thing=things.REPORT, roles=_OFFICERS | _SUPERVISORS, everywhere=_OVERSEERS)
HANDLE_REPORTS = Right(thing=things.REPORT, roles=_OFFICERS, everywhere=_OVERSEERS)
HANDLE_RATINGS = Right(thing=things.RATING, roles=_CLERKS | _DECIDERS)
READ_RATING_FIGURES = Right(
    thing=things.RATING, roles=_CLERKS | _DECIDERS | _OVERSEERS, everywhere=_AUDITORS
)  # figures without a case
# Each role sees its kinds of task; those of administrators are about people.
SEE_WORK = Right(thing=things.TASK, roles=_READERS | _ADMINISTRATORS, everywhere=_AUDITORS)
# Taking is for whoever may do the task; supervisors share out the work of their office.
HAND_OVER_TASKS = Right(thing=things.TASK, roles=_OFFICERS | _SUPERVISORS)
# The list in a calendar outside needs no password: it is for those whose tasks they are.
SUBSCRIBE_TO_WORK = Right(thing=things.TASK, roles=_OFFICERS | _SUPERVISORS)
_CATALOGUE_READERS: Roles = _OVERSEERS | _ADMINISTRATORS | {Role.CATALOGUE}
READ_DELEGATIONS = Right(thing=things.DELEGATION, roles=_CATALOGUE_READERS, everywhere=_CATALOGUE_READERS)
# Supervisors see who works in their office.
READ_PEOPLE = Right(thing=things.PERSON, roles=_ADMINISTRATORS | _OVERSEERS, everywhere=_ADMINISTRATORS | _AUDITORS)
MANAGE_PEOPLE = Right(thing=things.PERSON, roles=_ADMINISTRATORS, everywhere=_ADMINISTRATORS)
# Whoever is absent records that too, and whoever stands in reads it: that is the person's own, and the use case's to see.
READ_ABSENCES = Right(thing=things.ABSENCE, roles=READ_PEOPLE.roles, everywhere=READ_PEOPLE.everywhere)
MANAGE_ABSENCES = Right(thing=things.ABSENCE, roles=_ADMINISTRATORS | _SUPERVISORS, everywhere=_ADMINISTRATORS)
# A second person, besides the administrator who asks: whoever knows the people of the office.
CONFIRM_RESETS = Right(thing=things.PERSON, roles=_ADMINISTRATORS | _SUPERVISORS, everywhere=_ADMINISTRATORS)
# Who holds which role, and the second person for roles that one administrator gives to nobody: another, or an auditor.
CONFIRM_ROLES = Right(thing=things.PERSON, roles=_ADMINISTRATORS | _AUDITORS, everywhere=_ADMINISTRATORS | _AUDITORS)
# Who did what and saw what: history and traces of every office.
READ_TRACES = Right(thing=things.TRACE, roles=_AUDITORS, everywhere=_AUDITORS)


def of_act(rule: Rule) -> Right:
    """The right to do one act on a licence or permit, or to propose it if it takes two people."""
    return Right(thing=things.BUSINESS if rule.kind is SubjectKind.LICENCE else things.PERMIT, roles=rule.roles)


def may(actor: Actor, right: Right, *offices: str) -> bool:
    """Whether ``actor`` has the right: on a thing that belongs to one of ``offices``, or on any at all without them."""
    roles = actor.roles if _at_home(actor, right, offices) else actor.roles & right.everywhere
    return bool(right.roles & roles)


def demand(actor: Actor, right: Right, *offices: str) -> None:
    """Raise unless ``may``. The error names the first of ``offices``.

    The office is checked before the role. A use case that checks the role first demands the right without an office before
    it looks the thing up. Raises AccessError ``other_office`` or ``role_not_allowed``.
    """
    if not (_at_home(actor, right, offices) or right.everywhere & actor.roles):
        thing = right.thing
        raise AccessError("other_office", thing_zh=thing.zh, thing_en=thing.en, office=offices[0] or "—")
    if not may(actor, right, *offices):
        raise role_refused()


def role_refused() -> AccessError:
    """What somebody is told who lacks the role, where the thing itself decides who may."""
    return AccessError("role_not_allowed")


def office_bound(actor: Actor, right: Right) -> str | None:
    """The office to which a list must be limited; None for all offices. Raises AccessError ``role_not_allowed``."""
    demand(actor, right)
    return None if right.roles & right.everywhere & actor.roles else actor.office


def _at_home(actor: Actor, right: Right, offices: tuple[str, ...]) -> bool:
    return not offices or actor.office in offices or (right.unassigned and "" in offices)
