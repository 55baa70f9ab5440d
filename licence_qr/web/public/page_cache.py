"""Answers to scanned codes, kept for as long as nothing that decides them has changed.

A page may only be shown again when the register says now what it said then (invariant 5). SQLite answers that question
by itself, in one read of the file's change counter; so a kept answer is as live as a fresh one. It is given on the event
loop, before a thread is taken: nothing of a citizen's page depends on who asks, only on the address, the language and the
form wanted, which are the request's own words below.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any, Protocol

from licence_qr.errors import LicenceQRError
from licence_qr.front.answer import Answer, Headers
from licence_qr.process import metrics
from licence_qr.web import Clock, system_clock

MOST_KEPT = 2000  # about 12 MB a worker
_LONGEST_BODY = 64 * 1024
_LONGEST_WORDS = 2000  # a cookie or header beyond this is not worth keeping an answer for
_WORDS = ("QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_COOKIE")


class Stamped(Protocol):
    """What tells whether an answer can have changed (services.publishing.lookup)."""

    def stamp(self, now: datetime) -> Hashable:
        """A value that differs whenever an answer could. Raises LicenceQRError when that cannot be told."""


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A request for a page that may be kept: what tells it from others, the stamp before it was asked, the kept answer."""

    key: tuple[Any, ...]
    stamp: Hashable
    answer: Answer | None


class PageCache:
    """For GET requests of addresses below ``prefix``. ``lookup`` says whether anything has changed. One thread only."""

    def __init__(self, lookup: Stamped, prefix: str, clock: Clock = system_clock, most: int = MOST_KEPT) -> None:
        self._lookup = lookup
        self._prefix = prefix
        self._clock = clock
        self._most = most
        self._stamp: Hashable = None
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def ask(self, environ: Mapping[str, Any]) -> AskedPage | None:
        """Whether an answer is kept; None for what never is, and while the register or the trust list cannot be asked."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(self._prefix) or environ["REQUEST_METHOD"] != "GET":
            return None
        begun, now = perf_counter(), self._clock()
        try:
            stamp = self._lookup.stamp(now)
        except LicenceQRError:
            return None
        if stamp != self._stamp:
            self._answers.clear()
            self._stamp = stamp
        # The minute is part of the key because the page tells when the register was asked.
        words = tuple(map(environ.get, _WORDS))
        key = (path, environ["wsgi.url_scheme"], words, int(now.timestamp()) // 60)
        kept = self._answers.get(key)
        if kept is not None:
            metrics.observe(f"{self._prefix}<digits>", "200", perf_counter() - begun)
        return AskedPage(key, stamp, kept)

    def keep(self, asked: AskedPage, given: Answer) -> None:
        """Keep an answer that was made after ``asked``; one that a change since may have made untrue is not kept."""
        if asked.stamp != self._stamp or not _worth_keeping(asked, given):
            return
        self._answers[asked.key] = given
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)


def _worth_keeping(asked: AskedPage, given: Answer) -> bool:
    """Pages only: JSON tells the second of the check. Nothing that sets a cookie, and nothing unusually large."""
    by_name = _by_name(given.headers)
    page = given.status == 200 and by_name.get("content-type", "").startswith("text/html")
    words = sum(len(word) for word in asked.key[2] if word)
    small = given.file is None and len(given.body) <= _LONGEST_BODY and words <= _LONGEST_WORDS
    return page and small and "set-cookie" not in by_name


def _by_name(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
