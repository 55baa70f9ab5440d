"""Forms that arrive when they cannot be taken: the session is over, or the form's own token no longer holds.

What was typed travels on: as hidden fields of the sign-in page, then on a page with one button that sends it to where
it was going. Nothing is done before that button is pressed.

Nobody gets the form of somebody else: it says, signed when its page was made, whose it is (``web.shell.origin``),
and goes on with that person alone.

Threats. Another site could have a form of its making kept, for a clerk to send with a careless press: so only a form
that the browser says came from this site is kept. An address could lead elsewhere: so none is taken over, it is built
anew from the endpoint it stands for, which must be one of ours that takes forms and asks for a role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.exceptions import HTTPException

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.errors import InputError
from licence_qr.web.shell import origin
from licence_qr.web.shell.origin import address_parts, came_from_here
from licence_qr.web.shell.security import PUBLIC
from licence_qr.wording.terms import term

# More than any form of ours asks for. In Chinese, as forms are sent, it is well below what Flask takes in (500 kB).
MOST_FIELDS = 100
MOST_CHARACTERS = 40_000
# How a kept field is named on the sign-in page, where it must not be taken for one of its own.
PREFIX = "kept:"
ADDRESS = "kept-address"
PAGE = "kept-page"
OWNER = "kept-of"
_SALT = "licence-qr kept form 1"
# Beside passwords, what proves who somebody is counts once and is asked for anew; the page makes its own token.
_LEFT = {origin.TOKEN, origin.PAGE, "code", "passkey", "made"}

_CHOICES = {"trade", "kinds", "entity_form", "premises_region", "mode", "notice_id", "notice_version", "notice_sha256"}
_TEXTS: Mapping[str, Text] = {
    **{name: label for name, label in FIELD_LABELS.items() if name not in _CHOICES},
    "reason": term("field.reason"),
    "text": Text("说明", "What was done"),
    "answer": Text("答复内容", "Text of the answer"),
}


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form on its way: the path on this site that takes it, its fields in the order of the page, the person for whom it
    was made, and the heading of the page on which it stood, empty where that is not known."""

    address: str
    fields: tuple[tuple[str, str], ...]
    owner: int
    page: str

    def hidden(self) -> tuple[tuple[str, str], ...]:
        """The fields as they stand on the sign-in page."""
        owner = str(_signer().dumps(self.owner))
        named = ((OWNER, owner), (ADDRESS, self.address), (PAGE, self.page))
        return (*named, *((PREFIX + name, value) for name, value in self.fields))

    def texts(self) -> tuple[tuple[Text, str], ...]:
        """What was typed in words, with its labels, for people to recognise."""
        return tuple((_TEXTS[name], value) for name, value in self.fields if name in _TEXTS and value.strip())


def posted() -> KeptForm | None:
    """The form this request brought, without secrets; None when there is none to keep: nothing but a button was
    pressed, or it did not come from this site. Raises InputError ``form_too_long_to_keep`` or, where the form does not say
    for whom it was made, ``form_of_whom``."""
    if request.method != "POST" or not came_from_here():
        return None
    owner = origin.owner_of(request.form.get(origin.TOKEN, ""))
    kept = _kept(request.path, request.form.items(multi=True), owner, request.form.get(origin.PAGE, ""))
    if kept and not kept.owner:
        raise InputError("form_of_whom")
    return kept


def carried() -> KeptForm | None:
    """The kept form that a page of a sign-in brought along, or None. Raises InputError ``form_too_long_to_keep``."""
    try:
        owner = _signer().loads(request.form.get(OWNER, ""))
    except BadData:
        return None
    brought = ((n.removeprefix(PREFIX), v) for n, v in request.form.items(multi=True) if n.startswith(PREFIX))
    return _kept(request.form.get(ADDRESS, ""), brought, owner, request.form.get(PAGE, ""))


def page_of_form() -> str | None:
    """The address of our own page on which a button was pressed, for going back there; None when it is not known."""
    page = address_parts(request.referrer or "")
    if page.netloc != request.host or _address(page.path, "GET") is None:
        return None
    return f"{page.path}?{page.query}" if page.query else page.path


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=_SALT)


def _kept(path: str, fields: Iterable[tuple[str, str]], owner: int, page: str) -> KeptForm | None:
    kept = tuple((name, value) for name, value in fields if name not in _LEFT and "password" not in name)
    address = _address(path, "POST")
    if address is None or not kept:
        return None
    if len(kept) > MOST_FIELDS or sum(len(name) + len(value) for name, value in kept) > MOST_CHARACTERS:
        raise InputError("form_too_long_to_keep", limit=MOST_CHARACTERS)
    return KeptForm(address, kept, owner, page[: origin.LONGEST_PAGE])


def _address(path: str, method: str) -> str | None:
    """The address of the closed page that answers ``path``, built anew; None when there is no such page."""
    try:
        endpoint, values = current_app.url_map.bind_to_environ(request.environ).match(path, method)
    except HTTPException:
        return None
    return None if endpoint in PUBLIC else url_for(endpoint, **values)
