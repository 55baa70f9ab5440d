"""The calendar of working days: the years of the library, then ``working_days.toml``, then a town's own file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chinese_calendar import constants  # type: ignore[import-untyped]

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import EXAMPLES, WorkingDaysFile, WorkingYearEntry
from licence_qr.catalogue.source_file import SourceFile
from licence_qr.domain.working_days import WorkingCalendar

_SATURDAY = 5
_DECEMBER = 12


def working_calendar(files: Iterable[WorkingDaysFile]) -> WorkingCalendar:
    """The calendar of the library, overridden by ``files`` one after another.

    A year in a file replaces that year; a correction of one day overrides any year.
    """
    days = {**dict.fromkeys(constants.holidays, False), **dict.fromkeys(constants.workdays, True)}
    years = {day.year for day in constants.holidays}
    corrections: dict[date, bool] = {}
    for file in files:
        for entry in file.year:
            days = {day: works for day, works in days.items() if day.year != entry.year}
            days |= dict.fromkeys(entry.days_off, False) | dict.fromkeys(entry.make_up_days, True)
            years.add(entry.year)
        corrections |= {entry.day: entry.working for entry in file.correction}
    days |= corrections
    off = frozenset(day for day, works in days.items() if not works)
    return WorkingCalendar(frozenset(years), off, frozenset(days) - off)


def check_working_days(source: SourceFile[WorkingDaysFile], faults: Faults) -> None:
    """Add to ``faults`` a year or day given twice, a day of another year, and a make-up day on a weekday."""
    first_lines: dict[int | date, int] = {}
    entries = source.entries
    for table, key in (("year", "year"), ("correction", "day")):
        for place, entry in enumerate(getattr(entries, table)):
            value, line = getattr(entry, key), source.line(table, place, key)
            first = first_lines.setdefault(value, line)
            if first != line:
                faults.add("catalogue_repeated", source.name, line, key=key, value=value, first_line=first)
    for place, entry in enumerate(entries.year):
        for key, day in _misplaced(entry):
            facts = {"key": key, "found": day.isoformat(), "example": EXAMPLES[key]}
            faults.add("catalogue_value_wrong", source.name, source.line("year", place, key), **facts)


def _misplaced(entry: WorkingYearEntry) -> Iterable[tuple[str, date]]:
    """The days outside the announcement's year, which may also include the last days of December before it."""
    for key, days in (("days_off", entry.days_off), ("make_up_days", entry.make_up_days)):
        for day in days:
            if day.year != entry.year and (day.year, day.month) != (entry.year - 1, _DECEMBER):
                yield key, day
    for day in entry.make_up_days:
        if day.weekday() < _SATURDAY or day in entry.days_off:
            yield "make_up_days", day
