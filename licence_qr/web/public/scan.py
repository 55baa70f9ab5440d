"""The public pages: scan a code, enter its number, see every permit of the business. No sign-in, no script.

Each page is also JSON for whoever asks for it (``Accept: application/json``), with the fields of
docs/verifying/public-json.md.
"""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from licence_qr.domain.identifiers import parse_code_number
from licence_qr.domain.publishing.pasted import NAMES, Pasted, PastedAs
from licence_qr.domain.publishing.public_page import PublicPage
from licence_qr.errors import InputError, LicenceQRError
from licence_qr.services.publishing.lookup import Lookup
from licence_qr.web import current_instant
from licence_qr.web.public import page_words, refusals
from licence_qr.web.public.answers import readable_by_other_sites, takes_gzip
from licence_qr.web.public.page_words import Headline
from licence_qr.web.public.public_json import public_json
from licence_qr.web.public.refusals import after_refusal
from licence_qr.web.shell.errors import wants_json
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import language
from licence_qr.web.shell.templates import render
from licence_qr.wording import Explanation, explain

# With the style sheet a page of this length still fits the 14 KB of a connection's first round trip; to compress it
# would cost more time than to make it.
LONG_PAGE_BYTES = 6 * 1024

SCANNED = "/c/"

blueprint = Blueprint("citizen", __name__)
blueprint.register_error_handler(LicenceQRError, refusals.show)
blueprint.after_request(readable_by_other_sites)
lookup = Handed(Lookup)


@blueprint.get("/")
def home() -> str:
    """What the service is, a form for a code number, and how to recognise a forged code."""
    return _start_page()


@blueprint.get("/p")
def find() -> BaseResponse:
    """Lead from the typed number, or from the pasted link of a code, to its own address; or show the form again with what
    is wrong."""
    typed = request.args.get("number", "")
    pasted = lookup().pasted(typed)
    if pasted.kind is PastedAs.CODE:
        digits = lookup().digits_of(pasted.texts, current_instant())
        return redirect(url_for(".scan", digits=digits), 303)
    try:
        number = _number(pasted, typed)
    except InputError as error:
        return _mistyped(typed, error)
    return redirect(f"/p/{number}{after_refusal()}", 303)


def _number(pasted: Pasted, typed: str) -> str:
    """The number as it is printed. Raises InputError ``not_a_code_number`` or ``code_number_*``."""
    if (name := NAMES.get(pasted.kind)) is not None:
        zh, en = (f"（{pasted.host}）", f" ({pasted.host})") if pasted.host else ("", "")
        raise InputError("not_a_code_number", field="number", what_zh=name.zh + zh, what_en=name.en + en)
    return parse_code_number(pasted.texts[0] if pasted.texts else typed, field="number").number


@blueprint.get("/p/<number>")
def by_number(number: str) -> BaseResponse:
    """What the register says today of the business with this code number."""
    try:
        page = lookup().by_number(number, request.remote_addr or "", current_instant())
    except InputError as error:
        return _mistyped(number, error)
    return _as_json(page) if wants_json() else _as_page(_html(page, refusals.before()))


@blueprint.get(f"{SCANNED}<digits>")
def scan(digits: str) -> BaseResponse:
    """The page of a scanned symbol: the result of verifying its signature, and what the register says today."""
    page = lookup().scan(digits, current_instant())
    return _as_json(page) if wants_json() else _as_page(_html(page))


def _html(page: PublicPage, before: Headline | None = None) -> bytes:
    """The page; ``before`` is what was said of a code that was refused, and stands above."""
    said = page_words.headline(page)
    return render("public/page.html", page=page, headline=said, say=page_words, before=before).encode()


def _as_page(body: bytes) -> Response:
    """The page, compressed when it is a long one. It holds no secret, so its length can give none away (BREACH)."""
    response = make_response(body)
    if len(body) > LONG_PAGE_BYTES and takes_gzip(request.environ.get("HTTP_ACCEPT_ENCODING", "")):
        response.set_data(gzip.compress(body, compresslevel=4, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept, Accept-Encoding, Cookie"
    return response


def _as_json(page: PublicPage) -> Response:
    response = jsonify(public_json(page))
    response.headers["Vary"] = "Accept, Cookie"
    return response


def _start_page(typed: str = "", wrong: Explanation | None = None) -> str:
    return render("public/home.html", typed=typed, wrong=wrong, before=refusals.before())


def _mistyped(typed: str, error: InputError) -> Response:
    if wants_json():
        raise error
    return make_response(_start_page(typed, explain(error, language().value)), error.http_status)
