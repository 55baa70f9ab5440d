"""What systemd says in the environment of a service: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3)."""

from __future__ import annotations

import os
from dataclasses import dataclass

_FIRST_DESCRIPTOR = 3


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """``notify_socket`` is where it wants to be told; empty for nowhere. ``watchdog_seconds``: how often at least; None for
    never. ``descriptors`` are sockets that it listens on for the service."""

    notify_socket: str
    watchdog_seconds: float | None
    descriptors: tuple[int, ...]


def service_manager() -> ServiceManager:
    """Read the variables. Those of telling are taken out, so that only this process tells, and tells when it is so; those of
    sockets stay for the server, which takes the sockets over."""
    mine = str(os.getpid())
    socket = os.environ.pop("NOTIFY_SOCKET", "")
    microseconds = os.environ.pop("WATCHDOG_USEC", "")
    watched = os.environ.pop("WATCHDOG_PID", mine) == mine
    handed = os.environ.get("LISTEN_FDS", "") if os.environ.get("LISTEN_PID") == mine else ""
    count = int(handed) if handed.isdigit() else 0
    return ServiceManager(
        notify_socket=socket,
        watchdog_seconds=int(microseconds) / 1_000_000 if watched and microseconds.isdigit() else None,
        descriptors=tuple(range(_FIRST_DESCRIPTOR, _FIRST_DESCRIPTOR + count)),
    )
