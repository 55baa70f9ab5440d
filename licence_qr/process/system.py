"""On which systems a register can be kept and served: Linux. Verifying codes offline works wherever Python does.

What only Linux has, each at its place: locks of the queue of writers that belong to an open file and not to a process
(store/database/writers_queue.py), giving up on a peer that takes nothing (TCP_USER_TIMEOUT, front/supervisor.py), room taken
beforehand in a folder in memory (process/metrics_folder.py), workers that end with their server (process/signals.py).
"""

from __future__ import annotations

import platform

from licence_qr.errors import ConfigError


def check_system() -> None:
    """Raise ConfigError ``system_not_supported`` unless this is Linux."""
    found = platform.system()
    if found != "Linux":
        raise ConfigError("system_not_supported", found={"Darwin": "macOS"}.get(found, found))
