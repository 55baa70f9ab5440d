"""Peers of a server that do what no browser does: half a head, silence, a reader that never reads."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path


def connected_to(port: int) -> set[int]:
    """The ports of the peers whose connections the side that listens on ``port`` still holds, in whatever state."""
    rows = [line.split()[1:3] for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    pairs = [(int(own.rpartition(":")[2], 16), int(other.rpartition(":")[2], 16)) for own, other in rows]
    return {other for own, other in pairs if own == port}


class Peer:
    """One connection to ``port``. ``name`` is the address that it says it forwards for."""

    def __init__(self, port: int, name: str = "", *, receive_buffer: int = 0, host: str = "127.0.0.1") -> None:
        self.name = name
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect((host, port))
        self._rest = b""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def begin(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole head."""
        named = {"Host": "127.0.0.1"} | ({"X-Forwarded-For": self.name} if self.name else {}) | dict(headers or {})
        self.send(
            f"{method} {path} HTTP/1.1\r\n".encode()
            + b"".join(f"{n}: {v}\r\n".encode() for n, v in named.items())
            + b"\r\n"
        )

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> int:
        """The status of a GET."""
        self.begin("GET", path, headers)
        return self.answer()[0]

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        """The status of a POST."""
        self.begin("POST", path, {"Content-Length": str(len(body))} | dict(headers or {}))
        self.send(body)
        return self.answer()[0]

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, body."""
        head = self._until(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(self._rest) < length:
            self._rest += self._some()
        body, self._rest = self._rest[:length], self._rest[length:]
        return int(lines[0].split()[1]), headers, body

    def wait_until_closed(self) -> bytes:
        """What still comes until the server ends the connection."""
        try:
            while data := self.socket.recv(65536):
                self._rest += data
        except ConnectionError:
            pass
        return self._rest

    def close(self) -> None:
        """End it from this side."""
        self.socket.close()

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._rest += self._some()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _some(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed by the server")
        return data


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS, _HEADERS, _DATA, _END_HEADERS = 4, 1, 0, 4


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame of HTTP/2 (RFC 9113, 4.1)."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def http_2_posts(streams: int) -> bytes:
    """The first bytes of a cleartext HTTP/2 connection: streams that announce 100,000 bytes and send six."""
    announced = {":method": "POST", ":path": "/echo", ":scheme": "http", ":authority": "h", "content-length": "100000"}
    # Literal fields with new names, not indexed (RFC 7541, 6.2.2); all are shorter than 127 bytes.
    block = b"".join(
        b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in announced.items()
    )
    posts = (
        _frame(_HEADERS, _END_HEADERS, stream, block) + _frame(_DATA, 0, stream, b"form=a")
        for stream in range(1, 2 * streams, 2)
    )
    return PREFACE + _frame(_SETTINGS, 0, 0, b"") + b"".join(posts)
