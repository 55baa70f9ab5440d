"""Working days (工作日): weekdays that are not holidays, and make-up days at weekends (调休上班).

Time limits of agencies are counted in working days, without the day on which they start (行政许可法 第八十二条). Holidays
are announced year by year; a year without an announcement is refused, never guessed.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta

from licence_qr.errors import RuleError

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days of ``years``: ``days_off`` are holidays, ``make_up_days`` are weekend days with work.

    Every method raises RuleError ``working_days_unknown`` (``year``) when it would have to count a day in a year
    without a calendar.
    """

    years: frozenset[int] = frozenset()
    days_off: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    _working: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # All working days in order, so that both counts are two look-ups.
        working = tuple(day.toordinal() for year in sorted(self.years) for day in _days(year) if self._works(day))
        object.__setattr__(self, "_working", working)

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        self._demand(day.year, day.year)
        return self._works(day)

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which is not counted itself; for 0 it is ``day``.

        Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError(f"a count of working days cannot be {count}")
        if count == 0:
            return day
        place = bisect_right(self._working, day.toordinal()) + count - 1
        # Beyond the last known day: raises for the first unknown year.
        found = date.fromordinal(self._working[place]) if place < len(self._working) else date.max
        self._demand((day + timedelta(days=1)).year, found.year)
        return found

    def between(self, first: date, last: date) -> int:
        """How many working days lie after ``first`` up to and including ``last``; negative when ``last`` is earlier.

        ``between(day, after(day, n)) == n`` and ``between(a, b) == -between(b, a)``.
        """
        if last < first:
            return -self.between(last, first)
        if last == first:
            return 0
        self._demand((first + timedelta(days=1)).year, last.year)
        return bisect_right(self._working, last.toordinal()) - bisect_right(self._working, first.toordinal())

    def _works(self, day: date) -> bool:
        return day in self.make_up_days or (day.weekday() < _SATURDAY and day not in self.days_off)

    def _demand(self, first_year: int, last_year: int) -> None:
        for year in range(first_year, last_year + 1):
            if year not in self.years:
                raise RuleError("working_days_unknown", year=year)


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]
