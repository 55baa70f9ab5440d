"""Errors become pages here, and only here: what was wrong, where, what to do, in both languages, never a traceback.

The citizen's three refusals are three pages, because they ask for three different things: a code that fails
verification is reported, one that is not in the register is typed again, and a register that cannot be reached is
asked again later.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from licence_qr.errors import KeyStoreError, LicenceQRError, NotFoundError, RegisterError, TokenError
from licence_qr.web import request_log
from licence_qr.web.citizen_page import Sign
from licence_qr.web.language import language
from licence_qr.wording import Explanation, explain

RETRY_SECONDS = 30
# Refusals of a family whose own status says too little.
_STATUS_BY_CODE = {"too_many_lookups": 429, "sign_in_throttled": 429, "sign_in_needed": 401}
_WORDED_HTTP = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503}


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error page says: the explanation in the main language of the page, and in the other one."""

    code: str
    status: int
    main: Explanation
    other: Explanation
    request_id: str


def wants_json() -> bool:
    """Whether the visitor asked for JSON rather than for a page. The cheap look comes first: browsers name none."""
    if "json" not in request.environ.get("HTTP_ACCEPT", ""):
        return False
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best.endswith("json")


def status_of(error: LicenceQRError) -> int:
    """The HTTP status an error is answered with."""
    return _STATUS_BY_CODE.get(error.code, error.http_status)


def problem_of(error: LicenceQRError, status: int | None = None) -> Problem:
    """The words for ``error``. They cannot fail: without words of its own, an error gets those of its status.

    What only the operator can mend is told to visitors in general words: the particular ones name paths and keys.
    """
    status = status or status_of(error)
    told = error if status < 500 else LicenceQRError("http_503" if status == 503 else "http_500")
    try:
        main, other = _explain(told)
    except KeyError:
        main, other = _explain(LicenceQRError(f"http_{status if status in _WORDED_HTTP else 400}"))
    return Problem(error.code, status, main, other, request_log.request_id())


def _explain(error: LicenceQRError) -> tuple[Explanation, Explanation]:
    main = language()
    return explain(error, main.value), explain(error, main.other.value)


def _template(error: LicenceQRError) -> str:
    if request.blueprint == "citizen":
        if isinstance(error, RegisterError | KeyStoreError):
            return "errors/unreachable.html"
        if isinstance(error, TokenError):
            return "errors/refused.html"
        if isinstance(error, NotFoundError):
            return "errors/unknown.html"
    return "errors/problem.html"


def _answer(error: LicenceQRError, problem: Problem) -> Response:
    if wants_json():
        response = _problem_json(problem)
    else:
        genuine = error.facts.get("genuine") is True
        page = render_template(_template(error), problem=problem, genuine=genuine, sign=Sign)
        response = make_response(page, problem.status)
    if problem.status in {429, 503}:
        response.headers["Retry-After"] = str(_retry_seconds(error))
    response.headers["Vary"] = "Accept, Cookie"
    return response


def _retry_seconds(error: LicenceQRError) -> int:
    minutes = error.facts.get("minutes")
    return minutes * 60 if isinstance(minutes, int) else RETRY_SECONDS


def _problem_json(problem: Problem) -> Response:
    """Problem details (RFC 9457); ``code`` is the stable one, ``detail`` and ``todo`` are for people."""
    response = jsonify(
        type="about:blank",
        title=problem.main.what,
        status=problem.status,
        code=problem.code,
        detail=problem.main.todo,
        request_id=problem.request_id,
    )
    response.status_code = problem.status
    response.mimetype = "application/problem+json"
    return response


def _show_error(error: LicenceQRError) -> Response:
    request_log.log_refusal(error)
    return _answer(error, problem_of(error))


def _show_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:
        return make_response(error.response)
    told = LicenceQRError(
        "csrf" if isinstance(error, CSRFError) else f"http_{status if status in _WORDED_HTTP else 400}"
    )
    response = _answer(told, problem_of(told, status))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _show_failure(error: Exception) -> Response:
    request_log.log_failure(error)
    told = LicenceQRError("http_500")
    return _answer(told, problem_of(told))


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(LicenceQRError, _show_error)
    app.register_error_handler(HTTPException, _show_http)
    app.register_error_handler(Exception, _show_failure)
