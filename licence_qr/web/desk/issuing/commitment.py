"""The third step of an application: the notice of 告知承诺 in full, and the commitment or the standard procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Notice
from licence_qr.domain.issuing.draft import Draft, TypedField
from licence_qr.domain.issuing.promise import SIGNED_HOW_WORDS
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.domain.register.permit import GrantMode
from licence_qr.errors import InputError
from licence_qr.services.issuing.signatures import Signing
from licence_qr.services.lifecycle.credit_record import ApplicationBar
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.issuing.draft import (
    frame,
    keeping,
    onward,
    open_draft,
    other_button,
    save_typed,
    shown_problems,
    step_address,
)
from licence_qr.web.desk.issuing.fields import COMMITMENT_MODE, ON_PAPER, signer_field
from licence_qr.web.desk.issuing.needs import permits_of, today
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.shell.forms import Field, problem
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import language
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles

NOTICE_FIELDS = ("notice_id", "notice_version", "notice_sha256")
# What stands above the signature field, and comes back with what is drawn there.
SEEN_FIELDS = ("name", "principal", "premises_address")

blueprint = Blueprint("commitment", __name__, url_prefix="/applications")
blueprint.after_request(keeping)


@blueprint.get("/<draft_id>/commitment")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_commitment(draft_id: str) -> str:
    """The notice in full, then the signed commitment or the standard procedure."""
    return _page(open_draft(draft_id))


@blueprint.post("/<draft_id>/commitment")
@roles(*access.TAKE_APPLICATIONS.roles)
def save_commitment(draft_id: str) -> Response:
    """Store the choice, with the version and hash of the text that the page showed, and what was drawn for it."""
    draft = open_draft(draft_id)
    _, fields = _commitment(draft, _application_bar(draft))
    shown = {name: request.form.get(name, "") for name in NOTICE_FIELDS}
    if not fields:
        # Left from an earlier choice of trade: without a permit there is nothing to choose.
        shown["mode"] = ""
    if elsewhere := other_button(draft, fields, "commitment", shown, _usual(draft)):
        return elsewhere
    saved = save_typed(draft, fields, shown, _usual(draft))
    action, strokes = request.form.get("action", ""), request.form.get("strokes", "")
    try:
        if action == "unsign":
            services().signatures.take_back(current_actor(), draft_id, current_instant())
        elif action == "link":
            services().signatures.open_link(current_actor(), draft_id, permits_of(saved), current_instant())
        elif strokes and saved.fields.get("mode") == GrantMode.COMMITMENT:
            _demand_seen(saved)
            services().signatures.sign_here(current_actor(), draft_id, permits_of(saved), strokes, current_instant())
    except InputError as wrong:
        return make_response(_page(saved, wrong), wrong.http_status)
    if action in {"unsign", "link"}:
        return redirect(step_address(saved, "commitment", "sign"), 303)
    return onward(saved, fields, "commitment", "review")


@blueprint.get("/<draft_id>/signature")
@roles(*access.TAKE_APPLICATIONS.roles)
def tell_signed(draft_id: str) -> Response:
    """Whether the promise is signed, for the page that waits for it."""
    return jsonify(signed=_signing(open_draft(draft_id)).drawn is not None)


@blueprint.get("/<draft_id>/signature.png")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_signature(draft_id: str) -> Response:
    """What was drawn, for the people of the office alone."""
    picture = services().signatures.picture(current_actor(), draft_id)
    shows(f"application/{draft_id}", "signature")
    return Response(picture, mimetype="image/png")


def _page(draft: Draft, wrong: InputError | None = None) -> str:
    """``wrong`` is why what was drawn was not stored."""
    application_bar = _application_bar(draft)
    notice, fields = _commitment(draft, application_bar)
    shown = dict(shown_problems(draft, fields or (COMMITMENT_MODE,)))
    if wrong is not None:
        page = step_address(draft, "details") if wrong.field in {"principal", "premises_address"} else ""
        shown["summary"] = (problem(wrong, language().value, page, FIELD_LABELS.get(wrong.field)),)
    return render_template(
        "desk/issuing/commitment.html",
        draft=draft,
        application_bar=application_bar,
        notice=notice,
        mode_field=fields[0] if fields else None,
        signature_fields=fields[1:],
        seen_fields=[(FIELD_LABELS[name], name, draft.fields.get(name, "")) for name in SEEN_FIELDS],
        signing=_signing(draft),
        how=SIGNED_HOW_WORDS,
        values={**_usual(draft), **draft.fields},
        **frame(draft),
        **shown,
    )


def _demand_seen(draft: Draft) -> None:
    """Raise InputError where a colleague has changed what whoever signs saw above the signature field."""
    changed = [FIELD_LABELS[n] for n in SEEN_FIELDS if request.form.get(f"seen_{n}", "") != draft.fields.get(n, "")]
    if changed:
        what = {"what_zh": "、".join(each.zh for each in changed), "what_en": ", ".join(each.en for each in changed)}
        raise InputError("promise_signed_before_change", field="strokes", **what)


def _signing(draft: Draft) -> Signing:
    usual = {name: TypedField(text) for name, text in _usual(draft).items() if not draft.fields.get(name)}
    meant = replace(draft, entries={**draft.entries, **usual})
    return services().signatures.state(current_actor(), meant, permits_of(draft), current_instant())


def _usual(draft: Draft) -> Mapping[str, str]:
    """Who signs, and when, where nothing else is typed."""
    return {"signer": draft.fields.get("principal", ""), "signed_on": today().isoformat()}


def _application_bar(draft: Draft) -> ApplicationBar:
    """What the credit record of the holder rules out, shown before anybody signs."""
    return services().bars.of_application(draft.fields.get("uscc", ""), permits_of(draft), today())


def _commitment(draft: Draft, application_bar: ApplicationBar) -> tuple[Notice | None, tuple[Field, ...]]:
    """The notice, and the questions: none when no permit is granted here; no commitment without a notice, nor
    by a business with an unfulfilled one on record."""
    permits = permits_of(draft)
    if not permits:
        return None, ()
    notice = next(filter(None, (catalogue().notice(permit, today()) for permit in permits)), None)
    if notice is None or application_bar.no_commitment:
        return None, (replace(COMMITMENT_MODE, choices=COMMITMENT_MODE.choices[1:]),)
    signer = signer_field(draft.fields.get("principal", "").strip(), draft.fields.get("agent_name", "").strip())
    return notice, (COMMITMENT_MODE, signer, *ON_PAPER)
