"""Asking the identity service over HTTPS: by a deadline, at its own address, and no more of the answer than is needed.

Timeouts of a socket start anew with every byte, so a peer that sends one a second would hold whoever waits for hours. Here
a thread of its own waits for name server and peer, and whoever asks goes on when the time is over.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from licence_qr.errors import IdentityServiceError

MOST_BYTES = 128 * 1024  # of an answer; those of large services have 10 KB
_DECLINED = (400, 401)
_MOST_OF_AN_ERROR = 40
SECONDS = 8.0  # for everything that one page asks the service


@dataclass(frozen=True, slots=True)
class HttpsRequest:
    """A request: POST with a ``body``, else GET."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str | None = field(default=None, repr=False)


class Deadline:
    """The end of the time for what one page asks."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, at least a little, as a timeout of none is no timeout."""
        return max(0.05, self._end - time.monotonic())


class Https:
    """Certificates are checked, against the authorities of ``ca_file`` where one is named. No redirect is followed, and no
    proxy of the environment is asked. ``seconds`` are for everything that one page asks."""

    def __init__(self, ca_file: Path | None, seconds: float) -> None:
        self._ca_file = ca_file
        self._seconds = seconds

    def deadline(self) -> Deadline:
        """The end of the time for what one page asks from now on."""
        return Deadline(self._seconds)

    def ask(self, question: HttpsRequest, deadline: Deadline) -> dict[str, Any]:
        """The JSON object that is answered with status 200.

        Raises IdentityServiceError ``identity_service_unreachable``, or ``identity_service_declined`` where the service says
        that it will not (RFC 6749, section 5.2).
        """
        call = _Call(question, self._trust, deadline.left)
        call.start()
        call.join(deadline.left)
        if call.is_alive():
            call.give_up()
            raise _unreachable("timeout")
        if call.answer is None:
            raise _unreachable(call.failure)
        status, content = call.answer
        if len(content) > MOST_BYTES:
            raise _unreachable("too long")
        if status in _DECLINED and "error" in (told := _object(content)):
            raise declined(told["error"])
        if status != 200:
            raise _unreachable(f"status {status}")
        return _object(content)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
        except OSError as error:  # the file is missing, or holds no certificate
            raise _unreachable(type(error).__name__) from error


class _Call(threading.Thread):
    def __init__(self, question: HttpsRequest, trust: ssl.SSLContext, seconds: float) -> None:
        super().__init__(name="identity-service", daemon=True)
        parts = urlsplit(question.address)
        self._path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._question = question
        self._connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=seconds, context=trust)
        self.answer: tuple[int, bytes] | None = None
        self.failure = ""

    def run(self) -> None:
        asked, connection = self._question, self._connection
        headers = {"Accept": "application/json", "Connection": "close", **asked.headers}
        try:
            connection.request("GET" if asked.body is None else "POST", self._path or "/", asked.body, headers)
            response = connection.getresponse()
            self.answer = response.status, response.read(MOST_BYTES + 1)
        except (OSError, HTTPException, ValueError) as error:
            self.failure = "timeout" if isinstance(error, TimeoutError) else type(error).__name__
        finally:
            connection.close()

    def give_up(self) -> None:
        """Let the thread end soon: nobody waits for it."""
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _unreachable("not JSON") from error
    if not isinstance(found, dict):
        raise _unreachable("not an object")
    return found


def _unreachable(because: str) -> IdentityServiceError:
    return IdentityServiceError("identity_service_unreachable", because=because)


def declined(error: object) -> IdentityServiceError:
    """The error for an answer that says no. Its code is short ASCII (RFC 6749, section 4.1.2.1), but anybody can write an
    address that has something else there."""
    code = error if isinstance(error, str) and error.isascii() and error.replace("_", "").isalnum() else "unknown"
    return IdentityServiceError("identity_service_declined", because=code[:_MOST_OF_AN_ERROR])
