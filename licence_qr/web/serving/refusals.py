"""The pages of what the front refuses itself, made once at the start: under load nothing is left to make them with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, g
from werkzeug.exceptions import default_exceptions

from licence_qr.front.answer import Answer, ask
from licence_qr.web.shell import errors
from licence_qr.web.shell.security import SecurityHeaders

STATUSES = (400, 408, 411, 413, 500, 503)
_KINDS = ("text/html", "application/json")


class Refusals:
    """The answers of ``app`` to each of these statuses, in both languages, as a page and as JSON."""

    def __init__(self, app: Flask) -> None:
        self._made = {(status, kind): _make(app, status, kind) for status in STATUSES for kind in _KINDS}

    def of(self, environ: Mapping[str, Any], status: int) -> Answer:
        """The answer with ``status``, in the form that the request asks for."""
        return self._made[status, _KINDS["json" in environ.get("HTTP_ACCEPT", "")]]


def _make(app: Flask, status: int, kind: str) -> Answer:
    with app.test_request_context("/", headers={"Accept": kind}, base_url=app.config["ORIGIN"]) as context:
        g.request_id = f"front-{status}"
        response = errors.show_http(default_exceptions[status]())
        environ = dict(context.request.environ)
        return ask(SecurityHeaders(response), environ)
