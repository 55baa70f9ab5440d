"""The client's address from a proxy in front: of the proxies that are named alone, and the same however they write it."""

from __future__ import annotations

import pytest

from licence_qr.web.serving.forwarded import Forwarded

VISITOR, PROXY = "198.51.100.7", "10.0.0.1"


def client(addresses: str, peer: str = PROXY, proxies: str = "10.0.0.0/24", **more: str) -> dict[str, str]:
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": addresses, "wsgi.url_scheme": "http", **more}
    return Forwarded(proxies).client_of(environ)


@pytest.mark.parametrize(
    "written",
    [
        VISITOR,
        f"{VISITOR}:50123",
        f"::ffff:{VISITOR}",
        f"[::ffff:{VISITOR}]:50123",
        f"203.0.113.9, {VISITOR}:50123",
        f"{VISITOR}:50123, 10.0.0.2:8443",
        f"{VISITOR},10.0.0.2",
    ],
)
def test_a_visitor_is_known_by_the_address_however_a_proxy_writes_it(written: str) -> None:
    assert client(written)["REMOTE_ADDR"] == VISITOR


@pytest.mark.parametrize("written", ["2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:50123", "2001:DB8:0::7"])
def test_a_visitor_by_ipv6_too(written: str) -> None:
    assert client(written)["REMOTE_ADDR"] == "2001:db8::7"


def test_what_is_no_address_stays_as_it_was_written() -> None:
    assert client("unknown")["REMOTE_ADDR"] == "unknown"
    assert client("")["REMOTE_ADDR"] == PROXY


def test_who_is_not_named_is_not_believed() -> None:
    for proxies in ("", "192.0.2.1"):
        environ = client(VISITOR, proxies=proxies, HTTP_X_FORWARDED_PROTO="https")
        assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == (PROXY, "http")
    assert client(VISITOR, HTTP_X_FORWARDED_PROTO="https")["wsgi.url_scheme"] == "https"
