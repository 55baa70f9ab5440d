"""How many connections each network gets: ``python many_addresses.py TRIES`` says it, as JSON."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterable

IP_FREEBIND = 15  # linux/in.h; a peer may have an address that is routed here but is on no device


def opened(family: socket.AddressFamily, server: socket.socket, addresses: Iterable[str]) -> list[socket.socket]:
    """The connections that came about, of one from each address."""
    found = []
    for address in addresses:
        peer = socket.socket(family)
        peer.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
        peer.bind((address, 0))
        try:
            peer.connect(server.getsockname()[:2])
        except ConnectionError:
            peer.close()
        else:
            found.append(peer)
    return found


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    server = socket.socket(family)
    server.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
    server.bind((address, port))
    server.listen(1024)
    return server


def main(tries: int) -> None:
    """Open ``tries`` connections for each of four networks, one after another, and keep them open."""
    four = _listening(socket.AF_INET, "127.0.0.1", 443)
    six = _listening(socket.AF_INET6, "2001:db8::1", 80)
    kept = {
        "an address": opened(socket.AF_INET, four, ["127.0.0.2"] * tries),
        "another address": opened(socket.AF_INET, four, ["127.0.0.3"]),
        "a /64": opened(socket.AF_INET6, six, (f"2001:db8:7:7::{n:x}" for n in range(1, tries + 1))),
        "another /64": opened(socket.AF_INET6, six, ["2001:db8:7:8::1"]),
    }
    for peer in kept["an address"]:
        peer.close()
        four.accept()[0].close()  # in the order in which they came
    kept["the address later"] = opened(socket.AF_INET, four, ["127.0.0.2"])
    json.dump({network: len(peers) for network, peers in kept.items()}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
