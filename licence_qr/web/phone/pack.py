"""The inspector's pages (监督): taking the register of one's office along, and leaving it behind at the end of the day."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from flask import Blueprint, Response, make_response, render_template

from licence_qr.services.inspecting.offline_pack import LIFETIME, Pack
from licence_qr.web import current_instant
from licence_qr.web.phone import pack_key
from licence_qr.web.public.verify import root_point
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.navigation import PACK
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.web.shell.templates import render

# These pages have a script that fetches the pack from here, encrypts it and keeps it, and has the worker keep the pages.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_GZIP = 16 + zlib.MAX_WBITS  # as zlib writes it: the form of gzip around its own

blueprint = Blueprint("inspect", __name__, url_prefix="/inspect")
pack = Handed(Pack)


@blueprint.get("/")
@roles(*PACK.roles)
def show_pack() -> Response:
    """What the pack is, whether this device has one, and the button to download it."""
    hours = int(LIFETIME.total_seconds()) // 3600
    return _with_script(make_response(render_template("phone/pack.html", hours=hours, root=root_point())))


@blueprint.get("/pack")
@roles(*PACK.roles)
def take_pack() -> Response:
    """The pack, compressed as it is kept; no cache may hold it. It comes with one half of the key for keeping it.

    It is sent as it is read. One that breaks off lacks the sum at the end of the compressed text, and no device takes it.
    """
    actor = current_actor()
    response = Response(compressed(pack().for_actor(actor, current_instant())), mimetype="application/gzip")
    pack_key.hand_out(response, actor)
    return response


def compressed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """``parts`` in the form of gzip (RFC 1952), without a time, so that the same text gives the same bytes."""
    packer = zlib.compressobj(wbits=_GZIP)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


@blueprint.get("/signed-out")
def signed_out() -> Response:
    """Where signing out leads on a device that held a pack: deletes what is left of it, and says so."""
    return _with_script(Response(render("phone/signed_out.html")))


def _with_script(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    return response
