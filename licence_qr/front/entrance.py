"""The way of every request: counted, read, led to its lane, answered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Protocol

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope

from licence_qr.domain.register.networks import client_network
from licence_qr.front import answer, body
from licence_qr.front.answer import Answer, Refused
from licence_qr.front.environ import environ_of, with_body
from licence_qr.front.lanes import Lane, LaneSize
from licence_qr.front.limits import Limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger("licence_qr.front")
_network = lru_cache(4096)(client_network)


class KeptAnswers(Protocol):
    """Answers that may be given again without asking the application (licence_qr.web.public.page_cache)."""

    def ask(self, environ: Mapping[str, Any]) -> Any:
        """None where nothing is ever kept; else something with ``answer``, the kept one or None."""

    def keep(self, asked: Any, given: Answer) -> None:
        """Keep ``given`` for requests like ``asked``, if it may be kept."""


class Site(Protocol):
    """What the front stands before."""

    wsgi: WSGIApplication
    kept: KeptAnswers
    lanes: Mapping[str, LaneSize]
    most_bytes: int

    def client_of(self, environ: dict[str, Any]) -> dict[str, Any]:
        """``environ`` with the client's own address and scheme, where a proxy that is named says them."""

    def lane_of(self, environ: Mapping[str, Any]) -> str:
        """The name of the lane for this request."""

    def refusal(self, environ: Mapping[str, Any], status: int) -> Answer:
        """What to say when the front refuses a request with ``status``."""


class Entrance:
    """The RSGI application. Made on the event loop, in the worker."""

    def __init__(self, site: Site, limits: Limits) -> None:
        self._site = site
        self._limits = limits
        self.lanes = {name: Lane[Answer](name, size) for name, size in site.lanes.items()}
        self._open: Counter[str] = Counter()
        self._bodies = 0

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = self._site.client_of(environ_of(scope))
        network = _network(environ["REMOTE_ADDR"])
        self._open[network] += 1
        try:
            given = await self._answer(environ, protocol, network)
            await answer.send(given, protocol, self._limits.part_seconds)
        except (TimeoutError, ProtocolClosed):
            pass  # a reader who has gone, or as good as gone
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]

    def hung(self) -> bool:
        """Whether a lane has a thread that will not come back."""
        return any(lane.hung() for lane in self.lanes.values())

    async def _answer(self, environ: dict[str, Any], protocol: HTTPProtocol, network: str) -> Answer:
        try:
            asked = self._site.kept.ask(environ)
            if asked is not None and asked.answer is not None:  # it costs nothing that others could miss
                kept: Answer = asked.answer
                return kept
            if self._open[network] > self._limits.open_a_network:
                raise Refused(503)
            given = await self._ask(environ, protocol, network)
        except Refused as refused:
            return self._site.refusal(environ, refused.status)
        except Exception as error:  # Flask answers its own; this is a fault of what lies round it
            _log.error("failed", exc_info=error)
            return self._site.refusal(environ, 500)
        if asked is not None:
            self._site.kept.keep(asked, given)
        return given

    async def _ask(self, environ: dict[str, Any], protocol: HTTPProtocol, network: str) -> Answer:
        with_body(environ, await self._read(environ, protocol))
        lane = self.lanes[self._site.lane_of(environ)]
        with environ["wsgi.input"]:
            return await lane.run(partial(answer.ask, self._site.wsgi, environ), network)

    async def _read(self, environ: dict[str, Any], protocol: HTTPProtocol) -> Any:
        if self._bodies >= self._limits.bodies and environ.get("CONTENT_LENGTH", "0") != "0":
            raise Refused(503)
        self._bodies += 1
        try:
            return await body.read(environ, protocol, self._site.most_bytes, self._limits)
        finally:
            self._bodies -= 1
