"""nginx and Caddy, run with the examples of deploy/."""

from __future__ import annotations

import http.client
import os
import select
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.load import free_port
from licence_qr.services.keys.lan_certificate import lan_certificate

PROXY = Path(__file__).parents[2] / "deploy" / "proxy"
HERE = "127.0.0.1"


class Proxy(NamedTuple):
    """A proxy that runs: where it listens, whether by TLS, and where it looks for the program."""

    port: int
    tls: bool
    behind: int

    def begin(
        self, path: str, headers: dict[str, str] | None = None, body: bytes | None = None, visitor: str = HERE
    ) -> http.client.HTTPConnection:
        """A connection of its own from the address ``visitor``, on which one request was sent."""
        trusting = ssl._create_unverified_context()  # noqa: S323 - the certificate is of this test
        connection = (
            http.client.HTTPSConnection(HERE, self.port, context=trusting, source_address=(visitor, 0))
            if self.tls
            else http.client.HTTPConnection(HERE, self.port, source_address=(visitor, 0))
        )
        with suppress(ConnectionResetError, BrokenPipeError):  # who sends too much may not be read to the end
            connection.request("POST" if body else "GET", path, body, {"Host": "ym.example.gov.cn"} | (headers or {}))
        return connection

    def ask(
        self, path: str, headers: dict[str, str] | None = None, body: bytes | None = None, visitor: str = HERE
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers by small names, and text of an answer."""
        connection = self.begin(path, headers, body, visitor)
        try:
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, named, answer.read().decode()
        finally:
            connection.close()


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


STANDS_FOR = "X-Stands-For"
_BELIEVED = f"  set_real_ip_from {HERE};\n  real_ip_header {STANDS_FOR};\n"


def nginx_command(folder: Path, port: int, behind: int) -> list[str | Path]:
    """nginx with the example as it stands, but for ports and paths that are this test's. A visitor from this address may
    stand for any other, also one of IPv6 (``STANDS_FOR``)."""
    certificate, key = lan_certificate(folder, ("ym.example.gov.cn",), datetime.now(UTC))
    example = replaced(
        (PROXY / "nginx.conf").read_text(encoding="utf-8"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen {HERE}:{free_port()};"),
        ("listen 443 ssl", f"listen {HERE}:{port} ssl"),
        ("/etc/ssl/licence-qr/fullchain.pem", str(certificate)),
        ("/etc/ssl/licence-qr/key.pem", str(key)),
        ("/usr/share/licence-qr", str(PROXY)),
        (f"{HERE}:8000", f"{HERE}:{behind}"),
    )
    (folder / "licence-qr.conf").write_text(example, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    whole = f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n"
    whole += f"  include /etc/nginx/mime.types;\n{_BELIEVED}"
    (folder / "nginx.conf").write_text(f"{whole}{places}  include {folder}/licence-qr.conf;\n}}\n", encoding="utf-8")
    return ["nginx", "-c", folder / "nginx.conf"]


def caddy_command(folder: Path, port: int, behind: int) -> list[str | Path]:
    """Caddy with the example as it stands, but without TLS, whose certificates it would fetch."""
    example = replaced(
        (PROXY / "Caddyfile").read_text(encoding="utf-8"),
        ("{\n\tservers", "{\n\tadmin off\n\tservers"),
        ("\nym.example.gov.cn {", f"\nhttp://ym.example.gov.cn:{port} {{"),
        ("/usr/share/licence-qr", str(PROXY)),
        (f"{HERE}:8000", f"{HERE}:{behind}"),
    )
    (folder / "Caddyfile").write_text(example, encoding="utf-8")
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


def started(
    make: Callable[[Path, int, int], list[str | Path]], folder: Path
) -> tuple[subprocess.Popen[bytes], int, int]:
    """The proxy that listens, its port and that of the program behind it. Where a connection of somebody else has taken the
    port since it was found free, others are tried."""
    environ = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    while True:
        port, behind = free_port(), free_port()
        with (folder / "said").open("w") as said:
            process = subprocess.Popen(make(folder, port, behind), env=environ, stdout=said, stderr=said)
        while process.poll() is None:
            with suppress(ConnectionRefusedError):
                socket.create_connection((HERE, port)).close()
                return process, port, behind
            select.select([], [], [], 0.01)
        told = (folder / "said").read_text()
        assert "address already in use" in told.lower(), told


@contextmanager
def running(make: Callable[[Path, int, int], list[str | Path]], folder: Path, *, tls: bool) -> Iterator[Proxy]:
    process, port, behind = started(make, folder)
    try:
        yield Proxy(port, tls, behind)
    finally:
        process.terminate()
        process.wait()
