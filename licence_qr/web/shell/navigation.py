"""The rooms of the staff's pages: who may enter each, and so where the navigation and signing in lead."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.cases.officers import Officers
from licence_qr.services.register import access
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.security import EVERYBODY, admits, signed_in
from licence_qr.wording.terms import term


@dataclass(frozen=True, slots=True)
class Room:
    """Pages for the same people. ``endpoint`` is the first of them; the names of all begin with ``within``.

    ``of_authority``: only for accounts at an authority's own office.
    """

    endpoint: str
    within: str
    words: Text
    roles: frozenset[Role]
    of_authority: bool = False


# Where the day starts for everybody who has tasks.
HOME = Room("desk.show_start", "desk.show_start", Text("首页", "Home"), access.SEE_WORK.roles)
# What windows have sent on to an authority.
ITEMS = Room("desk.items.list_items", "desk.items", Text("事项", "Items"), access.DECIDE_ITEMS.roles, of_authority=True)
# What waits for somebody; each sees the kinds of their roles.
WORK = Room("desk.work.list_work", "desk.work", term("record.tasks"), access.SEE_WORK.roles)
# Licences and permits are public facts; whoever works with them may look them up and print them.
BUSINESSES = Room(
    "desk.businesses.search_businesses",
    "desk.businesses",
    term("act.find_a_business"),
    access.READ_BUSINESSES.roles,
)
WAITING_ROWS = Room(
    "desk.waiting.list_waiting_rows",
    "desk.waiting",
    term("record.import_review"),
    access.READ_IMPORTED_ROWS.roles,
)
REPORTS = Room(
    "desk.reports.list_reports",
    "desk.reports",
    term("record.reports"),
    access.READ_REPORTS.roles,
)
RATINGS = Room(
    "desk.ratings.show_statistics",
    "desk.ratings",
    term("record.ratings"),
    access.READ_RATING_FIGURES.roles,
)
# Whoever deals with businesses sees what is proposed in their office; who may propose or decide, the act and the role say.
PROPOSALS = Room(
    "desk.proposals.list_proposals",
    "desk.proposals",
    term("record.proposals"),
    access.READ_PROPOSALS.roles,
)
FOLLOW_UPS = Room(
    "desk.follow_ups.list_follow_ups",
    "desk.follow_ups",
    term("inspection.commitment_checks"),
    access.READ_FOLLOW_UPS.roles,
)
# Within it the random draws too.
INSPECTIONS = Room(
    "desk.inspections.list_inspections",
    "desk.inspection",
    term("inspection.inspections"),
    access.READ_INSPECTIONS.roles,
)
PACK = Room("inspect.show_pack", "inspect.show_pack", term("record.pack"), access.MAKE_INSPECTIONS.roles)
PEOPLE = Room("desk.people.list_people", "desk.people", term("record.people"), access.READ_PEOPLE.roles)
OFFICES = Room("desk.offices.list_offices", "desk.offices", term("record.offices"), access.READ_DELEGATIONS.roles)
AUDIT = Room("desk.audit.list_audit", "desk.audit", Text("审计", "Audit"), access.READ_TRACES.roles)
SESSIONS = Room("sign_in.show_sessions", "sign_in.show_sessions", Text("我的登录", "My sessions"), EVERYBODY)
# Reached from there.
SECOND_FACTOR = Room("second_factor.show_own", "second_factor", Text("第二重验证", "Second factor"), EVERYBODY)
officers = Handed(Officers)
# In the order of the navigation.
ROOMS = (
    HOME,
    ITEMS,
    WORK,
    BUSINESSES,
    PROPOSALS,
    FOLLOW_UPS,
    INSPECTIONS,
    WAITING_ROWS,
    REPORTS,
    RATINGS,
    PACK,
    PEOPLE,
    OFFICES,
    AUDIT,
    SESSIONS,
)


def rooms_of(actor: Actor) -> tuple[Room, ...]:
    """The rooms that ``actor`` may enter, in the order of the navigation."""
    office = catalogue().offices.get(actor.office)
    decides = office is not None and bool(office.authority)
    return tuple(room for room in ROOMS if admits(room.roles, actor) and (decides or not room.of_authority))


def first_room(actor: Actor) -> Room:
    """Where the day of ``actor`` starts."""
    return next(iter(rooms_of(actor)), SESSIONS)


def open_rooms() -> tuple[Room, ...]:
    """The rooms of whoever is signed in, for the navigation; none while the session wants something first."""
    actor = signed_in()
    return rooms_of(actor) if actor else ()


def items_waiting() -> int:
    """How many items wait for the authority of whoever is signed in, for its room in the navigation."""
    actor = signed_in()
    return officers().count(actor) if actor else 0
