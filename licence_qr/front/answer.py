"""What is sent back: an answer of the application, whole, or one of the front itself."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from granian.rsgi import HTTPProtocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# What the system takes from a sender at once. Beyond it an answer is sent in parts, each with its time.
IN_MEMORY_BYTES = _PART_BYTES = 64 * 1024

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
    seen: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        seen[:] = [(status, headers)]
        return _no_write

    parts = app(environ, start)
    try:
        body, file = _collect(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    status, headers = seen[0]
    return Answer(int(status[:3]), headers, body, file)


def _no_write(data: bytes) -> object:
    raise NotImplementedError("the write() of PEP 3333 is for frameworks older than it")


def _collect(parts: Iterable[bytes]) -> tuple[bytes, IO[bytes] | None]:
    held: list[bytes] = []
    size = 0
    file: IO[bytes] | None = None
    for part in parts:
        size += len(part)
        if file is None and size > IN_MEMORY_BYTES:
            file = TemporaryFile()
            file.writelines(held)
            held.clear()
        if file is None:
            held.append(part)
        else:
            file.write(part)
    return (held[0] if len(held) == 1 else b"".join(held)), file


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
