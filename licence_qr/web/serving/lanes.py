"""Which lane a request takes: what people wait for together, and what must not wait for something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from licence_qr.errors import ConfigError
from licence_qr.front.lanes import LaneSize
from licence_qr.web.shell.security import PUBLIC, SIGN_IN

SCAN: Final = "scan"  # what is behind a code: pages, lists, the verify page, static files
DESK: Final = "desk"
LARGE: Final = "large"  # papers, packs, exports, photographs
FORMS: Final = (
    "forms"  # what the public sends and the pages for it: reports with photographs, ratings, the sign-in page
)
SIGNING_IN: Final = "sign-in"  # each a password hash
ALIVE: Final = "alive"  # whether the service lives, asked by what restarts it: never behind anything else
OPERATION: Final = "operation"  # whether it is ready, and its figures, which ask register and disk
SIGNING_IN_AGAIN: Final = (
    "sign-in again"  # on a device where somebody has done so before: strangers take no place there
)

# A thread more would not make scans faster, Python runs one at a time; citizens are sent away last. At the desk one waits
# for another writer now and then, and a colleague need not wait with it.
SIZES: Final = {
    SCAN: LaneSize(threads=1, waiting=200),
    DESK: LaneSize(threads=2, waiting=32),
    LARGE: LaneSize(threads=1, waiting=8, patience=30, longest=600),
    FORMS: LaneSize(threads=1, waiting=32),
    ALIVE: LaneSize(threads=1, waiting=200),
    OPERATION: LaneSize(threads=1, waiting=8),
    SIGNING_IN: LaneSize(threads=1, waiting=8),
    SIGNING_IN_AGAIN: LaneSize(threads=1, waiting=8),
}

_HOT = ("/c/", "/static/")
_SCANNED = frozenset({"citizen", "lists", "verify", "inspect", "inspect_visit"})  # blueprints
_ALIVE_PAGE = "operation.alive"
_LARGE = frozenset(
    {
        "inspect.take_pack",
        "inspections_sync.receive_photo",
        "desk.businesses.download_card",
        "desk.businesses.show_png",
        "desk.work.export_work",
        "calendar.show_feed",
    }
)


class Lanes:
    """The choice, made from the routes of ``app``. ``is_known`` says of a Cookie header whether it is of a known device."""

    def __init__(self, app: Flask, is_known: Callable[[str], bool]) -> None:
        unknown = _LARGE - {rule.endpoint for rule in app.url_map.iter_rules()}
        if unknown:
            raise ConfigError("route_unknown", endpoint=min(unknown))
        self._routes = app.url_map.bind("")
        self._is_known = is_known

    def of(self, environ: Mapping[str, Any]) -> str:
        """The lane for a request; what leads nowhere is the desk's."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path.startswith(_HOT):
            return SCAN
        try:
            endpoint, _ = self._routes.match(path, method)
        except (HTTPException, RequestRedirect):
            return DESK
        if endpoint in _LARGE:
            return LARGE
        if endpoint not in PUBLIC:
            return DESK
        blueprint = endpoint.partition(".")[0]
        if blueprint == OPERATION:
            return ALIVE if endpoint == _ALIVE_PAGE else OPERATION
        if endpoint == SIGN_IN and method == "POST":
            return SIGNING_IN_AGAIN if self._is_known(environ.get("HTTP_COOKIE", "")) else SIGNING_IN
        return SCAN if blueprint in _SCANNED else FORMS
