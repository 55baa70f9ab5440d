"""The clock of a served application, and of its answers."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, Response
from werkzeug.http import http_date
from werkzeug.serving import WSGIRequestHandler

from licence_qr.web import CLOCK

_UNTOLD = "clock not told"


class ServerClock:
    """Given to ``Site.restart``: the application and the ``Date`` of its answers then say ``moment``, which may be moved."""

    def __init__(self, moment: datetime, *, tells: bool = True) -> None:
        self.moment, self._tells = moment, tells

    def __call__(self, app: Flask) -> None:
        """Set the clock of ``app``; without ``tells`` its answers say no time that can be read."""
        app.extensions[CLOCK] = lambda: self.moment
        app.extensions[_UNTOLD] = not self._tells
        if not self._tells:
            app.after_request(_without_date)


def _without_date(response: Response) -> Response:
    response.headers.remove("Date")
    return response


def handler(app: Flask) -> type[WSGIRequestHandler]:
    """What answers for ``app``, by its clock. The application may say a ``Date`` too: then the answer has two."""

    class Handler(WSGIRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return "-" if app.extensions.get(_UNTOLD) else http_date(timestamp or app.extensions[CLOCK]())

    return Handler
