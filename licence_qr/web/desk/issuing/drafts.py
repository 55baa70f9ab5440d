"""A draft as a thing of its own: stored while it is typed, taken over by a colleague, deleted."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.characters.former_private_use import standardised
from licence_qr.domain.issuing.draft import Draft, FieldOrigin, TypedField, Typing, shown_field
from licence_qr.services.issuing.known import Weight
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.issuing.draft import facts_of, open_draft, read_typing, step_address
from licence_qr.web.desk.issuing.fields import (
    AGENT_SECTION,
    COMMITMENT_MODE,
    REASON_FIELDS,
    SIGNATURE_FIELDS,
    entity_section,
    place_fields,
    premises_section,
    trade_field,
)
from licence_qr.web.desk.issuing.needs import trade_of
from licence_qr.web.desk.issuing.phrases import PHRASE_WORDS, found_phrases
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.desk.words import clock_time
from licence_qr.web.shell import origin
from licence_qr.web.shell.forms import Field
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.security import current_actor, roles

# What the page says of itself, beside what was typed into it.
_OF_THE_PAGE = frozenset({origin.TOKEN, origin.PAGE, "revision", "page", "turn", "origins"})

blueprint = Blueprint("drafts", __name__, url_prefix="/applications")


@blueprint.post("/<draft_id>/fields")
@roles(*access.TAKE_APPLICATIONS.roles)
def keep_fields(draft_id: str) -> Response:
    """Store the fields that a page has changed, and say as JSON what is stored: the new revision, the time of day, and what
    others have changed since the page was made. Raises as ``Applications.keep`` does."""
    names = [name for name in request.form if name not in _OF_THE_PAGE]
    typed = {name: standardised(_joined(request.form.getlist(name))) for name in names}
    typing, now = read_typing(typed), current_instant()
    draft = services().applications.keep(current_actor(), draft_id, typing, now)
    return jsonify(
        revision=draft.revision,
        saved=clock_time(now) if draft.revision else "",
        address=step_address(draft, "trade").rpartition("/")[0],
        others=_others(draft, typing),
    )


@blueprint.get("/<draft_id>/known")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_known(draft_id: str) -> Response:
    """What the register knows of what is stored, as JSON: the name of a field → what to show beside it, and whether that
    takes a reason. The address names no text: what is asked for is in the draft."""
    facts = facts_of(open_draft(draft_id))
    asked = {field: any(fact.weight is Weight.ASK for fact in found) for field, found in facts.items()}
    shown = {field: render_template("desk/issuing/_fact.html", facts=found) for field, found in facts.items()}
    return jsonify({field: {"html": html, "asks": asked[field]} for field, html in shown.items()})


@blueprint.get("/<draft_id>/phrases")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_phrases(draft_id: str) -> Response:
    """Standard phrases of business scopes for the trade of a draft, as JSON: what to show below the box with the words."""
    draft = services().applications.get(current_actor(), draft_id)
    found = found_phrases(draft, request.args.get(PHRASE_WORDS, ""))
    return jsonify(html=render_template("desk/issuing/_found_phrases.html", found=found) if found else "")


@blueprint.post("/<draft_id>/take-over")
@roles(*access.TAKE_APPLICATIONS.roles)
def take_over(draft_id: str) -> Response:
    """Make the draft of a colleague one's own."""
    draft = services().applications.take_over(current_actor(), draft_id, current_instant())
    flash(t("这份申请现在由您办理。", "This application is now yours."))
    return redirect(url_for("desk.trade.show_application", draft_id=draft.draft_id), 303)


@blueprint.get("/<draft_id>/delete")
@roles(*access.TAKE_APPLICATIONS.roles)
def ask_to_delete(draft_id: str) -> str:
    """Ask once more before a draft is deleted."""
    draft = open_draft(draft_id)
    names = services().applications.names(current_actor(), (draft,))
    return render_template("desk/issuing/delete.html", draft=draft, names=names, trade=trade_of(draft))


@blueprint.post("/<draft_id>/delete")
@roles(*access.TAKE_APPLICATIONS.roles)
def delete(draft_id: str) -> Response:
    """Delete a draft with all that was typed."""
    services().applications.discard(current_actor(), draft_id, current_instant())
    flash(t("申请已删除。", "The application was deleted."))
    return redirect(url_for("desk.show_start"), 303)


def _joined(values: list[str]) -> str:
    """Ticked boxes as one text, and one text as it was typed."""
    return ",".join(value for value in values if value).replace("\r\n", "\n")


def _others(draft: Draft, typing: Typing) -> list[dict[str, object]]:
    """Each field that somebody else has changed since the page was made, of which several texts are kept, or that holds
    something else than this page has sent: what a card reader typed, read."""
    asked = {field.name: field for field in _asked(draft)}
    changed = {
        name: entry
        for name, entry in draft.entries.items()
        if name in asked and (_is_news(entry, typing) or _is_read(name, entry, typing))
    }
    names = services().applications.names(current_actor(), (draft,)) if changed else {}
    return [
        {
            "name": name,
            "text": shown_field(name, entry.text),
            "origin": entry.origin.value,
            "mine": any(rival.page == typing.page for rival in entry.rivals),
            "html": render_template("desk/issuing/_told.html", field=asked[name], entry=entry, names=names),
        }
        for name, entry in changed.items()
    ]


def _is_news(entry: TypedField, typing: Typing) -> bool:
    return bool(entry.rivals) or (entry.revision > typing.revision and entry.page != typing.page)


def _is_read(name: str, entry: TypedField, typing: Typing) -> bool:
    """Whether a card brought another text than this sending has for the field, in this field or the one beside it."""
    ours = entry.page == typing.page and entry.turn <= typing.turn and entry.origin is FieldOrigin.READ
    sent = name in typing.fields or entry.turn == typing.turn
    return ours and sent and typing.fields.get(name) not in {entry.text, shown_field(name, entry.text)}


def _asked(draft: Draft) -> tuple[Field, ...]:
    """Every field of every step."""
    known, trade = catalogue(), trade_of(draft)
    place = place_fields(known, trade) if trade else ()
    sections = (entity_section(trade, services().demonstration), premises_section(known), AGENT_SECTION)
    details = (field for section in sections for field in section.fields)
    return (
        *(trade_field(known), *place, *details),
        *(*REASON_FIELDS.values(), COMMITMENT_MODE, *SIGNATURE_FIELDS),
    )
