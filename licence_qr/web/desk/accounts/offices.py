"""The offices and the delegations in force today, as the catalogue has them."""

from __future__ import annotations

from flask import Blueprint, render_template

from licence_qr.domain.dates import local_date
from licence_qr.web import current_instant
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.navigation import OFFICES
from licence_qr.web.shell.security import roles

blueprint = Blueprint("offices", __name__, url_prefix="/offices")


@blueprint.get("")
@roles(*OFFICES.roles)
def list_offices() -> str:
    """Each office with the permits that it may decide on today, for which authority, until when."""
    given, today = catalogue(), local_date(current_instant())
    in_force = [each for each in given.delegations if today in each.period]
    return render_template(
        "desk/accounts/offices.html",
        offices=[
            (office, [each for each in in_force if each.office == office.id]) for office in given.offices.values()
        ],
        authorities=given.authorities,
        permit_types=given.permit_types,
        today=today,
    )
