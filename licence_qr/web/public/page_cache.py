"""Answers to scanned codes, kept for as long as nothing that decides them has changed.

A page may only be shown again when the register says now what it said then (invariant 5). SQLite answers that question
by itself, in one read of the file's change counter; so a kept answer is as live as a fresh one. It is given before
Flask is asked: nothing of a citizen's page depends on who asks, only on the address, the language and the form wanted,
which are the request's own words below. Each thread keeps its own answers, because the question whether the register
was written is answered for that thread's connection.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from licence_qr.errors import LicenceQRError, RegisterError
from licence_qr.web import Clock, system_clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_KEPT = 1000  # about 6 MB a thread
_LONGEST_BODY = 64 * 1024
_LONGEST_WORDS = 2000  # a cookie or header beyond this is not worth keeping an answer for
# Where the application below finds the RegisterError with which the register answered this very request. To ask a locked
# register costs the whole time it is waited for; nobody should wait for that twice.
REGISTER_ERROR = "licence_qr.register_error"
_WORDS = ("QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_COOKIE")

Headers = list[tuple[str, str]]


class Stamped(Protocol):
    """What tells whether an answer can have changed (services.publishing.lookup)."""

    def stamp(self, now: datetime) -> Hashable:
        """A value that differs whenever an answer could. Raises LicenceQRError when that cannot be told."""


@dataclass(slots=True)
class CachedPage:
    """A whole answer with status 200."""

    headers: Headers
    body: bytes


@dataclass(slots=True)
class _CachedPages:
    stamp: Hashable = None
    answers: OrderedDict[Hashable, CachedPage] = field(default_factory=OrderedDict)


class PageCache:
    """WSGI layer over ``app`` for the addresses below ``prefix``. ``lookup`` says whether anything has changed."""

    def __init__(
        self,
        app: WSGIApplication,
        lookup: Stamped,
        prefix: str,
        clock: Clock = system_clock,
        most: int = MOST_KEPT,
    ) -> None:
        self._app = app
        self._lookup = lookup
        self._prefix = prefix
        self._clock = clock
        self._most = most
        self._local = threading.local()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if not path.startswith(self._prefix) or environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start_response)
        now = self._clock()
        try:
            kept = self._still_true(now)
        except LicenceQRError as error:
            if isinstance(error, RegisterError):
                environ[REGISTER_ERROR] = error
            return self._app(environ, start_response)
        # The minute is part of the key because the page tells when the register was asked.
        words = tuple(map(environ.get, _WORDS))
        key = (path, environ["wsgi.url_scheme"], words, int(now.timestamp()) // 60)
        answer = kept.answers.get(key)
        if answer is None:
            return self._ask(environ, start_response, kept, key)
        start_response("200 OK", list(answer.headers))
        return (answer.body,)

    def _still_true(self, now: datetime) -> _CachedPages:
        """This thread's answers, emptied when anything was written. Raises LicenceQRError when the register or the trust
        list cannot be asked, and so nothing kept may be shown."""
        stamp = self._lookup.stamp(now)
        kept: _CachedPages | None = getattr(self._local, "kept", None)
        if kept is None or kept.stamp != stamp:
            kept = self._local.kept = _CachedPages(stamp)
        return kept

    def _ask(
        self, environ: WSGIEnvironment, start_response: StartResponse, kept: _CachedPages, key: tuple[Any, ...]
    ) -> Iterable[bytes]:
        seen: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            seen[:] = [(status, list(headers))]
            return start_response(status, headers, exc_info)

        parts = self._app(environ, start)
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = seen[0]
        if _worth_keeping(status, headers, body, key):
            kept.answers[key] = CachedPage(headers, body)
            if len(kept.answers) > self._most:
                kept.answers.popitem(last=False)
        return (body,)


def _worth_keeping(status: str, headers: Headers, body: bytes, key: tuple[Any, ...]) -> bool:
    """Pages only: JSON tells the second of the check. Nothing that sets a cookie, and nothing unusually large."""
    by_name = {name.lower(): value for name, value in headers}
    page = status.startswith("200 ") and by_name.get("content-type", "").startswith("text/html")
    words = sum(len(word) for word in key[2] if word)
    return page and "set-cookie" not in by_name and len(body) <= _LONGEST_BODY and words <= _LONGEST_WORDS
