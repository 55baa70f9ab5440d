"""A real identity service on this machine: node's certified oidc-provider over TLS, and somebody's browser at it."""

from __future__ import annotations

import html
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from bench.load import free_port
from licence_qr.services.accounts.identity_service.questions import RETURN_PATH
from licence_qr.services.keys.lan_certificate import lan_certificate

NODE = Path(sys.executable).with_name("node")
SCRIPT = Path(__file__).with_name("provider.js")
CLIENT, SECRET = "licence-qr", "of these tests: 100% +/&="
TWO_FACTORS = "urn:example:two-factors"
CLAIM = "employee_number"
People = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class IdentityService:
    """Where it is, what it trusts as ours, and the settings of an installation that uses it."""

    port: int
    folder: Path
    address: str
    people: People

    @property
    def issuer(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def ca_file(self) -> Path:
        return lan_certificate(self.folder, ("localhost",), datetime.now(UTC))[0]

    def settings(self, **changes: str) -> dict[str, str]:
        """Settings of the installation, with changes."""
        secret = self.folder / "secret"
        secret.write_text(f"{SECRET}\n", encoding="utf-8")
        named = {
            "ISSUER": self.issuer,
            "NAME": "示例区统一身份认证平台",
            "CLIENT_ID": CLIENT,
            "CLIENT_SECRET_FILE": str(secret),
            "STAFF_CLAIM": CLAIM,
            "ACR_VALUES": TWO_FACTORS,
            "CA_FILE": str(self.ca_file),
        }
        return {f"LICENCE_QR_OIDC_{name}": value for name, value in (named | changes).items()}

    @contextmanager
    def running(self) -> Iterator[None]:
        """It runs until the block ends; started again it has other keys."""
        certificate, key = lan_certificate(self.folder, ("localhost",), datetime.now(UTC))
        told = {
            "port": self.port,
            "key": key.read_text(encoding="ascii"),
            "certificate": certificate.read_text(encoding="ascii"),
            "client": CLIENT,
            "secret": SECRET,
            "back": [self.address + RETURN_PATH, f"{self.address}/sign-in"],
            "people": self.people,
            "claim": CLAIM,
            "acr": [TWO_FACTORS],
        }
        with subprocess.Popen([NODE, SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin and process.stdout
            print(json.dumps(told), file=process.stdin, flush=True)
            assert process.stdout.readline().strip() == "ready"
            try:
                yield
            finally:
                process.stdin.close()
                process.wait()


@contextmanager
def identity_service(folder: Path, address: str, people: People) -> Iterator[IdentityService]:
    """One that runs, and that sends people back to ``address``."""
    folder.mkdir(parents=True, exist_ok=True)
    made = IdentityService(free_port(), folder, address, people)
    with made.running():
        yield made


@dataclass
class PersonThere:
    """A person's browser at the service; it keeps the cookies of the service."""

    service: IdentityService
    cookies: CookieJar = field(default_factory=CookieJar)

    def sign_in(self, address: str, who: str, acr: str = "", **more: str) -> str:
        """Follow ``address``, say who one is, and return the address to which one is sent back."""
        form = self.follow(address)
        assert not form.startswith(self.service.address), "the service asked nothing"
        return self.follow(form, urlencode({"who": who, "acr": acr, **more}).encode())

    def follow(self, address: str, body: bytes | None = None) -> str:
        """Where one ends: an address of ours, which is not asked, or of a page of the service."""
        opener = build_opener(
            HTTPCookieProcessor(self.cookies),
            HTTPSHandler(context=ssl.create_default_context(cafile=str(self.service.ca_file))),
            _UntilOurs(self.service.address),
        )
        try:
            with opener.open(Request(address, data=body)) as response:  # noqa: S310 - https, by the service's own words
                return response.geturl()
        except HTTPError as error:
            if error.code not in (302, 303):
                raise
            return urljoin(address, error.headers["Location"])


class _UntilOurs(HTTPRedirectHandler):
    def __init__(self, ours: str) -> None:
        self._ours = ours

    def redirect_request(  # type: ignore[override]
        self, req: Request, fp: Any, code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if newurl.startswith(self._ours):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def sent_to(page: str) -> str:
    """The address of the service that our page leads to."""
    found = re.search(r'href="(https://localhost:[^"]+)"', page)
    assert found, page
    return html.unescape(found[1])
