"""Dates and periods. Dates are calendar days in Asia/Shanghai; instants are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from licence_qr.errors import InputError
from licence_qr.wording.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@lru_cache(maxsize=4096)
def day_in_words(day: date) -> Text:
    """A date as written in prose: 2026年11月23日, 23 November 2026."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}")


def day_of_year_in_words(day: date) -> Text:
    """The same without the year: 11月23日, 23 November."""
    whole = day_in_words(day)
    zh, en = whole.zh.partition("年")[2], whole.en.rpartition(" ")[0]
    return Text(zh, en)


@lru_cache(maxsize=256)  # one act asks for its day a dozen times
def local_date(now: datetime) -> date:
    """The calendar day in Asia/Shanghai at the aware instant ``now``."""
    return now.astimezone(SHANGHAI).date()


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or that month's last day when it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Period:
    """A period, first and last day included. ``last`` None: no end (长期)."""

    first: date
    last: date | None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise InputError("dates_out_of_order", first=self.first.isoformat(), last=self.last.isoformat())

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def days(self) -> int | None:
        """Number of days, both ends included."""
        return None if self.last is None else (self.last - self.first).days + 1

    @classmethod
    def of_months(cls, first: date, months: int) -> Period:
        """A period of whole months from ``first``: ends n months later less one day (卫生许可证: 48 months)."""
        return cls(first, add_months(first, months) - timedelta(days=1))
