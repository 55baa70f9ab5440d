"""What is sent back: an answer of the application, whole, or one of the front itself."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from granian.rsgi import HTTPProtocol

from licence_qr.front.limits import IN_MEMORY_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_PART_BYTES = 64 * 1024  # of a file, each with its time

Headers = list[tuple[str, str]]


class Refused(Exception):
    """The front answers itself, with ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Answer:
    """Status, headers and body; a body beyond 64 KB lies in ``file``, a file without a name."""

    status: int
    headers: Headers
    body: bytes
    file: IO[bytes] | None = None


def ask(app: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """Run the application to its end, so that no thread of it ever waits for a reader."""
    head: list[Any] = []
    body = SpooledTemporaryFile(IN_MEMORY_BYTES)

    def start(*given: Any) -> Callable[[bytes], object]:
        head[:] = given
        return body.write

    parts = app(environ, start)
    try:
        for part in parts:
            if body.tell() + len(part) > IN_MEMORY_BYTES:
                body.rollover()  # before it is written: a long part is not held twice
            body.write(part)
    finally:
        getattr(parts, "close", lambda: None)()
    status, headers = int(head[0][:3]), head[1]
    if body.tell() > IN_MEMORY_BYTES:
        return Answer(status, headers, b"", body)
    body.seek(0)
    return Answer(status, headers, body.read())


async def send(answer: Answer, protocol: HTTPProtocol, part_seconds: float) -> None:
    """Send it. Raises TimeoutError for a reader too slow for a part of it, BrokenPipeError for one who has gone: the
    connection ends before the body does."""
    if answer.file is None:
        protocol.response_bytes(answer.status, answer.headers, answer.body)
        return
    length = answer.file.tell()
    answer.file.seek(0)
    headers = [each for each in answer.headers if each[0].lower() != "content-length"]
    # What granian is handed as a stream it takes at once, into memory. Of a file it reads no faster than its peer does, and
    # with a pipe for the file that can be seen here.
    reading, writing = (os.fdopen(end, mode, 0) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
    with reading, writing:
        os.set_blocking(writing.fileno(), False)
        if fcntl.fcntl(writing, fcntl.F_GETPIPE_SZ) > _PART_BYTES:  # as where memory has larger pages
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PART_BYTES)
        path = f"/dev/fd/{reading.fileno()}"
        protocol.response_file(answer.status, [*headers, ("content-length", str(length))], path)
        while part := answer.file.read(_PART_BYTES):
            while rest := part[writing.write(part) or 0 :]:
                await _writable(writing.fileno(), part_seconds)
                reading.close()  # granian has opened it: the pipe, which is shorter than the answer, was full
                part = rest


async def _writable(descriptor: int, seconds: float) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_writer(descriptor, ready.set)
    try:
        async with asyncio.timeout(seconds):
            await ready.wait()
    finally:
        loop.remove_writer(descriptor)
