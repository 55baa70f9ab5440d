"""What a try to sign in, or to enter the password once more, counts against.

A device on which somebody has signed in to the account before (``KnownDevice``) has tries of its own and nothing else
counts for it: whatever strangers do, from wherever, its owner signs in. Everybody else shares what strangers may try: of one
account from one network, of one account, from one network, and altogether, because each try costs a password hashing. So
strangers try at most 2,900 passwords of one account in a day.
"""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.register.networks import client_network, networks_of
from licence_qr.domain.register.rate_limits import Limit
from licence_qr.services.register.throttle import Try

TRY_WINDOW_MINUTES = 15
_WINDOW = TRY_WINDOW_MINUTES * 60
# By the networks of an address, from narrow to wide: an IPv4 address or a /64, then the /48. A whole /48 cannot use up what
# others may try of the account.
OF_ACCOUNT_AND_NETWORK = (
    Limit("sign-in account and network", most=5, seconds=_WINDOW),
    Limit("sign-in account and /48", most=10, seconds=_WINDOW),
)
# Some dozens of colleagues behind one address, of whom some mistype, on a day on which no device is known.
OF_NETWORK = (
    Limit("sign-in network", most=50, seconds=_WINDOW),
    Limit("sign-in /48", most=100, seconds=_WINDOW),
)
OF_ACCOUNT = Limit("sign-in account", most=30, seconds=_WINDOW)
OF_ALL = Limit("sign-in all", most=600, seconds=_WINDOW)
OF_DEVICE = Limit("sign-in device", most=10, seconds=_WINDOW)
# Somebody at a desk left open may try the password of whoever is signed in there: counted apart, so that it does not
# keep that person from signing in elsewhere. A session that was carried off can be tried from any number of addresses.
CONFIRMING_FROM_NETWORK = Limit("confirm password", most=5, seconds=_WINDOW)
CONFIRMING = Limit("confirm name", most=15, seconds=_WINDOW)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device on which somebody has signed in to the account ``user_id``.

    It is known while ``generation`` is that of the account; ``device_id`` tells it from other devices of the same account.
    """

    user_id: int
    generation: int
    device_id: str


@dataclass(frozen=True, slots=True)
class Tries:
    """What one try counts against: ``own`` are all forgotten once it succeeds, of ``shared`` it then takes nothing."""

    own: tuple[Try, ...]
    shared: tuple[Try, ...] = ()

    @property
    def all(self) -> tuple[Try, ...]:
        """Both."""
        return self.own + self.shared


def of_stranger(username: str, client: str) -> Tries:
    """A try for ``username`` on a device that is not known, from the address ``client``."""
    networks = networks_of(client)
    return Tries(
        own=tuple(
            Try(limit, f"{username}@{network}")
            for limit, network in zip(OF_ACCOUNT_AND_NETWORK, networks, strict=False)
        ),
        shared=(
            Try(OF_ACCOUNT, username),
            *(Try(limit, network) for limit, network in zip(OF_NETWORK, networks, strict=False)),
            Try(OF_ALL, ""),
        ),
    )


def of_device(device: KnownDevice) -> Tries:
    """A try on a device that is known to the account it is for."""
    return Tries(own=(Try(OF_DEVICE, f"{device.user_id}/{device.device_id}"),))


def of_confirming(username: str, client: str) -> Tries:
    """The password once more, by whoever is signed in as ``username``."""
    return Tries(own=(Try(CONFIRMING_FROM_NETWORK, f"{username}@{client_network(client)}"), Try(CONFIRMING, username)))
