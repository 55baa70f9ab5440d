"""The staff's pages (窗口): where the day starts. The other pages are blueprints of their own inside this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Actor
from licence_qr.domain.work.whose import Whose
from licence_qr.services.importing.review import Waiting
from licence_qr.services.issuing.drafts import Applications
from licence_qr.services.register import access
from licence_qr.services.work.work_list import WorkFilter, WorkList
from licence_qr.web import current_instant
from licence_qr.web.desk.accounts import absences, offices
from licence_qr.web.desk.accounts import acts as people_acts
from licence_qr.web.desk.accounts import factor_resets as people_resets
from licence_qr.web.desk.accounts import identities as people_identities
from licence_qr.web.desk.accounts import pages as people
from licence_qr.web.desk.accounts import role_pages as people_roles
from licence_qr.web.desk.accounts import staff_sessions as people_sessions
from licence_qr.web.desk.audit import pages as audit
from licence_qr.web.desk.businesses import history, parties
from licence_qr.web.desk.businesses import pages as desk_businesses
from licence_qr.web.desk.businesses import promises as desk_promises
from licence_qr.web.desk.cases import counter, items, telling
from licence_qr.web.desk.feedback import ratings, reports
from licence_qr.web.desk.importing import review
from licence_qr.web.desk.inspecting import draws, follow_ups, inspections, named_checks, second_officer
from licence_qr.web.desk.issuing import commitment, details, issue, trade
from licence_qr.web.desk.issuing import drafts as issuing_drafts
from licence_qr.web.desk.lifecycle import act, procedure
from licence_qr.web.desk.proposals import pages as desk_proposals
from licence_qr.web.desk.words import chinese_day, clock_time, explained, moment, need_words, office_name, shown_text
from licence_qr.web.desk.work import hand_over, words, work_list
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.navigation import HOME, SESSIONS, first_room, items_waiting, open_rooms
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles, session_holder

RECENTLY = 5
MINE_SHOWN, FREE_SHOWN = 8, 5

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@dataclass(frozen=True, slots=True)
class StartServices:
    """The services that the start page uses."""

    applications: Applications
    waiting: Waiting
    work_list: WorkList


services = Handed(StartServices)
for pages in (
    trade,
    details,
    commitment,
    issuing_drafts,
    issue,
    desk_businesses,
    parties,
    history,
    desk_promises,
    items,
    counter,
    telling,
    act,
    desk_proposals,
    follow_ups,
    inspections,
    second_officer,
    named_checks,
    draws,
    review,
    work_list,
    hand_over,
    reports,
    ratings,
    people,
    people_acts,
    absences,
    people_resets,
    people_identities,
    people_roles,
    people_sessions,
    offices,
    audit,
):
    blueprint.register_blueprint(pages.blueprint)

for part in (procedure.of_permits, procedure.of_items):
    blueprint.register_blueprint(part)

for tool in (
    chinese_day,
    clock_time,
    explained,
    items_waiting,
    moment,
    need_words,
    office_name,
    open_rooms,
    session_holder,
    shown_text,
):
    blueprint.add_app_template_global(tool)


@blueprint.get("/")
@roles(*SESSIONS.roles)
def show_start() -> str | Response:
    """Where the day starts: what waits for whoever is signed in. Who has no tasks is sent to the first page of their own."""
    actor = current_actor()
    room = first_room(actor)
    return _start_page(actor) if room is HOME else redirect(url_for(room.endpoint), 303)


def _start_page(actor: Actor) -> str:
    """The counts of the day, then what waits for the reader and for the office; for clerks their applications too."""
    now, work = current_instant(), services().work_list
    mine = WorkFilter(whose=Whose.MINE)
    free = WorkFilter(whose=Whose.FREE, doable=True)
    shows("list/home", "name", "address")
    return render_template(
        "desk/start.html",
        actor=actor,
        today=local_date(now),
        counts=work.counts(actor, now),
        mine=work.everything(actor, mine, now, MINE_SHOWN),
        free=work.everything(actor, free, now, FREE_SHOWN),
        whose=Whose,
        say=words,
        searches=access.may(actor, access.READ_BUSINESSES),
        applying=_applying(actor, now) if access.may(actor, access.TAKE_APPLICATIONS) else None,
        catalogue=catalogue(),
    )


def _applying(actor: Actor, now: datetime) -> Mapping[str, object]:
    """What clerks see of applications: open ones, those issued lately, and the number of import questions."""
    given = services()
    drafts = given.applications.drafts(actor)
    shows("list/applications", "name")
    issued = tuple(draft for draft in drafts if draft.issued_at is not None)[:RECENTLY]
    return {
        "open_drafts": tuple(draft for draft in drafts if draft.issued_at is None),
        "begun_for": given.applications.begun_for(actor),
        "names": given.applications.names(actor, drafts),
        "issued": tuple((draft, given.applications.signed_result(actor, draft.draft_id)) for draft in issued),
        "waiting": len(given.waiting.list(actor)),
        "tally": given.applications.tally(actor, now),
    }
