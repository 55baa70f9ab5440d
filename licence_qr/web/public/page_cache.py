"""Answers to scanned codes, kept for as long as nothing that decides them has changed.

A page may only be shown again when the register says now what it said then (invariant 5). SQLite answers that question
by itself, in one read of the file's change counter; so a kept answer is as live as a fresh one. It is given on the event
loop, before a thread is taken: nothing of a citizen's page depends on who asks, only on the address, the kept language and
whether it may be compressed. Nothing else that a request says makes another entry: who makes things up fills nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any, Protocol

from licence_qr.errors import LicenceQRError
from licence_qr.front.answer import Answer
from licence_qr.process import metrics
from licence_qr.web import Clock, system_clock
from licence_qr.web.public.answers import takes_gzip
from licence_qr.web.shell.language import kept_in

MOST_BYTES = 16 * 1024 * 1024  # a worker, some 3,000 pages
_BESIDE_THE_BODY = 2048  # headers, key and what Python needs for them


class Stamped(Protocol):
    """What tells whether an answer can have changed (services.publishing.lookup)."""

    def stamp(self, now: datetime) -> Hashable:
        """A value that differs whenever an answer could. Raises LicenceQRError when that cannot be told."""


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A request for a page that may be kept: what tells it from others, the stamp before it was asked, the kept answer."""

    key: Hashable
    stamp: Hashable
    answer: Answer | None


class PageCache:
    """For GET requests of addresses below ``prefix``. ``lookup`` says whether anything has changed. One thread only."""

    def __init__(self, lookup: Stamped, prefix: str, clock: Clock = system_clock, most: int = MOST_BYTES) -> None:
        self._lookup = lookup
        self._prefix = prefix
        self._clock = clock
        self._most = most
        self._stamp: Hashable = None
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes = 0

    def ask(self, environ: Mapping[str, Any]) -> AskedPage | None:
        """Whether an answer is kept; None for what never is, and while the register or the trust list cannot be asked.

        JSON tells the second of the check, and a query chooses a language, which sets a cookie: neither is kept.
        """
        path: str = environ["PATH_INFO"]
        if not path.startswith(self._prefix) or environ["REQUEST_METHOD"] != "GET":
            return None
        if environ.get("QUERY_STRING") or "json" in environ.get("HTTP_ACCEPT", ""):
            return None
        begun, now = perf_counter(), self._clock()
        try:
            # The minute too, because the page tells when the register was asked.
            stamp = self._lookup.stamp(now), int(now.timestamp()) // 60
        except LicenceQRError:
            return None
        if stamp != self._stamp:
            self._answers.clear()
            self._bytes = 0
            self._stamp = stamp
        language, compressed = (
            kept_in(environ.get("HTTP_COOKIE", "")),
            takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )
        key = (path, environ["wsgi.url_scheme"], language, compressed)
        kept = self._answers.get(key)
        if kept is not None:
            metrics.observe(f"{self._prefix}<digits>", "200", perf_counter() - begun)
        return AskedPage(key, stamp, kept)

    def keep(self, asked: AskedPage, given: Answer) -> None:
        """Keep an answer that was made after ``asked``; one that a change since may have made untrue is not kept."""
        if asked.stamp != self._stamp or asked.key in self._answers or not _worth_keeping(given):
            return
        self._answers[asked.key] = given
        self._bytes += _size(given)
        while self._bytes > self._most:
            self._bytes -= _size(self._answers.popitem(last=False)[1])


def _size(answer: Answer) -> int:
    return len(answer.body) + _BESIDE_THE_BODY


def _worth_keeping(given: Answer) -> bool:
    """Pages only, nothing that sets a cookie, and nothing so large that it lies in a file."""
    headers = {name.lower(): value for name, value in given.headers}
    page = given.status == 200 and headers.get("content-type", "").startswith("text/html")
    return page and given.file is None and "set-cookie" not in headers
