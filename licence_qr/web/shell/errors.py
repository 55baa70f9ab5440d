"""Errors become pages here, and only here: what was wrong, where, what to do, in both languages, never a traceback."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from licence_qr.errors import InputError, LicenceQRError
from licence_qr.web import use_cases
from licence_qr.web.account import interrupted_forms
from licence_qr.web.account.sign_in_page import sign_in_page
from licence_qr.web.public.refusals import is_own_fault, refusal_of
from licence_qr.web.shell import request_log
from licence_qr.web.shell.language import Language, language
from licence_qr.web.shell.security import SIGN_IN
from licence_qr.wording import Explanation, explain

RETRY_SECONDS = 30
# Refusals of a family whose own status says too little.
_TOO_MANY = ("lookups", "reports", "reports_here", "receipt_lookups", "rating_lookups")
_STATUS_BY_CODE = {
    **{f"too_many_{what}": 429 for what in _TOO_MANY},
    "sign_in_throttled": 429,
    "password_throttled": 429,
    "sign_in_needed": 401,
}
_WORDED_HTTP = {400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503}


@dataclass(frozen=True, slots=True)
class ErrorPage:
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
    return 503 if is_own_fault(error) else _STATUS_BY_CODE.get(error.code, error.http_status)


def problem_of(error: LicenceQRError, status: int | None = None) -> ErrorPage:
    """The words for ``error``. They cannot fail: without words of its own, an error gets those of its status.

    What only the operator can mend is told to visitors in general words: the particular ones name paths and keys.
    """
    status = status or status_of(error)
    told = error if status < 500 else LicenceQRError("http_503" if status == 503 else "http_500")
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
    office = use_cases().catalogue.offices.get(named) if isinstance(named, str) else None
    if office is None:
        return error
    name = office.name.zh if spoken is Language.ZH else office.name.en
    return LicenceQRError(error.code, **(error.facts | {"office": name}))


def _answer(error: LicenceQRError, problem: ErrorPage) -> Response:
    response = _problem_json(problem) if wants_json() else make_response(_page(error, problem), problem.status)
    if problem.status in {429, 503}:
        response.headers["Retry-After"] = str(_retry_seconds(error))
    response.headers["Vary"] = "Accept, Cookie"
    return response


def _page(error: LicenceQRError, problem: ErrorPage) -> str:
    refusal = refusal_of(error) if request.blueprint == "citizen" else None
    if refusal is None:
        return render_template("errors/problem.html", problem=problem)
    genuine = error.facts.get("genuine") is True
    return render_template(refusal.template, problem=problem, headline=refusal.headline, genuine=genuine)


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


def _show_error(error: LicenceQRError) -> Response:
    request_log.note_refusal(error)
    if error.code == "sign_in_needed" and not wants_json():
        return _ask_to_sign_in(error)
    return _answer(error, problem_of(error))


def _ask_to_sign_in(error: LicenceQRError) -> Response:
    """The sign-in page. It carries the form that could not be taken; of a mere button it knows the way back."""
    try:
        kept = interrupted_forms.posted()
    except InputError as too_long:
        return _answer(too_long, problem_of(too_long))
    if kept is None:
        return make_response(redirect(url_for(SIGN_IN, next=interrupted_forms.page_of_form()), 303))
    return make_response(sign_in_page(kept=kept), status_of(error))


def _offer_again(error: CSRFError) -> Response | None:
    """The same form once more under a new token; None when it cannot be offered or came from elsewhere."""
    if not interrupted_forms.came_from_here():
        return None
    try:
        if request.endpoint == SIGN_IN:
            outdated, username = LicenceQRError("sign_in_outdated"), request.form.get("username", "")
            return make_response(sign_in_page(outdated, interrupted_forms.carried(), username), error.code)
        kept = interrupted_forms.posted()
    except InputError:
        return None
    if kept is None:
        return None
    return make_response(render_template("account/kept.html", kept=kept, signed_in_again=False), error.code)


def _show_http(error: HTTPException) -> Response:
    if isinstance(error, CSRFError) and (offered := _offer_again(error)):
        return offered
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
