"""The way of every request: counted, read, led to its lane, answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import lru_cache, partial
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, Protocol

from granian.rsgi import HTTPProtocol, Scope

from licence_qr.domain.register.networks import client_network
from licence_qr.front import answer, body
from licence_qr.front.answer import Answer, Refused
from licence_qr.front.environ import environ_of
from licence_qr.front.lanes import Lane, LaneSize, Way
from licence_qr.front.limits import IN_MEMORY_BYTES, Limits
from licence_qr.front.shares import Shares

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

    def client_of(self, environ: dict[str, Any]) -> dict[str, Any]:
        """``environ`` with the client's own address and scheme, where a proxy that is named says them."""

    def way_of(self, environ: Mapping[str, Any]) -> Way:
        """The lane for this request, and what is read of its body."""

    def refusal(self, environ: Mapping[str, Any], status: int) -> Answer:
        """What to say when the front refuses a request with ``status``."""


class Entrance:
    """The RSGI application. Made on the event loop, in the worker."""

    def __init__(self, site: Site, limits: Limits) -> None:
        self._site = site
        self._limits = limits
        self.lanes = {name: Lane(name, size) for name, size in site.lanes.items()}
        self._bodies = Shares(limits.bodies_of_one, limits.connections)
        self._body_bytes = Shares(limits.body_bytes_of_one, limits.body_bytes_of_all)
        self._answer_bytes = Shares(limits.answer_bytes_of_one, limits.answer_bytes_of_all)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = self._site.client_of(environ_of(scope))
        # Who asked may have gone, while waiting or reading, or is as good as gone.
        with ExitStack() as held, suppress(asyncio.CancelledError, TimeoutError, BrokenPipeError):
            given = await self._answer(environ, protocol, held)
            await answer.send(given, protocol, self._limits.part_seconds)

    def hung(self) -> bool:
        """Whether a lane has a thread that will not come back."""
        return any(lane.hung() for lane in self.lanes.values())

    async def _answer(self, environ: dict[str, Any], protocol: HTTPProtocol, held: ExitStack) -> Answer:
        """The answer; ``held`` is what it holds until it is sent."""
        try:
            asked = self._site.kept.ask(environ)
            if asked is not None and asked.answer is not None:  # it costs nothing that others could miss
                kept: Answer = asked.answer
                return kept
            way = self._site.way_of(environ)
            whose = way.device or _network(environ["REMOTE_ADDR"])
            with await self._read(environ, protocol, way.most_bytes, whose) as environ["wsgi.input"]:
                work = partial(answer.ask, self._site.wsgi, environ)
                given = await self.lanes[way.lane].run(work, whose, protocol.client_disconnect)
            if given.file:
                held.enter_context(given.file)
                held.enter_context(self._answer_bytes.held(whose, given.file.tell()))
        except Refused as refused:
            return self._site.refusal(environ, refused.status)
        except Exception as error:  # Flask answers its own; this is a fault of what lies round it
            _log.error("failed", exc_info=error)
            return self._site.refusal(environ, 500)
        if asked is not None:
            self._site.kept.keep(asked, given)
        return given

    async def _read(self, environ: dict[str, Any], protocol: HTTPProtocol, most: int, whose: str) -> IO[bytes]:
        """The body. Nobody is refused here for what others send, unless they announce a lot."""
        length = body.announced(environ)
        if not length:
            return BytesIO()
        with self._bodies.held(whose):
            if length > most:
                await body.drain(protocol, length, self._limits)
                if most:
                    raise Refused(413)
                environ["CONTENT_LENGTH"] = "0"
                return BytesIO()
            with self._body_bytes.held(whose, length if length > IN_MEMORY_BYTES else 0):
                return await body.read(protocol, length, self._limits)
