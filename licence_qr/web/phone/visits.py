"""Inspections on the phone: the page that works without a network, and the key it reopens kept visits with.

The page is the same for everybody and holds nothing of anybody, as the verify page beside which it is installed; what
it shows it takes from the inspector's pack on the device (docs/using/inspecting-on-the-phone.md).
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from licence_qr.web.phone import pack_key
from licence_qr.web.public.verify import INSPECTIONS
from licence_qr.web.shell.navigation import PACK
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.web.shell.templates import render

# blob: is a photograph that was just taken, shown before it is sent.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


blueprint = Blueprint("inspect_visit", __name__)


@blueprint.get("/inspect/key")
@roles(*PACK.roles)
def hand_out_key() -> Response:
    """The half of the key under which visits of whoever is signed in are kept; for a device whose pack is over."""
    actor = current_actor()
    response = jsonify(officer=actor.username)
    pack_key.hand_out(response, actor)
    return response


@blueprint.get(INSPECTIONS)
def page() -> Response:
    """The page; its address lies within the scope of the verify page's worker, which keeps it on the device."""
    response = Response(render("phone/visits.html"))
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie"
    return response
