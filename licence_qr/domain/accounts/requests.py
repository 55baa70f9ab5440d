"""What one person alone does to nobody: one person asks, and a second person answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licence_qr.wording.text import Text


class RequestState(StrEnum):
    """``LAPSED`` is never stored: nobody answered in time. ``VOID``: what was asked for has changed meanwhile, or who asked
    is no administrator any more."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
    LAPSED = "lapsed"
    VOID = "void"


def words_of(done: Text) -> Mapping[RequestState, Text]:
    """The states in words; ``done`` is what the request was for."""
    return {
        RequestState.OPEN: Text("等另一人确认", "Waiting for a second person"),
        RequestState.DONE: done,
        RequestState.DECLINED: Text("已拒绝", "Declined"),
        RequestState.LAPSED: Text("过期未确认", "Lapsed"),
        RequestState.VOID: Text("申请失效", "No longer valid"),
    }


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests are looked for: of an office (all if empty); ``open_since``: open, and made after this instant."""

    office: str = ""
    open_since: datetime | None = None
