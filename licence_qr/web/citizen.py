"""The citizen's pages: scan a code, type its number, see every permit of the business. No login, no script.

Each page is also JSON for whoever asks for it (``Accept: application/json``); docs/public-json.md lists the fields.
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from flask import Blueprint, Response, jsonify, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from licence_qr.domain.identifiers import parse_code_number
from licence_qr.domain.public_page import PublicPage
from licence_qr.errors import InputError
from licence_qr.web import citizen_page, use_cases
from licence_qr.web.citizen_json import public_json
from licence_qr.web.errors import wants_json
from licence_qr.web.language import Language, language
from licence_qr.web.templates import render
from licence_qr.wording import Explanation, explain

# With the style sheet a page of this length still fits the 14 KB of a connection's first round trip; to compress it
# would cost more time than to make it.
LONG_PAGE_BYTES = 6 * 1024
PAGES_KEPT = 1024  # about 6 MB

blueprint = Blueprint("citizen", __name__)


@blueprint.get("/")
def home() -> str:
    """What this is, a place to type a code number, and how to tell a fake."""
    return _start_page()


@blueprint.get("/p")
def find() -> BaseResponse:
    """The number as typed into the form, sent on to its own address; a mistyped one comes back with what is wrong."""
    typed = request.args.get("number", "")
    try:
        number = parse_code_number(typed, field="number").number
    except InputError as error:
        return _mistyped(typed, error)
    return redirect(f"/p/{number}", 303)


@blueprint.get("/p/<number>")
def by_number(number: str) -> BaseResponse:
    """What the register says today of the business with this code number."""
    now = datetime.now(UTC)
    try:
        page = use_cases().lookup.by_number(number, request.remote_addr or "", now)
    except InputError as error:
        return _mistyped(number, error)
    return _show(page)


@blueprint.get("/c/<digits>")
def scan(digits: str) -> BaseResponse:
    """What a scanned symbol leads to: its signature verified, and what the register says today."""
    return _show(use_cases().lookup.scan(digits, datetime.now(UTC)))


def _show(page: PublicPage) -> Response:
    if wants_json():
        response = jsonify(public_json(page))
    else:
        response = _packed(_html(page))
    response.headers["Vary"] = "Accept, Accept-Encoding, Cookie"
    return response


def _packed(body: bytes) -> Response:
    """The page, compressed when it is a long one. It holds no secret, so its length can give none away (BREACH)."""
    response = make_response(body)
    if len(body) > LONG_PAGE_BYTES and "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", ""):
        response.set_data(gzip.compress(body, compresslevel=4, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _html(page: PublicPage) -> bytes:
    to_the_minute = page.checked_at.replace(second=0, microsecond=0)
    return _rendered(replace(page, checked_at=to_the_minute), language())


@lru_cache(maxsize=PAGES_KEPT)
def _rendered(page: PublicPage, _spoken: Language) -> bytes:
    """The page of these very facts. Kept because a code at a busy door is scanned many times in the same minute;
    the facts are read from the register anew each time, and any change of them is another page."""
    return render("citizen/page.html", page=page, headline=citizen_page.headline(page), say=citizen_page).encode()


def _start_page(typed: str = "", wrong: Explanation | None = None) -> str:
    return render("citizen/home.html", typed=typed, wrong=wrong)


def _mistyped(typed: str, error: InputError) -> Response:
    if wants_json():
        raise error
    return make_response(_start_page(typed, explain(error, language().value)), error.http_status)
