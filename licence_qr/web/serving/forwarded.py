"""Who a request comes from, as a proxy in front of the service says."""

from __future__ import annotations

from typing import Any

from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from licence_qr.domain.register.networks import bare_address

_FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"


class Forwarded:
    """What the proxies say that ``proxies`` names, addresses and networks joined by commas; empty: nobody is believed.

    Anyone could write what they like in those headers and pass every throttle: only who is named is believed.
    """

    def __init__(self, proxies: str) -> None:
        self._told = wrap_wsgi_with_proxy_headers(_first, trusted_hosts=proxies) if proxies else None

    def client_of(self, environ: dict[str, Any]) -> dict[str, Any]:
        """``environ`` with the client's address and scheme from the headers of a proxy that is named.

        Some proxies write each address with its port: with it, every connection would be a client of its own, and a proxy
        on the way would not be known by its address.
        """
        addresses = environ.get(_FORWARDED_FOR)
        if self._told is None or not addresses:
            return environ
        environ[_FORWARDED_FOR] = ", ".join(map(bare_address, addresses.split(",")))
        told: dict[str, Any] = self._told(environ, None)
        return told


def _first(environ: dict[str, Any], _: None) -> dict[str, Any]:
    return environ
