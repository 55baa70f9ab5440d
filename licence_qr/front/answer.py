"""What is sent back: an answer of the application, whole, or one of the front itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from granian.rsgi import HTTPProtocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

IN_MEMORY_BYTES = 1024 * 1024
_PART_BYTES = 64 * 1024

Headers = list[tuple[str, str]]


class Refused(Exception):
    """The front answers itself, with ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Answer:
    """Status, headers and body; a body beyond 1 MB lies in ``file``, a file without a name."""

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
    """Send it. A reader too slow for a part of it is let go: the connection ends before the body does."""
    if answer.file is None:
        protocol.response_bytes(answer.status, answer.headers, answer.body)
        return
    with answer.file as file:
        length = file.tell()
        file.seek(0)
        headers = [each for each in answer.headers if each[0].lower() != "content-length"]
        transport = protocol.response_stream(answer.status, [*headers, ("content-length", str(length))])
        while part := file.read(_PART_BYTES):
            async with asyncio.timeout(part_seconds):
                await transport.send_bytes(part)
