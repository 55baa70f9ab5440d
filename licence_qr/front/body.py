"""A request's body, read whole before any thread is taken; who sends too slowly or too much is told so and let go."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from granian.rsgi import HTTPProtocol

from licence_qr.front.answer import Refused
from licence_qr.front.limits import IN_MEMORY_BYTES, Limits


def announced(environ: dict[str, Any]) -> int:
    """The length that the head says. Raises Refused: 411 without one (RFC 9110, 15.5.12: no form of this program is sent in
    chunks, and a length beside chunks is how requests are smuggled past a proxy), 400 for one that is no number."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise Refused(411)
    try:
        return int(environ.get("CONTENT_LENGTH", 0))
    except ValueError:
        raise Refused(400) from None


async def read(protocol: HTTPProtocol, length: int, limits: Limits) -> IO[bytes]:
    """The whole body, to be read from its first byte; beyond 64 KB it lies in a file without a name.

    Raises Refused: 408 when it comes in too slowly, 400 when the peer goes before its end.
    """
    body = SpooledTemporaryFile(IN_MEMORY_BYTES)
    start = asyncio.get_running_loop().time() + limits.first_seconds
    try:
        async with asyncio.timeout_at(start) as deadline:
            async for part in protocol:
                body.write(part)
                deadline.reschedule(start + body.tell() / limits.bytes_a_second)
    except TimeoutError:
        raise Refused(408) from None
    if body.tell() < length:
        raise Refused(400)
    body.seek(0)
    return body


async def drain(protocol: HTTPProtocol, length: int, limits: Limits) -> None:
    """Let a body that nobody wants come in, and keep nothing of it: its sender sees no answer while the sending goes on."""
    if length > limits.drained_bytes:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(limits.drained_seconds):
            async for _ in protocol:
                pass
