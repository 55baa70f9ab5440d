"""The time limit within which an application is decided (办理期限): working days used and left, and the last day.

It runs from the day after acceptance (行政许可法 第四十二条, 第八十二条). Days of a pause are not counted: asking the
applicant for more, hearings, tests and expert reviews (第四十五条). Beyond the calendar of working days, weekdays are
counted and the result is provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.wording.text import Text

# No limit needs more days than this, pauses of years among them; a loop ends whatever the register holds.
_FARTHEST = 40_000
_SATURDAY = 5


class PauseKind(StrEnum):
    """Why time is not counted."""

    MORE_ASKED = "more_asked"  # 补正
    HEARING = "hearing"  # 听证
    TEST = "test"  # 检验、检测、检疫、鉴定
    EXPERTS = "experts"  # 专家评审


PAUSE_WORDS: Mapping[PauseKind, Text] = {
    PauseKind.MORE_ASKED: Text("申请人补正材料", "more asked of the applicant"),
    PauseKind.HEARING: Text("听证", "hearing"),
    PauseKind.TEST: Text("检验、检测、检疫、鉴定", "inspection, testing, quarantine or appraisal"),
    PauseKind.EXPERTS: Text("专家评审", "expert review"),
}


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that are not counted, the first and the last among them. ``last`` None: it still lasts."""

    kind: PauseKind
    first: date
    last: date | None
    reason: str = ""

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class DecisionClock:
    """How an application stands on a day. Days are working days that count.

    ``due`` is the last day; None while a pause lasts that began before it. ``used`` are days up to it, ``late`` those
    after it. ``provisional``: a year is concerned whose calendar of working days is not entered.
    """

    accepted: date
    limit: int
    used: int
    due: date | None
    late: int
    paused: tuple[PauseKind, ...]
    provisional: bool

    @property
    def left(self) -> int:
        """Days left after today; 0 on the last day and later."""
        return max(self.limit - self.used, 0)


def clock_on(
    day: date, accepted: date, limit: int, pauses: Iterable[Pause], calendar: WorkingCalendar
) -> DecisionClock:
    """The clock of what was accepted on one day, ``limit`` working days long, as it stands on ``day``."""
    stops = tuple(pauses)
    counted, passed, provisional = 0, 0, False
    due: date | None = None
    for each, known in _counting(accepted, stops, calendar):
        if each > day and due is not None:
            break
        counted += 1
        passed += each <= day
        provisional = provisional or not known
        due = each if counted == limit else due
    paused = tuple(pause.kind for pause in stops if day in pause)
    return DecisionClock(
        accepted=accepted,
        limit=limit,
        used=min(passed, limit),
        due=due,
        late=max(passed - limit, 0),
        paused=paused,
        provisional=provisional,
    )


def _counting(after: date, stops: tuple[Pause, ...], calendar: WorkingCalendar) -> Iterator[tuple[date, bool]]:
    """The days after ``after`` that count, each with whether its year has a calendar; they end before an open pause."""
    ends = min((pause.first for pause in stops if pause.last is None), default=date.max)
    for ahead in range(1, min((ends - after).days, _FARTHEST)):
        day = after + timedelta(days=ahead)
        known = day.year in calendar.years
        works = calendar.is_working_day(day) if known else day.weekday() < _SATURDAY
        if works and not any(day in pause for pause in stops):
            yield day, known
