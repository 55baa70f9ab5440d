"""Visits to the premises before a permit is granted in the standard procedure (现场核查): first checked, then permitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.names import name_key
from licence_qr.domain.roles import Actor
from licence_qr.errors import RuleError
from licence_qr.wording.text import Text


class GrantVisitOutcome(StrEnum):
    """What the officers found."""

    PASSED = "passed"  # 通过
    NOT_PASSED = "not_passed"  # 未通过


VISIT_WORDS: Mapping[GrantVisitOutcome, Text] = {
    GrantVisitOutcome.PASSED: Text("核查通过", "visit passed"),
    GrantVisitOutcome.NOT_PASSED: Text("核查未通过", "visit not passed"),
}


@dataclass(frozen=True, slots=True)
class GrantVisit:
    """One visit. ``officers`` are user names, ``named`` names of people of the authority without an account.

    ``inspection`` is the subject of the inspection that it was sent in, empty for one that was recorded at a desk.
    """

    visited_on: date
    officers: tuple[str, ...]
    named: tuple[str, ...]
    outcome: GrantVisitOutcome
    words: str = ""
    inspection: str = ""

    @property
    def count(self) -> int:
        """How many officers made it."""
        return len(self.officers) + len(self.named)

    @property
    def passed(self) -> bool:
        """Whether the premises met what is asked."""
        return self.outcome is GrantVisitOutcome.PASSED


def newest_visit(visits: Iterable[GrantVisit]) -> GrantVisit | None:
    """The visit that counts: the one of the latest day, of one day the one recorded last; ``visits`` in that order."""
    newest: GrantVisit | None = None
    for visit in visits:
        if newest is None or visit.visited_on >= newest.visited_on:
            newest = visit
    return newest


def visited(actor: Actor, visits: Iterable[GrantVisit]) -> bool:
    """Whether ``actor``, or somebody for whom they stand in or stood in today, made one of the visits. A name is theirs
    however it is spelt."""
    own = name_key(actor.display_name)
    return any(actor.is_involved((*each.officers, *each.named)) or own in map(name_key, each.named) for each in visits)


def visit_refusal(
    visits: Iterable[GrantVisit], officers: int, actor: Actor | None, permit_type: str
) -> RuleError | None:
    """Why nothing may be granted by ``actor`` yet, where ``officers`` are needed for a visit: RuleError ``visit_missing``,
    ``visit_not_passed``, ``visit_by_too_few``, ``granter_visited``; None where nothing prevents it. ``actor`` None: by
    somebody who was at none of the visits."""
    known = tuple(visits)
    newest = newest_visit(known)
    if officers == 0:
        return None
    if newest is None:
        return RuleError("visit_missing", permit_type=permit_type)
    day = newest.visited_on.isoformat()
    if not newest.passed:
        return RuleError("visit_not_passed", permit_type=permit_type, day=day)
    if newest.count < officers:
        return RuleError("visit_by_too_few", permit_type=permit_type, day=day, found=newest.count, needed=officers)
    if actor is not None and visited(actor, known):
        return RuleError("granter_visited", permit_type=permit_type, day=day)
    return None
