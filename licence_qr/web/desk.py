"""The staff's pages (窗口): where the day starts. The other pages are blueprints of their own inside this one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.roles import Actor
from licence_qr.web import (
    current_instant,
    desk_businesses,
    desk_commitment,
    desk_details,
    desk_draws,
    desk_follow_ups,
    desk_history,
    desk_inspections,
    desk_issue,
    desk_life,
    desk_proposals,
    desk_ratings,
    desk_reports,
    desk_trade,
    desk_waiting,
    desk_work,
    desk_work_words,
    use_cases,
)
from licence_qr.web.desk_rooms import APPLICATIONS, SESSIONS, first_room, open_rooms
from licence_qr.web.desk_words import chinese_day, moment, need_words, office_name, shown_text
from licence_qr.web.security import current_actor, roles, signed_in

RECENTLY = 10

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
for pages in (
    desk_trade,
    desk_details,
    desk_commitment,
    desk_issue,
    desk_businesses,
    desk_history,
    desk_life,
    desk_proposals,
    desk_follow_ups,
    desk_inspections,
    desk_draws,
    desk_waiting,
    desk_work,
    desk_reports,
    desk_ratings,
):
    blueprint.register_blueprint(pages.blueprint)

for tool in (chinese_day, moment, need_words, office_name, open_rooms, shown_text, signed_in):
    blueprint.add_app_template_global(tool)


@blueprint.get("/")
@roles(*SESSIONS.roles)
def show_start() -> str | Response:
    """The door of all staff: a clerk's day starts here, everyone else is sent on to the first room of their own."""
    actor = current_actor()
    room = first_room(actor)
    return _start_page(actor) if room is APPLICATIONS else redirect(url_for(room.endpoint), 303)


def _start_page(actor: Actor) -> str:
    """Open applications first, then what was issued lately, the rows that wait, and the search."""
    everything = use_cases()
    drafts = everything.applications.drafts(actor)
    issued = tuple(draft for draft in drafts if draft.issued_at is not None)[:RECENTLY]
    return render_template(
        "desk/start.html",
        open_drafts=tuple(draft for draft in drafts if draft.issued_at is None),
        issued=tuple((draft, everything.applications.result(actor, draft.draft_id)) for draft in issued),
        waiting=len(everything.waiting.list(actor)),
        catalogue=everything.catalogue,
        work=everything.work_list.counts(actor, current_instant()),
        task_words=desk_work_words.KIND,
    )
