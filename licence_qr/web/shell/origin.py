"""Where a form of the staff comes from: which site sent it, as far as the browser says, for whom its page was made, and what
that page was called.

Whose form it is was settled when the page was made. It is a part of the form's CSRF token and signed with it, so that it is
read from the form alone: who holds the session, or which cookie the browser has by the time the form arrives, does not
change it.
"""

from __future__ import annotations

import secrets
from urllib.parse import SplitResult, urlsplit

from flask import current_app, g, request, session
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup

PAGE = "form-page"
TOKEN = "csrf_token"  # noqa: S105 - the name of a field
LONGEST_PAGE = 120  # characters
_FETCH_SITES = {"same-origin": True, "same-site": False, "cross-site": False}
_SALT = "wtf-csrf-token"  # the one of Flask-WTF, which signs the token


def came_from_here() -> bool:
    """Whether the browser says that one of our pages sent this form.

    By Sec-Fetch-Site (Fetch Metadata), which no page can set, and which is there too where a setting for privacy makes
    ``null`` of Origin, or a proxy another name of Host. Without it by Origin, or by Referer where there is none.
    """
    said = _said_by_the_browser()
    return address_parts(_named()).netloc == request.host if said is None else said


def came_from_elsewhere() -> bool:
    """Whether the browser names another site. One that names none, as some inside other apps, is believed."""
    names_one = _said_by_the_browser() is not None or bool(_named())
    return names_one and not came_from_here()


def address_parts(address: str) -> SplitResult:
    """The parts of an address that a browser sent; empty ones when it cannot be read."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def bind_forms(person_id: int) -> None:
    """Let the forms of this browser be of ``person_id`` from now on. Forms it was given for anybody else are not taken, and
    what waits in its cookie to be shown to anybody else is not shown."""
    if _owner(session.get(TOKEN)) != person_id:
        forget_forms()
        session[TOKEN] = f"{person_id}.{secrets.token_hex(20)}"


def renew_form_token() -> None:
    """Take no form any more that this browser was given before."""
    for kept in (session, g):
        kept.pop(TOKEN, None)


def forget_forms() -> None:
    """``renew_form_token``, and forget messages and whatever else waits in the browser's cookie for the next page."""
    session.clear()
    renew_form_token()


def owner_of(token: str) -> int:
    """The person for whom a form with this token was made, however old it is; 0 where it is nobody's, or not ours."""
    try:
        return _owner(URLSafeTimedSerializer(current_app.secret_key or "", salt=_SALT).loads(token))
    except BadData:
        return 0


def name_page(heading: str) -> str:
    """Note the heading, without marks, of the page on which the forms stand. Shows nothing."""
    g.form_page = heading[:LONGEST_PAGE]
    return ""


def form_token() -> Markup:
    """The hidden fields, for the start of a form."""
    field = Markup('<input type="hidden" name="{}" value="{}">')
    fields = [field.format(TOKEN, generate_csrf())]
    if page := g.get("form_page", ""):
        fields.append(field.format(PAGE, page))
    return Markup("\n").join(fields)


def _said_by_the_browser() -> bool | None:
    """Whether Sec-Fetch-Site says that the page was ours; None where it does not say it, as for what a person repeats."""
    return _FETCH_SITES.get(request.headers.get("Sec-Fetch-Site", ""))


def _named() -> str:
    return request.headers.get("Origin") or request.referrer or ""


def _owner(raw: object) -> int:
    person, _, rest = raw.partition(".") if isinstance(raw, str) else ("", "", "")
    return int(person) if rest and person.isdecimal() else 0
