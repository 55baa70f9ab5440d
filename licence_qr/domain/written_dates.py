"""Dates as people and spreadsheets write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from licence_qr.errors import InputError

_SPELLINGS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: 00:00:00)?"),
    re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
# Day 0 of Excel's 1900 date system, corrected for its leap-year error: right for serials from 61 on.
_EXCEL_EPOCH = date(1899, 12, 30)
_EARLIEST, _LATEST = date(1949, 10, 1), date(2199, 12, 31)


def read_date(text: str, field: str = "date") -> date:
    """Read 2026-11-23, 2026/11/23, 2026.11.23, 2026年11月23日 or 20261123; digits may be full width.

    Raises InputError ``date_missing``, ``date_unreadable`` (no such spelling or no such day) or ``date_out_of_range``
    (before 1949-10-01 or after 2199).
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if not folded:
        raise InputError("date_missing", field=field)
    for spelling in _SPELLINGS:
        if match := spelling.fullmatch(folded):
            try:
                day = date(*(int(part) for part in match.groups()))
            except ValueError:
                break
            return day_in_range(day, field)
    raise InputError("date_unreadable", field=field, found=text.strip()[:40])


def date_from_excel_serial(serial: int, field: str = "date") -> date:
    """The day of an Excel serial number (1900 date system), 61 or later. Raises InputError ``date_out_of_range``."""
    if not 61 <= serial <= 2958465:
        raise InputError("date_out_of_range", field=field, found=serial)
    return day_in_range(_EXCEL_EPOCH + timedelta(days=serial), field)


def day_in_range(day: date, field: str) -> date:
    """Return ``day``. Raises InputError ``date_out_of_range`` before 1949-10-01 and after 2199."""
    if not _EARLIEST <= day <= _LATEST:
        raise InputError("date_out_of_range", field=field, found=day.isoformat())
    return day
