"""Absences of people, with who stands in for them meanwhile (不在岗和代办).

On each day of an absence, what waits for the absent person by name waits for the substitute; on the day after, it waits for
that person again. Nothing is moved: who holds it follows from the day. A substitute passes nothing on. Where they are absent
themselves, or have not the roles any more, it stays with the absent person, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licence_qr.domain.roles import Actor, Role
from licence_qr.wording.text import Text

# An absence without an end would hand work over for ever without anybody looking at it again.
LONGEST_DAYS = 366
# Things wait for a person by name in these roles. In the others a person reads, or deals with what is anybody's.
NAMED_WORK = frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER})


class AbsenceKind(StrEnum):
    """What an absence is, as far as colleagues need to know; nothing about health."""

    LEAVE = "leave"  # 休假、请假
    TRAINING = "training"  # 学习、培训
    ELSEWHERE = "elsewhere"  # 出差、借调


class AbsenceState(StrEnum):
    """How an absence stands on a day."""

    RUNNING = "running"
    COMING = "coming"
    OVER = "Over"
    RETRACTED = "retracted"  # ended before it began


KIND_WORDS = {
    AbsenceKind.LEAVE: Text("休假、请假", "Leave"),
    AbsenceKind.TRAINING: Text("学习、培训", "Training"),
    AbsenceKind.ELSEWHERE: Text("出差、借调", "Working elsewhere"),
}
STATE_WORDS = {
    AbsenceState.RUNNING: Text("今天不在岗", "Absent now"),
    AbsenceState.COMING: Text("尚未开始", "Not begun"),
    AbsenceState.OVER: Text("已结束", "over"),
    AbsenceState.RETRACTED: Text("未开始即收回", "Retracted before it began"),
}


@dataclass(frozen=True, slots=True)
class AbsenceDetails:
    """What is written down of an absence: both days are days of it. ``kind`` and ``substitute_id`` may be None."""

    first_day: date
    last_day: date
    substitute_id: int | None = None
    kind: AbsenceKind | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1

    def within(self, other: AbsenceDetails) -> bool:
        """Whether all its days are days of ``other``."""
        return other.first_day <= self.first_day and self.last_day <= other.last_day


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence of a person, recorded by the account ``entered_by``."""

    absence_id: int
    person_id: int
    details: AbsenceDetails
    entered_by: str
    entered_at: datetime
    retracted_at: datetime | None = None

    def state_on(self, day: date) -> AbsenceState:
        """How it stands on ``day``."""
        if self.retracted_at is not None:
            return AbsenceState.RETRACTED
        if day < self.details.first_day:
            return AbsenceState.COMING
        return AbsenceState.RUNNING if day <= self.details.last_day else AbsenceState.OVER


@dataclass(frozen=True, slots=True)
class AbsenceFilter:
    """Which absences are looked for. ``text`` is part of the name or staff number of the absent person or the substitute;
    empty fields select all."""

    text: str = ""
    office: str = ""
    state: AbsenceState | None = None


def roles_needed(accounts: Iterable[Actor]) -> frozenset[Role]:
    """The roles that a substitute must have, for somebody with these accounts that can sign in."""
    return frozenset(role for account in accounts for role in account.roles) & NAMED_WORK


def roles_held(accounts: Iterable[Actor], office: str) -> frozenset[Role]:
    """The roles that somebody with these accounts has in ``office``."""
    return frozenset(role for account in accounts if account.office == office for role in account.roles)
