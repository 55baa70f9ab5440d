"""A request's body, read whole before any thread is taken; who sends too slowly or too much is told so and let go."""

from __future__ import annotations

import asyncio
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from granian.rsgi import HTTPProtocol

from licence_qr.front.answer import Refused
from licence_qr.front.limits import Limits

IN_MEMORY_BYTES = 256 * 1024
# To who sends more than is taken the refusal can only be shown once the sending has ended or the connection has a gap.
DRAINED_BYTES, DRAINED_SECONDS = 16 * 1024 * 1024, 5.0


async def read(environ: dict[str, Any], protocol: HTTPProtocol, most: int, limits: Limits) -> IO[bytes]:
    """The body of the request, at most ``most`` bytes; beyond 256 KB it lies in a file without a name.

    Raises Refused: 411 without a length (RFC 9110, 15.5.12: no form of this program is sent in chunks, and a length beside
    chunks is how requests are smuggled past a proxy), 413 beyond ``most``, 408 when it comes in too slowly, 400 when the
    peer goes before its end.
    """
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise Refused(411)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not length:
        return BytesIO()
    if length > most:
        await _drain(protocol, length)
        raise Refused(413)
    body: IO[bytes] = SpooledTemporaryFile(IN_MEMORY_BYTES)
    if await _receive(protocol, body, limits) < length:
        raise Refused(400)
    return body


async def _receive(protocol: HTTPProtocol, body: IO[bytes], limits: Limits) -> int:
    """Take what comes, as long as it comes fast enough; the number of bytes."""
    received = 0
    start = asyncio.get_running_loop().time() + limits.first_seconds
    try:
        async with asyncio.timeout_at(start) as deadline:
            async for part in protocol:
                body.write(part)
                received += len(part)
                deadline.reschedule(start + received / limits.bytes_a_second)
    except TimeoutError:
        raise Refused(408) from None
    return received


async def _drain(protocol: HTTPProtocol, length: int) -> None:
    if length > DRAINED_BYTES:
        return
    try:
        async with asyncio.timeout(DRAINED_SECONDS):
            async for _ in protocol:
                pass
    except TimeoutError:
        return
