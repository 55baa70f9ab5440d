"""Dates as people and spreadsheets write them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from licence_qr.domain.dates import SHANGHAI
from licence_qr.domain.plain_text import blank, surely_seen
from licence_qr.errors import InputError

_DAY = r"(\d{4}) ?(?:([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,2})\.?|年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]?)"
_CLOCK = r"(\d{1,2}) ?[:时点] ?(\d{1,2})(?: ?[:分] ?(\d{1,2})(?:[.,]\d{1,9})? ?秒?|分)?"
_ZONE = r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})"
_WEEKDAY = r"(?:,? ?\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)"
_WRITTEN = re.compile(rf"{_DAY}{_WEEKDAY}?(?:[ T]? ?(上午|下午|AM|PM)? ?{_CLOCK} ?(AM|PM)? ?{_ZONE}?)?", re.IGNORECASE)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?")
_SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?")
# Day, month and year, of which two or three could be any of the others; or a year of two digits.
_AMBIGUOUS = re.compile(r"\d{1,2}[-/.年月]\d{1,2}[-/.月日]\d{1,4}[日号.]?(?: .*)?")
_WITHOUT_DAY = re.compile(r"\d{4}(?:[-/.年]\d{1,2}月?|年?)")
# A number of Chinese digits, as in 二〇二四年五月六日 and 二〇二四年十二月三十一日.
_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九0-9]{4})年([元正一二三四五六七八九十]{1,3}|\d{1,2})月"
    r"([初一二三四五六七八九十廿卅]{1,4}|\d{1,2})[日号]?"
)
_DIGIT_OF = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "元": "1",
    "正": "1",
}
_DASH = {char: "-" for char in "‐‑‒–—―−﹣－﹘⁃ー"}
_PLAIN = str.maketrans(
    _DASH | {"∕": "/", "\\": "/", "／": "/", "⁄": "/", "。": ".", "．": ".", "﹒": ".", "：": ":", "∶": ":", "號": "号"}
)
# A serial counts days; a half is noon. What is less than half a second is an error of rounding.
_DAY_SECONDS = 86_400
# Day 0 of Excel's 1900 date system, corrected for its leap-year error: right for serials from 61 on.
_EXCEL_EPOCH = date(1899, 12, 30)
_EARLIEST, _LATEST = date(1949, 10, 1), date(2199, 12, 31)

_WITHOUT_END = frozenset(
    {"长期", "长期有效", "长期经营", "永久", "永久有效", "永续", "永续经营", "永久存续", "永续存续", "无固定期限", "无期限",
     "无限期", "不约定期限", "未约定期限", "无终止日期", "无截止日期", "不限", "longterm", "permanent", "indefinite"}
)  # fmt: skip
# Days that programs write where a date has to stand and there is none.
_NO_REAL_DAY = re.compile(
    r"(?:9999|2999|3000)[-/.年]?(?:12[-/.月]?31|0?1[-/.月]?0?1)日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?|2958465(?:\.0+)?"
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A day as written. ``time`` is the time of day in Shanghai that stood beside it, None for midnight or none."""

    day: date
    time: time | None = None


def read_date(text: str, field: str = "date") -> date:
    """Read a day without a time of day, in any spelling of ``read_written_date`` except a serial number.

    Raises InputError as that, and ``date_with_time``.
    """
    written = _read(text, field)
    if written.time is not None:
        raise InputError("date_with_time", field=field, found=text.strip()[:40], day=written.day.isoformat())
    return written.day


def read_written_date(text: str, field: str = "date") -> WrittenDate:
    """Read a day, with or without a time of day, as exports have it.

    Year first: 2026-11-23, 2026/11/23, 2026.11.23, 2026年11月23日 (号), 20261123, 二〇二六年十一月二十三日; with a time,
    2026-11-23 08:30, 2026/11/23 0:00:00, 2026-11-22T16:30:00Z; or a serial number of Excel's 1900 date system. Digits
    and signs may be full width, dashes of any kind. A time with a zone is converted to Shanghai's.

    Raises InputError ``date_missing``, ``date_without_end`` (长期 and the like), ``date_ambiguous`` (day or month first,
    or a year of two digits), ``date_without_day``, ``date_no_such_day``, ``date_unreadable`` or ``date_out_of_range``
    (before 1949-10-01 or after 2199).
    """
    serial = _SERIAL.fullmatch(_plain(text))
    return _of_serial(serial[1], serial[2] or "0", field) if serial else _read(text, field)


def without_end(text: str) -> bool:
    """Whether this says, where the end of a period stands, that there is none: 长期, 永久, 9999-12-31."""
    return _no_end(_plain(text).removeprefix("至").removeprefix("到").strip())


def _no_end(folded: str) -> bool:
    return folded.replace(" ", "").casefold() in _WITHOUT_END or _NO_REAL_DAY.fullmatch(folded) is not None


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


def _plain(text: str) -> str:
    """``text`` in one spelling of digits, dashes and spaces, without what nobody sees."""
    if not surely_seen(text):
        text = "".join(char for char in text if not blank(char) and unicodedata.category(char) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN).split())


def _read(text: str, field: str) -> WrittenDate:
    folded = _plain(text).rstrip(" ,;、/.-")
    if not folded:
        raise InputError("date_missing", field=field)
    found = text.strip()[:40]
    if _no_end(folded):
        raise InputError("date_without_end", field=field, found=found)
    if chinese := _CHINESE.fullmatch("".join(folded.split())):
        folded = _in_digits(chinese)
    if match := _DIGITS.fullmatch(folded):
        return _of_parts(match.groups(default="0"), field, found)
    if match := _WRITTEN.fullmatch(folded):
        return _of_match(match, field, found)
    if _WITHOUT_DAY.fullmatch(folded):
        raise InputError("date_without_day", field=field, found=found)
    raise InputError("date_ambiguous" if _AMBIGUOUS.fullmatch(folded) else "date_unreadable", field=field, found=found)


def _of_match(match: re.Match[str], field: str, found: str) -> WrittenDate:
    year, _, *named, before, hour, minute, second, after, zone = match.groups(default="")
    month, day = filter(None, named)
    noon = (before or after).upper()
    hours = int(hour or 0)
    if noon in {"下午", "PM"} and hours < 12:
        hours += 12
    elif noon in {"上午", "AM"} and hours == 12:
        hours = 0
    parts = (year, month, day, str(hours), minute or "0", second or "0")
    return _of_parts(parts, field, found, _zone(zone.upper()) if zone else None)


def _of_parts(parts: tuple[str, ...], field: str, found: str, zone: timezone | None = None) -> WrittenDate:
    try:
        written = datetime(*map(int, parts))  # type: ignore[arg-type]
    except ValueError:
        raise InputError("date_no_such_day", field=field, found=found) from None
    if zone is not None and _EARLIEST.year <= written.year <= _LATEST.year:
        written = written.replace(tzinfo=zone).astimezone(SHANGHAI).replace(tzinfo=None)
    clock = written.time().replace(microsecond=0)
    return WrittenDate(day_in_range(written.date(), field), clock if clock != time.min else None)


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    sign, hours, minutes = text[0], text[1:3], text[-2:]
    away = timedelta(hours=int(hours) % 24, minutes=int(minutes) % 60)
    return timezone(-away if sign == "-" else away)


def _of_serial(days: str, part: str, field: str) -> WrittenDate:
    seconds = round(int(part) * _DAY_SECONDS / 10 ** len(part))
    day = date_from_excel_serial(int(days) + seconds // _DAY_SECONDS, field)
    clock = (datetime.min + timedelta(seconds=seconds % _DAY_SECONDS)).time()
    return WrittenDate(day, clock if clock != time.min else None)


def _in_digits(match: re.Match[str]) -> str:
    year = "".join(_DIGIT_OF.get(char, char) for char in match[1])
    return f"{year}-{_small_number(match[2])}-{_small_number(match[3])}"


def _small_number(text: str) -> str:
    """A number below 100 in Chinese digits, in ours; 99, which no month or day is, for what is none."""
    if text.isdigit():
        return text
    text = text.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGIT_OF.get(text, "99")
    return _DIGIT_OF.get(tens or "一", "9") + (_DIGIT_OF.get(ones, "9") if ones else "0")
