"""A promise for the staff of the office: with the signature, and who the agent was."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template

from licence_qr.domain.issuing.promise import CAPACITY_WORDS, SIGNED_HOW_WORDS, Capacity, SignedHow
from licence_qr.services.publishing.promises import Promises
from licence_qr.services.register import access
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("promises", __name__, url_prefix="/promises")
promises = Handed(Promises)


@blueprint.get("/<sha256>")
@roles(*access.READ_PROMISES.roles)
def show_promise(sha256: str) -> str:
    """One promise."""
    found = promises().for_staff(current_actor(), sha256)
    shows(f"promise/{found.public.sha256}", "name", "principal", "address", "agent", uscc=found.uscc)
    signed = found.public.facts["signed"]
    return render_template(
        "desk/businesses/promise.html",
        found=found,
        facts=found.public.facts,
        capacity=CAPACITY_WORDS[Capacity(signed["by"])],
        signed_on=date.fromisoformat(signed["on"]),
        how=SIGNED_HOW_WORDS[SignedHow(signed["how"])],
    )


@blueprint.get("/<sha256>/signature.png")
@roles(*access.READ_PROMISES.roles)
def show_signature(sha256: str) -> Response:
    """What was drawn."""
    found = promises().for_staff(current_actor(), sha256)
    picture = promises().signature(current_actor(), sha256)
    shows(f"promise/{found.public.sha256}", "signature", uscc=found.uscc)
    return Response(picture, mimetype="image/png")
