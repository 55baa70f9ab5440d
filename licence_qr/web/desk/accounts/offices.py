"""The offices and the delegations in force today, as the catalogue has them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from licence_qr.domain.catalogue.model import Delegation
from licence_qr.domain.csv_text import csv_pieces, guarded
from licence_qr.domain.dates import local_date
from licence_qr.web import current_instant
from licence_qr.web.desk.accounts.export import csv_file
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import in_words, t
from licence_qr.web.shell.navigation import OFFICES
from licence_qr.web.shell.readings import exported
from licence_qr.web.shell.security import roles
from licence_qr.wording.terms import term

blueprint = Blueprint("offices", __name__, url_prefix="/offices")

PAGE_DELEGATIONS = 50


@blueprint.get("")
@roles(*OFFICES.roles)
def list_offices() -> str:
    """Each office with the permits that it may decide on today, for which authority, until when."""
    given, in_force = catalogue(), _in_force("", "")
    return render_template(
        "desk/accounts/offices.html",
        offices=[
            (office, [each for each in in_force if each.office == office.id]) for office in given.offices.values()
        ],
        authorities=given.authorities,
        permit_types=given.permit_types,
        today=local_date(current_instant()),
    )


@blueprint.get("/delegations")
@roles(*OFFICES.roles)
def list_delegations() -> str:
    """The delegations in force today, with filters in the address. Unknown values are ignored."""
    given, wanted = catalogue(), _wanted()
    lines = _in_force(**wanted)
    pages = max(1, -(-len(lines) // PAGE_DELEGATIONS))
    page = min(max(1, request.args.get("page", 1, type=counted)), pages)
    return render_template(
        "desk/accounts/delegations.html",
        lines=lines[(page - 1) * PAGE_DELEGATIONS : page * PAGE_DELEGATIONS],
        total=len(lines),
        page=page,
        pages=pages,
        wanted=wanted,
        offices=tuple(given.offices),
        authorities=given.authorities,
        permit_types=given.permit_types,
        address=_address,
        today=local_date(current_instant()),
    )


@blueprint.get("/delegations/list.csv")
@roles(*OFFICES.roles)
def export_delegations() -> Response:
    """The same as a file."""
    lines = _in_force(**_wanted())
    exported("delegations.csv", len(lines))
    return csv_file("delegations", _csv(lines), current_instant())


def _csv(lines: tuple[Delegation, ...]) -> Iterator[bytes]:
    given = catalogue()
    names = (
        t("窗口", "Office"),
        in_words(term("record.permit")),
        t("委托机关", "Authority"),
        in_words(term("field.document_number")),
        in_words(term("field.start_date")),
        in_words(term("field.end_date")),
    )
    rows = (
        (
            in_words(given.offices[each.office].name),
            in_words(given.permit_types[each.permit_type].name),
            in_words(given.authorities[each.authority].name),
            each.notice_no,
            each.period.first.isoformat(),
            each.period.last.isoformat() if each.period.last else "",
        )
        for each in lines
    )
    return csv_pieces(chain([names], ([guarded(text) for text in row] for row in rows)))


def _in_force(office: str, permit: str) -> tuple[Delegation, ...]:
    today = local_date(current_instant())
    return tuple(
        each
        for each in catalogue().delegations
        if today in each.period and office in {"", each.office} and permit in {"", each.permit_type}
    )


def _wanted() -> dict[str, str]:
    given, asked = catalogue(), request.args
    office, permit = asked.get("office", ""), asked.get("permit", "")
    return {
        "office": office if office in given.offices else "",
        "permit": permit if permit in given.permit_types else "",
    }


def _address(endpoint: str = ".list_delegations", **changes: Any) -> str:
    """The list with other filters; those not named stay, the page starts anew."""
    chosen = _wanted() | changes
    return url_for(endpoint, **{name: value for name, value in chosen.items() if value})
