"""Rate limits, counted in the register so that all workers share them.

Subjects are stored as hashes: the register keeps no list of typed names and addresses.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime

from licence_qr.errors import AccessError
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import accounts

_HOUSEHOLD_PREFIX = 64  # an IPv6 customer gets at least this network and can use any address in it


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` tries of one subject in a window of ``seconds``; beyond it AccessError ``refusal``."""

    scope: str
    most: int
    seconds: int
    refusal: str

    def count(self, tx: Transaction, subject: str, now: datetime) -> bool:
        """Count one try; return whether it was the last of this window.

        Raises AccessError with the fact ``minutes`` if the limit was reached before.
        """
        window = int(now.timestamp()) // self.seconds * self.seconds
        key = _key(subject)
        made = accounts.tries(tx, self.scope, key, window)
        if made >= self.most:
            minutes = (window + self.seconds - int(now.timestamp())) // 60 + 1
            raise AccessError(self.refusal, minutes=minutes)
        accounts.add_try(tx, self.scope, key, window)
        return made + 1 == self.most

    def forget(self, tx: Transaction, subject: str) -> None:
        """Delete the tries of one subject."""
        accounts.clear_tries(tx, self.scope, _key(subject))


def client_network(client: str) -> str:
    """The subject for an address: IPv4 unchanged, for IPv6 the network of one customer; other text unchanged."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network(f"{address}/{_HOUSEHOLD_PREFIX}", strict=False))


def _key(subject: str) -> str:
    return hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()
