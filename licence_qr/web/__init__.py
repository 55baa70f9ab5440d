"""The web: the only room that knows Flask. One module per audience; views translate, the services decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from flask import current_app

CLOCK = "licence_qr_clock"
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """What the clock of this machine shows, in UTC: the one place of the web that asks it."""
    return datetime.now(UTC)


def current_instant() -> datetime:
    """What the clock of the running application shows, as given to ``create_app``."""
    return cast(Clock, current_app.extensions[CLOCK])()
