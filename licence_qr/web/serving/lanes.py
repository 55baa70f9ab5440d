"""Which way a request goes: its lane, what people wait for together and what must not wait for something else; and how
much of a body is read for it. What no route wants is not read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from licence_qr.errors import ConfigError
from licence_qr.front.lanes import LaneSize, Way
from licence_qr.web.app import MAX_REQUEST_BYTES
from licence_qr.web.shell.security import OF_IDENTITY_SERVICE, PUBLIC, SESSION_COOKIES, SIGN_IN

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
    "sign-in again"  # and its page, on a device where somebody has done so before: strangers take no place there
)
SIGNING_IN_ELSEWHERE: Final = (
    "sign-in elsewhere"  # asks the identity service, which may be slow: no password waits for it
)

# A thread more would not make scans faster, Python runs one at a time; citizens are sent away last, and a quarter of their
# places, the share of one address, is room for a shopping centre of phones. At the desk one waits for another writer now and
# then, and a colleague need not wait with it.
SIZES: Final = {
    SCAN: LaneSize(threads=1, waiting=1000),
    DESK: LaneSize(threads=2, waiting=32),
    LARGE: LaneSize(threads=1, waiting=8, patience=30, longest=600),
    FORMS: LaneSize(threads=1, waiting=32),
    ALIVE: LaneSize(threads=1, waiting=200),
    OPERATION: LaneSize(threads=1, waiting=8),
    SIGNING_IN: LaneSize(threads=1, waiting=8),
    SIGNING_IN_AGAIN: LaneSize(threads=1, waiting=8),
    SIGNING_IN_ELSEWHERE: LaneSize(threads=2, waiting=16),
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

# Most bytes of a body. A form of the public has no more; one of the staff may be long, also when it comes too late for its
# session, and then it travels on through the sign-in page (account/interrupted_forms).
FORM_BYTES: Final = 64 * 1024
LONG_FORM_BYTES: Final = 512 * 1024  # Flask itself takes a little less of what is no file
_UPLOADS = frozenset(
    {
        "citizen_reports.send",
        "citizen_reports.send_without_number",
        "inspections_sync.receive_inspection",
        "inspections_sync.receive_photo",
    }
)
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class Lanes:
    """The choice, made from the routes of ``app``. ``device_of`` names the known device that a request comes from, or
    nothing."""

    def __init__(self, app: Flask, device_of: Callable[[Mapping[str, Any]], str]) -> None:
        unknown = (_LARGE | _UPLOADS) - {rule.endpoint for rule in app.url_map.iter_rules()}
        if unknown:
            raise ConfigError("route_unknown", endpoint=min(unknown))
        self._routes = app.url_map.bind("")
        self._device_of = device_of

    def of(self, environ: Mapping[str, Any]) -> Way:
        """The way of a request; what leads nowhere is the desk's. Of a scan nobody asks from which device it comes."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path.startswith(_HOT):
            return Way(SCAN)
        device = self._device_of(environ)
        try:
            endpoint, _ = self._routes.match(path, method)
        except (HTTPException, RequestRedirect):
            return Way(DESK, device=device)
        most = 0 if method in _WITHOUT_BODY else _most_bytes(endpoint, environ.get("HTTP_COOKIE", ""))
        return Way(_lane(endpoint, method, device), most, device)


def _lane(endpoint: str, method: str, device: str) -> str:
    if endpoint in _LARGE:
        return LARGE
    if endpoint not in PUBLIC:
        return DESK
    blueprint = endpoint.partition(".")[0]
    if blueprint == OPERATION:
        return ALIVE if endpoint == _ALIVE_PAGE else OPERATION
    if endpoint in OF_IDENTITY_SERVICE:
        return SIGNING_IN_ELSEWHERE
    if endpoint == SIGN_IN and device:
        return SIGNING_IN_AGAIN
    if endpoint == SIGN_IN and method == "POST":
        return SIGNING_IN
    return SCAN if blueprint in _SCANNED else FORMS


def _most_bytes(endpoint: str, cookies: str) -> int:
    if endpoint in _UPLOADS:
        # Who is certainly not signed in is told so without what was sent being read.
        signed_in = endpoint in PUBLIC or any(name in cookies for name in SESSION_COOKIES)
        return MAX_REQUEST_BYTES if signed_in else 0
    carries_forms = endpoint == SIGN_IN or endpoint in OF_IDENTITY_SERVICE
    return FORM_BYTES if endpoint in PUBLIC and not carries_forms else LONG_FORM_BYTES
