"""The pages of what the front refuses itself, made once at the start: under load nothing is left to make them with."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from flask import Flask, g
from werkzeug.exceptions import default_exceptions

from licence_qr.front.answer import Answer, ask
from licence_qr.web.shell import errors
from licence_qr.web.shell.security import SecurityHeaders

STATUSES = (400, 408, 411, 413, 500, 503)
_KINDS = ("text/html", "application/json")


# Where the page leads back to: staff go to the desk, everybody else to the start page.
_PLACES = ("/", "/desk/")


class Refusals:
    """The answers of ``app`` to each of these statuses, in both languages, as a page for each place and as JSON."""

    def __init__(self, app: Flask) -> None:
        self._made = {each: _make(app, *each) for each in product(STATUSES, _KINDS, _PLACES)}

    def of(self, environ: Mapping[str, Any], status: int) -> Answer:
        """The answer with ``status``, in the form that the request asks for, leading to where it came from."""
        kind = _KINDS["json" in environ.get("HTTP_ACCEPT", "")]
        return self._made[status, kind, _PLACES[environ.get("PATH_INFO", "").startswith("/desk")]]


def _make(app: Flask, status: int, kind: str, place: str) -> Answer:
    # As of a form: a page that was made beforehand does not know the address of its other language.
    with app.test_request_context(
        place, headers={"Accept": kind}, base_url=app.config["ORIGIN"], method="POST"
    ) as made:
        g.request_id = f"front-{status}"
        response = errors.show_http(default_exceptions[status]())
        return ask(SecurityHeaders(response), dict(made.request.environ))
