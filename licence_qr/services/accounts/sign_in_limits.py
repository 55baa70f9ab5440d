"""The rate limits on sign-in and on confirming a password.

A device on which somebody has signed in to the account before (``KnownDevice``) has a limit of its own, and no other limit
applies to it, so strangers cannot lock its owner out. A device that the account knew until all were forgotten, as a reset
does, and one that another account knows have a limit apart from their network, so that a colleague behind the same address
locks nobody out; what they try counts for the account all the same.

All other devices are strangers. They share the limits of an account from one network, of an account, of a network, and of
all strangers, because each try costs a password hashing. Strangers can try at most 2,900 passwords of one account in a day.
"""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.register.networks import client_network, networks_of
from licence_qr.domain.register.rate_limits import Limit
from licence_qr.services.register.throttle import Try

TRY_WINDOW_MINUTES = 15
_WINDOW = TRY_WINDOW_MINUTES * 60
# One limit for each network of an address: an IPv4 address or a /64, then the /48. A /48 cannot use up the limit of the
# account.
OF_ACCOUNT_AND_NETWORK = (
    Limit("sign-in account and network", most=5, seconds=_WINDOW),
    Limit("sign-in account and /48", most=10, seconds=_WINDOW),
)
# High enough for an office behind one address on a day on which no device is known.
OF_NETWORK = (
    Limit("sign-in network", most=50, seconds=_WINDOW),
    Limit("sign-in /48", most=100, seconds=_WINDOW),
)
OF_ACCOUNT = Limit("sign-in account", most=30, seconds=_WINDOW)
OF_ALL = Limit("sign-in all", most=600, seconds=_WINDOW)
# By the identity service no password is hashed here, but what is begun is remembered for some minutes.
OF_IDENTITY_SERVICE = (
    Limit("identity service network", most=50, seconds=_WINDOW),
    Limit("identity service /48", most=100, seconds=_WINDOW),
)
OF_IDENTITY_SERVICE_ALL = Limit("identity service all", most=300, seconds=_WINDOW)
# For a device that the account knew before, or for all devices that one colleague is known on.
OF_OFFICE_DEVICE = Limit("sign-in office device", most=5, seconds=_WINDOW)
OF_DEVICE = Limit("sign-in device", most=10, seconds=_WINDOW)
# Tries at an unattended desk to guess the password of the signed-in person are counted separately, so that the person
# can still sign in elsewhere. A stolen session can be used from many addresses, so all of them together are limited too.
CONFIRMING_FROM_NETWORK = Limit("confirm password", most=5, seconds=_WINDOW)
CONFIRMING = Limit("confirm name", most=15, seconds=_WINDOW)
# What is typed for somebody on the device of a colleague, or at the machine, has limits apart: of that colleague, so that
# one who types wrong passwords there locks out nobody but themselves, and of all colleagues together, because each has
# tries of their own.
CONFIRMING_BESIDE = Limit("confirm beside", most=5, seconds=_WINDOW)
CONFIRMING_BESIDE_ALL = Limit("confirm beside all", most=60, seconds=_WINDOW)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device on which somebody has signed in to the account ``user_id``.

    It is known as long as ``generation`` is that of the account; ``device_id`` distinguishes the devices of an account.
    """

    user_id: int
    generation: int
    device_id: str


@dataclass(frozen=True, slots=True)
class Tries:
    """The limits of one try. If it succeeds, all tries of ``own`` are deleted, and this one is returned to ``shared``."""

    own: tuple[Try, ...]
    shared: tuple[Try, ...] = ()

    @property
    def all(self) -> tuple[Try, ...]:
        """Both."""
        return self.own + self.shared


def of_stranger(username: str, client: str) -> Tries:
    """A try for ``username`` on an unknown device, from the address ``client``."""
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


def of_office_device(username: str, device: KnownDevice, *, own: bool) -> Tries:
    """A try for ``username`` on a device that it knew before (``own``), or that the account of ``device`` knows.

    A colleague has one limit for all devices, since each sign-in there makes another.
    """
    by = f"{device.user_id}/{device.device_id}" if own else str(device.user_id)
    shared = Try(OF_ACCOUNT, username), Try(OF_ALL, "")
    return Tries(own=(Try(OF_OFFICE_DEVICE, f"{by} {username}"),), shared=shared)


def of_identity_service(client: str) -> tuple[Try, ...]:
    """Beginning to sign in by the identity service, from the address ``client``."""
    networks = zip(OF_IDENTITY_SERVICE, networks_of(client), strict=False)
    return (*(Try(limit, network) for limit, network in networks), Try(OF_IDENTITY_SERVICE_ALL, ""))


def of_device(device: KnownDevice) -> Tries:
    """A try on a known device of the account."""
    return Tries(own=(Try(OF_DEVICE, f"{device.user_id}/{device.device_id}"),))


def of_confirming(username: str, client: str, beside: str = "") -> Tries:
    """Confirming the password of the signed-in ``username``, or of somebody beside the signed-in ``beside``."""
    if beside:
        pair = canonical_json([username, beside])
        return Tries(own=(Try(CONFIRMING_BESIDE, pair),), shared=(Try(CONFIRMING_BESIDE_ALL, username),))
    return Tries(own=(Try(CONFIRMING_FROM_NETWORK, f"{username}@{client_network(client)}"), Try(CONFIRMING, username)))
