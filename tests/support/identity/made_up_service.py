"""An identity service of a few lines that says whatever a test wants it to say, also what no real one would."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from licence_qr.services.keys.lan_certificate import lan_certificate


@dataclass
class MadeUpService:
    """``answers``: path → status and what is answered: JSON values or bytes. ``held``: paths that are never answered;
    ``dripping``: those that are answered a byte at a time, without end."""

    ca_file: Path
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    dripping: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def begin_at(self, port: int) -> None:
        """Answer as a service does."""
        self.issuer = f"https://localhost:{port}"
        self.answers["/.well-known/openid-configuration"] = (200, self.metadata())
        self.answers["/keys"] = (200, {"keys": [self.key.as_dict(private=False)]})

    def metadata(self, **changes: Any) -> dict[str, Any]:
        """What it says of itself."""
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return told | changes

    def say(self, claims: dict[str, Any], **header: Any) -> None:
        """Give an ID token with these claims for the next code."""
        self.give(jwt.encode({"alg": "RS256", "kid": "one", **header}, claims, self.key))

    def give(self, token: str) -> None:
        """Give this text as ID token."""
        self.answers["/token"] = (200, {"id_token": token, "access_token": "opened", "token_type": "Bearer"})


class _Handler(BaseHTTPRequestHandler):
    service: MadeUpService

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        service = self.service
        service.asked.append(self.path)
        if self.path in service.held:
            service.ended.wait()
            return
        if self.path in service.dripping:
            self._drip()
            return
        status, told = service.answers.get(self.path, (404, {}))
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        with suppress(OSError):  # whoever asked has gone
            while not self.service.ended.wait(0.05):
                self.wfile.write(b" ")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def made_up_service(folder: Path) -> Iterator[MadeUpService]:
    """One that answers until the block ends."""
    certificate, key = lan_certificate(folder, ("localhost",), datetime.now(UTC))
    service = MadeUpService(certificate)
    handler = type("Handler", (_Handler,), {"service": service})
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("localhost", 0), handler) as server:
        server.daemon_threads = True
        server.socket = trust.wrap_socket(server.socket, server_side=True)
        service.begin_at(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield service
        finally:
            service.ended.set()
            server.shutdown()
            thread.join()
