"""The third step of an application: the notice of 告知承诺 in full, and the commitment or the standard procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Notice
from licence_qr.domain.issuing.draft import Draft
from licence_qr.services.lifecycle.credit_record import ApplicationBar
from licence_qr.services.register import access
from licence_qr.web.desk.issuing.draft import (
    frame,
    keeping,
    onward,
    open_draft,
    other_button,
    save_typed,
    shown_problems,
)
from licence_qr.web.desk.issuing.fields import COMMITMENT_MODE, SIGNATURE_FIELDS
from licence_qr.web.desk.issuing.needs import permits_of, today
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.shell.forms import Field
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.security import roles

NOTICE_FIELDS = ("notice_id", "notice_version", "notice_sha256")

blueprint = Blueprint("commitment", __name__, url_prefix="/applications")
blueprint.after_request(keeping)


@blueprint.get("/<draft_id>/commitment")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_commitment(draft_id: str) -> str:
    """The notice in full, then the signed commitment or the standard procedure."""
    draft = open_draft(draft_id)
    application_bar = _application_bar(draft)
    notice, fields = _commitment(draft, application_bar)
    return render_template(
        "desk/issuing/commitment.html",
        draft=draft,
        application_bar=application_bar,
        notice=notice,
        mode_field=fields[0] if fields else None,
        signature_fields=fields[1:],
        values={**_usual(draft), **draft.fields},
        **frame(draft),
        **shown_problems(draft, fields or (COMMITMENT_MODE,)),
    )


@blueprint.post("/<draft_id>/commitment")
@roles(*access.TAKE_APPLICATIONS.roles)
def save_commitment(draft_id: str) -> Response:
    """Store the choice, with the version and hash of the text that the page showed."""
    draft = open_draft(draft_id)
    _, fields = _commitment(draft, _application_bar(draft))
    shown = {name: request.form.get(name, "") for name in NOTICE_FIELDS}
    if not fields:
        # Left from an earlier choice of trade: without a permit there is nothing to choose.
        shown["mode"] = ""
    if elsewhere := other_button(draft, fields, "commitment", shown, _usual(draft)):
        return elsewhere
    return onward(save_typed(draft, fields, shown, _usual(draft)), fields, "commitment", "review")


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
    return notice, (COMMITMENT_MODE, *SIGNATURE_FIELDS)
