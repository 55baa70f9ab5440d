"""What applicants bring to the counter for the items of their case: a certificate to be recorded, or what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.cases.case import ITEM_STATE_WORDS
from licence_qr.domain.cases.certificate import Certificate, parse_certificate
from licence_qr.domain.dates import local_date
from licence_qr.errors import InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.businesses.search import Register
from licence_qr.services.cases.counter import CounterItems
from licence_qr.services.cases.shown import CAN_BE_SHOWN, ShownCertificates
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.cases import certificate_form as form
from licence_qr.web.desk.cases.checks import shown_check
from licence_qr.web.desk.checking import CheckStep, check_page, checked, step
from licence_qr.web.shell.forms import read_fields, refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording import explain

blueprint = Blueprint("businesses_items", __name__, url_prefix="/items")


@dataclass(frozen=True, slots=True)
class CounterServices:
    """The services that these pages use."""

    items: CounterItems
    shown: ShownCertificates
    register: Register


services = Handed(CounterServices)


@blueprint.get("/<int:item_id>/shown")
@roles(*access.RECORD_SHOWN.roles)
def show_certificate(item_id: int) -> str:
    """The form of a certificate that is shown."""
    return _form_page(item_id, {})


@blueprint.post("/<int:item_id>/shown")
@roles(*access.RECORD_SHOWN.roles)
@checked
def record_certificate(item_id: int) -> Response:
    """Check what was typed and show what follows; recorded by the button of that page."""
    now, actor, shown = current_instant(), current_actor(), services().shown
    values, action = read_fields(request.form, form.FIELDS), step()
    if action is CheckStep.EDIT:
        return make_response(_form_page(item_id, values))
    try:
        certificate = parse_certificate(values, local_date(now))
        if action is CheckStep.CHECK:
            shown.check(actor, item_id, certificate, now)
            return make_response(_check_page(item_id, values, certificate))
        shown.record(actor, item_id, certificate, now)
    except (InvalidApplication, RuleError) as refused:
        return make_response(_form_page(item_id, values, refused), refused.http_status)
    flash(t("已登记出示的证件，并入这家企业的码。", "Recorded. The certificate has joined the code of the business."))
    return redirect(_business(item_id), 303)


@blueprint.post("/<int:item_id>/passed-on")
@roles(*access.PASS_ON_ITEMS.roles)
def pass_on(item_id: int) -> Response:
    """The applicant has brought what was asked for."""
    try:
        services().items.passed_on(current_actor(), item_id, current_instant())
    except RuleError as refused:
        flash(explain(refused, language().value).what)
    else:
        flash(
            t(
                "已转交部门：申请人补齐了材料。",
                "Passed on to the authority: the applicant has brought what was missing.",
            )
        )
    return redirect(_business(item_id), 303)


def _business(item_id: int) -> str:
    item = services().shown.item(current_actor(), item_id).item
    return url_for("desk.businesses.show_business", uscc=item.uscc)


def _facts(item_id: int) -> Mapping[str, Any]:
    """What both pages say; whoever sees them leaves a trace."""
    actor, now = current_actor(), current_instant()
    item = services().shown.item(actor, item_id).item
    shows(f"item/{item_id}", "name", "address", uscc=item.uscc)
    business = services().register.business(actor, item.uscc, now)
    return {
        "item_id": item_id,
        "item": item,
        "permit_type": catalogue().permit_types[item.permit_type].name,
        "authority": catalogue().authorities[item.authority].name,
        "holder_name": business.entity.holder_name,
        "address": next(each.address for each in business.premises if each.premises_no == item.premises_no),
        "version": business.versions[0].version + 1,
    }


def _form_page(item_id: int, values: Mapping[str, str], refused: LicenceQRError | None = None) -> str:
    facts = _facts(item_id)
    state = services().shown.item(current_actor(), item_id).item.state
    summary, problems = refusals(refused, form.FIELDS, form.BESIDE)
    return render_template(
        "desk/cases/shown.html",
        **facts,
        closed=None if state in CAN_BE_SHOWN else ITEM_STATE_WORDS[state],
        fields=form.FIELDS,
        values=values,
        summary=summary,
        problems=problems,
    )


def _check_page(item_id: int, values: Mapping[str, str], certificate: Certificate) -> str:
    facts = _facts(item_id)
    business = url_for("desk.businesses.show_business", uscc=facts["item"].uscc)
    return check_page(shown_check(facts, certificate, values, business))
