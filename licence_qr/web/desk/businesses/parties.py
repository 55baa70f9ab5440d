"""The applicant and the agent of a business: a whole identity number, at the press of a button."""

from __future__ import annotations

from flask import Blueprint, render_template

from licence_qr.services.parties.parties import Parties
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("parties", __name__, url_prefix="/businesses")
services = Handed(Parties)


@blueprint.post("/<uscc>/parties/<int:party_id>/number")
@roles(*access.LOOK_AT_NUMBERS.roles)
def show_number(uscc: str, party_id: int) -> str:
    """Show one whole number. No address shows it again: each look is a press of the button, and a trace."""
    party, number = services().whole_number(current_actor(), uscc, party_id, current_instant())
    return render_template("desk/parties/number.html", uscc=uscc, party=party, number=number)
