"""Forms for visitors who have no session and are given no cookie.

Without a session there is no authority that another site could borrow, so Flask-WTF's token, which lives in a cookie, would
guard nothing. What a public form carries instead is a signed name of its own: it says what the form is about and when it was
made, so that a program has to ask for the page first, and that the same form sent twice is known again.

Threats. Another site could have its visitors send reports from their networks, past the limit of its own: so a form that
the browser says came from elsewhere is shown once more instead of taken. A program fills in every field it finds: so one
that no person sees must stay empty. Neither is a wall; the limits of the services are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.publishing.pasted import number_in
from licence_qr.errors import AccessError, ConflictError, InputError, InvalidApplication, LicenceQRError, NotFoundError
from licence_qr.web.shell import request_log
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Field, problem_summary, read_fields
from licence_qr.web.shell.language import language
from licence_qr.web.shell.origin import came_from_elsewhere
from licence_qr.wording.text import Text

HOURS = 24
FIELD = "form"
TRAP = "website"
# What a visitor can mend or wait for: the form is shown once more with what was typed.
REFUSALS = (InvalidApplication, InputError, ConflictError, AccessError)
# The question for contact details; each page adds a hint on what they are for.
CONTACT = Field(
    "contact",
    Text("您的电话或邮箱", "Your phone number or email address"),
    characters=30,
    optional=True,
    autocomplete="tel",
)


def make(purpose: str, about: str) -> str:
    """A signed name for a fresh form about ``about``."""
    return str(_signer(purpose).dumps([about, secrets.token_urlsafe(12)]))


def parts(purpose: str, about: str, fields: Sequence[Field], refused: LicenceQRError | None) -> dict[str, object]:
    """What the template of every public form takes: its questions, what was typed, what is wrong, and a fresh name."""
    summary, problems = problem_summary(refused, language().value, fields)
    return {
        "fields": fields,
        "values": read_fields(request.form, fields),
        "summary": summary,
        "problems": problems,
        "form_name": make(purpose, about),
        "trap": TRAP,
    }


def accept(purpose: str, about: str) -> str:
    """The name of the form this request brought.

    Raises InputError ``report_form_outdated`` (older than a day, made for something else, or sent from another site) or
    ``report_form_filled_by_program``.
    """
    if request.form.get(TRAP):
        raise InputError("report_form_filled_by_program")
    name = _name(purpose, about, max_age=HOURS * 3600)
    if name is None or came_from_elsewhere():
        raise InputError("report_form_outdated")
    return name


def brought(purpose: str, about: str) -> bool:
    """Whether this request brought a form that was made here for ``about``, however old: its sender was shown the page."""
    return _name(purpose, about, max_age=None) is not None


def _name(purpose: str, about: str, max_age: int | None) -> str | None:
    try:
        known = _signer(purpose).loads(request.form.get(FIELD, ""), max_age=max_age)
    except BadSignature:
        return None
    return str(known[1]) if isinstance(known, list) and known[0] == about else None


def refused(error: LicenceQRError, page: str) -> Response:
    """``page``, which shows the form once more, as the answer to what could not be taken."""
    request_log.note_refusal(error)
    response = make_response(page, status_of(error))
    minutes = error.facts.get("minutes")
    if isinstance(minutes, int):
        response.headers["Retry-After"] = str(minutes * 60)
    return response


def sent_on(field: str, read: Callable[[str], CodeId], template: str, endpoint: str) -> Response:
    """The address ``endpoint`` gives to the number typed into ``field``; ``template``, which asks, until it can be read."""
    typed = request.args.get(field, "")
    if not typed:
        return make_response(asking(template, field))
    try:
        number = read(number_in(typed)).number
    except InputError as wrong:
        return make_response(asking(template, field, typed, wrong), wrong.http_status)
    return make_response(redirect(url_for(endpoint, number=number), 303))


def asking(template: str, field: str, typed: str = "", wrong: InputError | NotFoundError | None = None) -> str:
    """The page that asks for a number in ``field``, with what was typed and what is wrong with it."""
    if wrong is not None:
        request_log.note_refusal(wrong)
    summary, _ = problem_summary(wrong, language().value, (), lambda _: field)
    return render_template(template, typed=typed, summary=summary, wrong=next(iter(summary), None))


def _signer(purpose: str) -> URLSafeTimedSerializer:
    secret = current_app.secret_key
    if secret is None:
        raise LookupError("the application has no secret")
    return URLSafeTimedSerializer(secret, salt=f"licence-qr public form {purpose}")
