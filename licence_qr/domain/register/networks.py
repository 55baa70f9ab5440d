"""The networks that a client address belongs to. Whoever has one address of a network can usually use the others too."""

from __future__ import annotations

import ipaddress

# An IPv6 customer gets at least a /64 (RFC 6177), an office or a hosting customer often a /48.
IPV6_PREFIXES = (64, 48)
# A server with IPv6 only sees IPv4 clients in this network, with their address in the last 32 bits (RFC 7755).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def networks_of(client: str) -> tuple[str, ...]:
    """The networks of an address, narrowest first: for IPv4 the address itself, for IPv6 its /64 and its /48.

    Text that is not an address is returned unchanged.
    """
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return (client,)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if inner is None and int(address) in range(int(_TRANSLATED[0]), int(_TRANSLATED[-1]) + 1):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is None:
            return tuple(str(ipaddress.IPv6Network((int(address), length), strict=False)) for length in IPV6_PREFIXES)
        address = inner
    return (str(address),)


def bare_address(written: str) -> str:
    """The address that proxies and peers write with a port or in brackets: ``192.0.2.1:443``, ``[2001:db8::1]:443``.

    IPv4 that is written as IPv6 is IPv4. Text that holds no address is returned without the space around it.
    """
    text = written.strip()
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    try:
        address = ipaddress.ip_address(host.partition(":")[0] if host.count(":") == 1 else host)
    except ValueError:
        return text
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(inner or address)


def client_network(client: str) -> str:
    """The narrowest network of an address."""
    return networks_of(client)[0]
