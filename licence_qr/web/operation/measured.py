"""Counting every answer, by the template of its route: an address holds tokens and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import request

from licence_qr.process import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ROUTE = "licence_qr.route"
NOWHERE = "(none)"
# What is answered before Flask knows the route: beginning of the path → what it counts as.
_BEFORE_FLASK = (("/static/", "/static/"), ("/c/", "/c/<digits>"))


class Measured:
    """WSGI layer outside of everything that answers."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = perf_counter()
        status = "500"

        def start(told: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal status
            status = told
            return start_response(told, headers, exc_info)

        try:
            return self._app(environ, start)
        finally:
            metrics.observe(_route_of(environ), status, perf_counter() - begun)


def _route_of(environ: WSGIEnvironment) -> str:
    route: str | None = environ.get(_ROUTE)
    if route is not None:
        return route
    path: str = environ.get("PATH_INFO", "")
    return next((route for begin, route in _BEFORE_FLASK if path.startswith(begin)), NOWHERE)


def note_route(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Note the template of the route that a request takes (Flask calls it before anything can refuse the request)."""
    if request.url_rule is not None:
        request.environ[_ROUTE] = request.url_rule.rule
