"""Errors become pages here: what was wrong, where, what to do, in both languages, never a traceback.

A room that answers some of them otherwise says so to Flask, which asks a blueprint's handler before one of the whole
site, and the handler of a class before that of its base: ``register_error_handler`` for the pages of one blueprint,
``app_errorhandler`` for all pages. What it does not answer itself it hands on to ``show`` or ``show_http``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from licence_qr.errors import LicenceQRError
from licence_qr.web.shell import request_log
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import Language, language
from licence_qr.wording import Explanation, explain

RETRY_SECONDS = 30
# Refusals of a family whose own status says too little.
_TOO_MANY = ("lookups", "receipt_lookups", "rating_lookups")
_STATUS_BY_CODE = {
    **{f"too_many_{what}": 429 for what in _TOO_MANY},
    "sign_in_throttled": 429,
    "password_throttled": 429,
    "second_factor_throttled": 429,
    "own_act_throttled": 429,
    "too_many_reports": 429,
    "reports_no_room": 503,
}
# Of what only the operator can mend this names neither paths nor keys, and whoever enters an act has to know why it waits.
_TOLD_TO_ALL = frozenset({"clock_behind"})
_WORDED_HTTP = {400, 401, 403, 404, 405, 408, 409, 411, 413, 422, 429, 500, 503}


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error page says: the explanation in the main language of the page, and in the other one."""

    code: str
    status: int
    main: Explanation
    other: Explanation
    request_id: str


Renders = Callable[[ErrorPage], str]


def wants_json() -> bool:
    """Whether the visitor asked for JSON rather than for a page. The cheap look comes first: browsers name none."""
    if "json" not in request.environ.get("HTTP_ACCEPT", ""):
        return False
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best.endswith("json")


def is_own_fault(error: LicenceQRError) -> bool:
    """Whether the verifier failed for want of a usable trust or allow-list: that says nothing of the code in hand."""
    return error.code.startswith(("trust_list_", "allow_list_"))


def status_of(error: LicenceQRError) -> int:
    """The HTTP status an error is answered with."""
    return 503 if is_own_fault(error) else _STATUS_BY_CODE.get(error.code, error.http_status)


def problem_of(error: LicenceQRError, status: int | None = None) -> ErrorPage:
    """The words for ``error``. They cannot fail: without words of its own, an error gets those of its status.

    What only the operator can mend is told to visitors in general words: the particular ones name paths and keys.
    """
    status = status or status_of(error)
    told = (
        error
        if status < 500 or error.code in _TOLD_TO_ALL
        else LicenceQRError("http_503" if status == 503 else "http_500")
    )
    try:
        main, other = _explain(told)
    except KeyError:
        main, other = _explain(LicenceQRError(f"http_{status if status in _WORDED_HTTP else 400}"))
    return ErrorPage(error.code, status, main, other, request_log.request_id())


def _explain(error: LicenceQRError) -> tuple[Explanation, Explanation]:
    main = language()
    named, named_too = _naming_office(error, main), _naming_office(error, main.other)
    return explain(named, main.value), explain(named_too, main.other.value)


def _naming_office(error: LicenceQRError, spoken: Language) -> LicenceQRError:
    """The error with the name of its office in place of the id, by which nobody knows where to go."""
    named = error.facts.get("office")
    office = catalogue().offices.get(named) if isinstance(named, str) else None
    if office is None:
        return error
    name = office.name.zh if spoken is Language.ZH else office.name.en
    return LicenceQRError(error.code, **(error.facts | {"office": name}))


def _page(problem: ErrorPage) -> str:
    return render_template("errors/problem.html", problem=problem)


def _answer(error: LicenceQRError, problem: ErrorPage, page: Renders = _page) -> Response:
    response = _problem_json(problem) if wants_json() else make_response(page(problem), problem.status)
    if problem.status in {429, 503}:
        response.headers["Retry-After"] = str(_retry_seconds(error))
    response.headers["Vary"] = "Accept, Cookie"
    return response


def _retry_seconds(error: LicenceQRError) -> int:
    minutes = error.facts.get("minutes")
    return minutes * 60 if isinstance(minutes, int) else RETRY_SECONDS


def _problem_json(problem: ErrorPage) -> Response:
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


def show(error: LicenceQRError, page: Renders = _page) -> Response:
    """The answer to ``error``, noted in the log: JSON for whoever asks for it, else ``page`` of what to say."""
    request_log.note_refusal(error)
    return _answer(error, problem_of(error), page)


def show_http(error: HTTPException) -> Response:
    """The answer to an error of Flask or Werkzeug, in our own words."""
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
    app.register_error_handler(LicenceQRError, show)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(Exception, _show_failure)
