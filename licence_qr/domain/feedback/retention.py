"""How long what citizens left and wrote is kept once their case is closed (个人信息保护法 第十九条: no longer than needed).

Both times are dated rules (``domain.catalogue.life_rules``). The rule that counts is that of the day on which
somebody looks: one that becomes shorter holds at once for all that is still kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Deleted:
    """Of how many cases contacts (with the photograph) and words were deleted."""

    contacts: int = 0
    words: int = 0


def is_kept(closed_on: date | None, days: int, today: date) -> bool:
    """Whether what belongs to a case may still be looked at: while it is open, and for ``days`` days after its end."""
    return closed_on is None or today <= closed_on + timedelta(days=days)


def closed_before(days: int, today: date) -> date:
    """What was closed before this day is not kept any more on ``today``: the other side of ``is_kept``."""
    return today - timedelta(days=days)
