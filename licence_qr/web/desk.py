"""The clerk's pages (窗口): where the day starts. The other pages are blueprints of their own inside this one."""

from __future__ import annotations

from flask import Blueprint, render_template

from licence_qr.domain.roles import Role
from licence_qr.web import (
    desk_businesses,
    desk_commitment,
    desk_details,
    desk_issue,
    desk_trade,
    desk_waiting,
    use_cases,
)
from licence_qr.web.desk_words import chinese_day, moment, need_words, office_name, shown_text
from licence_qr.web.security import current_actor, roles, signed_in

RECENTLY = 10

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
for pages in (desk_trade, desk_details, desk_commitment, desk_issue, desk_businesses, desk_waiting):
    blueprint.register_blueprint(pages.blueprint)

for tool in (chinese_day, moment, need_words, office_name, shown_text, signed_in):
    blueprint.add_app_template_global(tool)


@blueprint.get("/")
@roles(Role.CLERK)
def show_start() -> str:
    """Open applications first, then what was issued lately, the rows that wait, and the search."""
    everything, actor = use_cases(), current_actor()
    drafts = everything.applications.drafts(actor)
    issued = tuple(draft for draft in drafts if draft.issued_at is not None)[:RECENTLY]
    return render_template(
        "desk/start.html",
        open_drafts=tuple(draft for draft in drafts if draft.issued_at is None),
        issued=tuple((draft, everything.applications.result(actor, draft.draft_id)) for draft in issued),
        waiting=len(everything.waiting.list(actor)),
        catalogue=everything.catalogue,
    )
