"""The web: the only room that knows Flask. One module per audience; views translate, the services decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

EXTENSION = "licence_qr"
CLOCK = "licence_qr_clock"
Clock = Callable[[], datetime]


def use_cases() -> Services:
    """The services of the running application, as given to ``create_app``."""
    return cast("Services", current_app.extensions[EXTENSION])


def system_clock() -> datetime:
    """What the clock of this machine shows, in UTC: the one place of the web that asks it."""
    return datetime.now(UTC)


def current_instant() -> datetime:
    """What the clock of the running application shows, as given to ``create_app``."""
    return cast(Clock, current_app.extensions[CLOCK])()
