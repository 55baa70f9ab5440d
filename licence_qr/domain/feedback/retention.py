"""How long contacts and texts of citizens are kept after a case is closed (个人信息保护法 第十九条: no longer than needed).

Both times are dated rules (``domain.catalogue.life_rules``). The rule in force on the day of the check counts, so a
shorter period applies at once to everything still kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

# So many cases at most in one transaction: clerks wait for it.
PURGED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Deleted:
    """The number of cases whose contacts (with photo) and whose texts were deleted."""

    contacts: int = 0
    words: int = 0

    def __add__(self, other: Deleted) -> Deleted:
        return Deleted(self.contacts + other.contacts, self.words + other.words)


def is_kept(closed_on: date | None, days: int, today: date) -> bool:
    """Whether data of a case is still kept: while it is open, and for ``days`` days after it was closed."""
    return closed_on is None or today <= closed_on + timedelta(days=days)


def closed_before(days: int, today: date) -> date:
    """Cases closed before this day are no longer kept on ``today``: the counterpart of ``is_kept``."""
    return today - timedelta(days=days)
