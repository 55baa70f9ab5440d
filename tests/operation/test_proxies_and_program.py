"""The examples for nginx and Caddy in front of the program itself: whom its throttles meet, and whose limits end what."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from harmed import issued, settings_of
from program import PROGRAM, end
from proxies import HERE, PROXY, Proxy, caddy_command, nginx_command, running

from bench.bulk import scanned_paths
from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.config.table import FILE
from licence_qr.domain.identifiers import CodeId
from licence_qr.front.limits import Limits
from licence_qr.process.service_manager import answers
from licence_qr.services.register.look_ups import for_visitors
from licence_qr.web.app import MAX_REQUEST_BYTES
from licence_qr.web.serving.lanes import SIZES

PHONES, MALL = 250, "127.0.0.4"
SETTINGS = PROXY.parent / "settings.toml"
REFUSED_BY_THE_PROXY = {page.read_text(encoding="utf-8") for page in PROXY.glob("*.html")}
MAKE = {"nginx": nginx_command, "caddy": caddy_command}


@pytest.fixture(scope="module")
def here(of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for all tests of this file: none harms it."""
    return Path(shutil.copytree(of_today, tmp_path_factory.mktemp("behind") / "installation"))


@pytest.fixture(scope="module", params=MAKE)
def proxy(request: pytest.FixtureRequest, here: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy and the program behind it, which trusts whom deploy/settings.toml names. Each test has visitors of its own."""
    tmp_path = tmp_path_factory.mktemp("proxied")
    (folder := tmp_path / request.param).mkdir()
    with running(MAKE[request.param], folder, tls=request.param == "nginx") as started:
        named = load_settings({FILE: str(SETTINGS)}).trusted_proxies
        settings = {"LICENCE_QR_PORT": str(started.behind), "LICENCE_QR_WORKERS": "1"}
        environ = os.environ | settings_of(here) | settings | {"LICENCE_QR_TRUSTED_PROXIES": named}
        with (tmp_path / "log").open("w") as log:
            program = subprocess.Popen([PROGRAM, "serve"], env=environ, stdout=log, stderr=log, start_new_session=True)
        try:
            while not answers((HERE, started.behind), tls=False):
                assert program.poll() is None, (tmp_path / "log").read_text()
                select.select([], [], [], 0.01)
            yield started
        finally:
            end(program, here / "var")


def test_a_throttle_meets_the_visitor_whatever_address_he_claims_and_nobody_else(proxy):
    def looks_up(n: int, visitor: str) -> int:
        """How a number that nobody has is answered: 404, or 429 for too many."""
        claim = {
            "X-Forwarded-For": f"198.51.100.{n}",
            "X-Real-IP": f"198.51.100.{n}",
            "Forwarded": f"for=198.51.100.{n}",
        }
        status, _, page = proxy.ask(f"/p/{CodeId(n.to_bytes(10)).number}", claim, visitor=visitor)
        assert page not in REFUSED_BY_THE_PROXY
        return status

    most = for_visitors("code number", "too_many_lookups").missed.limit.most
    assert {looks_up(n, "127.0.0.2") for n in range(most)} == {404}
    assert 429 in (looks_up(n, "127.0.0.2") for n in range(most, most + 20))  # a try comes back every ten seconds
    assert looks_up(0, "127.0.0.3") == 404


def test_hundreds_of_phones_behind_one_address_scan_and_none_is_refused(proxy, here):
    assert issued(here).status == 0  # for the second proxy once more: the same again
    services = build(load_settings(settings_of(here)))
    (code,) = scanned_paths(services)
    services.database.close()
    # An address that chooses the language is never kept: each page is made afresh.
    phones = [proxy.begin(f"{code}?lang=zh", visitor=MALL) for _ in range(PHONES)]
    answers = [phone.getresponse() for phone in phones]
    assert {answer.status for answer in answers} == {200}
    beside = {unescape(each) for each in re.findall(r'(?:href|src)="(/static/[^"]+)"', answers[0].read().decode())}
    for answer in answers[1:]:
        answer.read()
    assert beside
    seen = set()
    for path in (*beside, "/status-list", "/trust-list"):
        for phone in phones:
            phone.request("GET", path, headers={"Host": "ym.example.gov.cn"})
        for phone in phones:
            seen.add((answer := phone.getresponse()).status)
            answer.read()
    assert seen == {200}
    for phone in phones:
        phone.close()
    assert proxy.ask("/sign-in", visitor=MALL)[0] == 200


def durations(file: str, name: str) -> list[int]:
    """All durations of this name in an example, in seconds."""
    found = re.findall(rf"^\s*{name} (\d+)([sm])\b", (PROXY / file).read_text(encoding="utf-8"), re.MULTILINE)
    return [int(number) * {"s": 1, "m": 60}[unit] for number, unit in found]


def seconds(file: str, name: str) -> int:
    """The only one of this name."""
    (found,) = durations(file, name)
    return found


def test_a_proxy_ends_nothing_that_the_program_allows():
    limits = Limits()
    body = limits.first_seconds + MAX_REQUEST_BYTES / limits.bytes_a_second
    answer = max(size.patience + size.longest for size in SIZES.values())
    assert seconds("Caddyfile", "read_body") >= body
    assert seconds("Caddyfile", "response_header_timeout") >= answer
    assert seconds("Caddyfile", "write") >= seconds("Caddyfile", "read_body") + answer + 300  # to read the answer
    assert seconds("nginx.conf", "client_body_timeout") >= limits.first_seconds
    assert seconds("nginx.conf", "send_timeout") >= limits.part_seconds
    assert seconds("nginx.conf", "proxy_read_timeout") >= answer


def test_a_proxy_sends_nothing_on_a_connection_that_the_program_is_about_to_end():
    to_program, _ = durations("nginx.conf", "keepalive_timeout")
    assert 0 < to_program <= Limits().head_seconds / 2
    assert 0 < seconds("Caddyfile", "keepalive") <= Limits().head_seconds / 2


def test_a_phone_gives_its_place_back_soon_after_its_page():
    _, to_phones = durations("nginx.conf", "keepalive_timeout")
    assert to_phones == seconds("Caddyfile", "idle") == 10
