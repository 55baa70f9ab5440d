"""A request that the second factors of somebody who lost them be reset: one person asks, another answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licence_qr.domain.register.events import EventKind
from licence_qr.wording.text import Text

# Whoever answers has seen the owner, or heard the owner's voice, on the day of the request.
RESET_DAYS = 1
RESET_HOURS = 24 * RESET_DAYS
# Whoever has done one of these since has found the device again, or come in by a recovery code.
FACTORS_CHANGED = frozenset(
    {
        EventKind.FACTOR_ENROLLED,
        EventKind.FACTOR_REMOVED,
        EventKind.RECOVERY_CODES_MADE,
        EventKind.FACTORS_RESET,
    }
)
# The second person is somebody whom the office has known by this account for a week: an account made or taken over for the
# purpose would stand in the lists that long first. A rule of this program from 30 November 2026; no law names a time.
SETTLED_DAYS = 7


class ResetState(StrEnum):
    """``LAPSED`` is never stored: nobody answered within ``RESET_HOURS``. ``VOID``: who asked is no administrator any more,
    or the owner has come in and changed the factors; stored only where the register was put back from a copy."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
    LAPSED = "lapsed"
    VOID = "void"


STATE_WORDS: Mapping[ResetState, Text] = {
    ResetState.OPEN: Text("等另一人确认", "Waiting for a second person"),
    ResetState.DONE: Text("已重设", "Reset"),
    ResetState.DECLINED: Text("已拒绝", "Declined"),
    ResetState.LAPSED: Text("过期未确认", "Lapsed"),
    ResetState.VOID: Text("申请失效", "No longer stands"),
}


@dataclass(frozen=True, slots=True)
class ResetFilter:
    """Which requests are looked for: of an office (all if empty); ``open_since``: open, and made after this instant."""

    office: str = ""
    open_since: datetime | None = None
