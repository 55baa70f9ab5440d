"""Which networks an address belongs to: who has one address of them can usually take any other too."""

from __future__ import annotations

import ipaddress

# One IPv6 customer is given a /64 at the least (RFC 6177), and an office or a hosting customer a /48.
IPV6_PREFIXES = (64, 48)
# Where IPv4 visitors reach a server that has IPv6 alone, their addresses stand in the last 32 bits of this (RFC 7755).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def networks_of(client: str) -> tuple[str, ...]:
    """The networks of an address, from narrow to wide: an IPv4 address itself, of IPv6 its /64 and its /48.

    Text that is no address stands for itself.
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


def client_network(client: str) -> str:
    """The narrowest network of an address: whom it stands for."""
    return networks_of(client)[0]
