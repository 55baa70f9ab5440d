"""Promises (告知承诺书) by their name: the whole text, as page and as the bytes that were hashed; and signing one on a
phone, by a link that the desk shows and that is used once. No login, no cookie."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as Answer

from licence_qr.domain.issuing.promise import CAPACITY_WORDS, SIGNED_HOW_WORDS, Capacity, SignedHow
from licence_qr.errors import InputError
from licence_qr.services.issuing.signatures import AskedToSign, Signatures
from licence_qr.services.publishing.promises import Promises, PublicPromise
from licence_qr.web import current_instant
from licence_qr.web.public.answers import readable_by_other_sites
from licence_qr.web.shell.forms import FieldProblem, problem
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import language
from licence_qr.web.shell.security import with_scripts

blueprint = Blueprint("citizen_promises", __name__, url_prefix="/promise")
blueprint.after_request(readable_by_other_sites)
promises = Handed(Promises)
signing = Blueprint("citizen_signing", __name__, url_prefix="/sign")
signatures = Handed(Signatures)


@blueprint.get("/<sha256>")
def show_promise(sha256: str) -> str:
    """One promise, to be read."""
    promise = _published(sha256)
    signed = promise.facts["signed"]
    return render_template(
        "public/promise.html",
        promise=promise,
        facts=promise.facts,
        capacity=CAPACITY_WORDS[Capacity(signed["by"])],
        signed_on=date.fromisoformat(signed["on"]),
        how=SIGNED_HOW_WORDS[SignedHow(signed["how"])],
    )


@blueprint.get("/<sha256>.json")
def promise_json(sha256: str) -> Response:
    """The document itself: the SHA-256 of what is sent is its name."""
    return Response(_published(sha256).document, mimetype="application/json")


def _published(sha256: str) -> PublicPromise:
    return promises().published(sha256, request.remote_addr or "", current_instant())


# -- signing --------------------------------------------------------------------------------------------------------


@signing.get("/<token>")
def show(token: str) -> Answer:
    """The whole notice, for whom, who signs, and the signature field."""
    return _page(signatures().asked(token, request.remote_addr or "", current_instant()))


@signing.post("/<token>")
def sign(token: str) -> Answer:
    """Store what was drawn. The address holds the secret, so that nothing else has to show who may."""
    client, now = request.remote_addr or "", current_instant()
    try:
        asked = signatures().sign_by_link(token, request.form.get("strokes", ""), client, now)
    except InputError as wrong:
        asked = signatures().asked(token, client, now)
        return _page(asked, (problem(wrong, language().value),), status=wrong.http_status)
    return _page(asked, done=True)


def _page(
    asked: AskedToSign, summary: tuple[FieldProblem, ...] = (), *, done: bool = False, status: int = 200
) -> Answer:
    page = render_template(
        "public/sign.html", asked=asked, capacity=CAPACITY_WORDS[asked.capacity], summary=summary, done=done
    )
    return with_scripts(make_response(page, status))
