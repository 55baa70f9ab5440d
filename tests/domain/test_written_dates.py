"""Dates as people write them: read where they can mean one day only, else refused with the reason."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.written_dates import read_date, read_written_date, without_end
from licence_qr.errors import InputError

DAY = date(2024, 5, 6)
SAME_DAY = [
    "2024-05-06",
    "2024-5-6",
    "2024/5/6",
    "2024.5.6",
    "2024.05.06.",
    "２０２４．５．６",
    "２０２４－０５－０６",
    "2024–05–06",
    "2024—05—06",
    "2024年5月6日",
    "2024年5月6号",
    "2024年5月6號",
    "2024 年 5 月 6 日",
    "2024年05月06日",
    "20240506",
    "二〇二四年五月六日",
    "二○二四年五月六日",
    "二零二四年五月六号",
    "2024-05-06 00:00:00",
    "2024-05-06 0:00",
    "2024/5/6 0:00:00",
    "2024/05/06 00:00",
    "2024-05-06T00:00:00",
    "2024-05-06T00:00:00.000",
    "2024-05-06 00:00:00.0",
    "20240506000000",
    "20240506 00:00",
    "2024年五月6日",
    "2024年5月初六",
    "2024\\5\\6",
    "2024/05/06/",
    "2024-05-06，",
    "2024.5.6、",
    "2024-05-06\u200b",
    "\ufeff2024-05-06",
    "2024\u00a0-05-06",
    "2024-05-06（星期一）",
    "2024年5月6日 星期一",
    "2024-05-05T16:00:00Z",
    "2024-05-06T00:00:00+08:00",
    "2024-05-06T00:00:00+0800",
    "2024/5/6 上午12:00:00",
]
SERIALS = ["45418", "45418.0", "45418.00000001", "45417.9999999"]
WITH_TIME = {
    "2024-05-06 08:30:00": time(8, 30),
    "2024-05-06 08:30": time(8, 30),
    "2024/5/6 8:30:15": time(8, 30, 15),
    "2024-05-06T08:30:00": time(8, 30),
    "2024-05-06T00:30:00Z": time(8, 30),
    "2024-05-05T20:00:00.5Z": time(4),
    "2024年5月6日 8时30分": time(8, 30),
    "2024年5月6日8时30分15秒": time(8, 30, 15),
    "2024/5/6 下午 1:05": time(13, 5),
    "2024-05-06 12:00 PM": time(12),
    "20240506083000": time(8, 30),
    "20240506T083000": time(8, 30),
    "20240506 08:30": time(8, 30),
    "45418.5": time(12),
    "2024-05-06 23:59:59.999": time(23, 59, 59),
}
REFUSED = {
    "": "date_missing",
    "\u200b": "date_missing",
    "5/6/24": "date_ambiguous",
    "06/05/2024": "date_ambiguous",
    "24-05-06": "date_ambiguous",
    "13/05/2024": "date_ambiguous",
    "24年5月6日": "date_ambiguous",
    "5.6.24 08:30": "date_ambiguous",
    "2024年05月": "date_without_day",
    "2024-05": "date_without_day",
    "2024.5": "date_without_day",
    "2024年": "date_without_day",
    "2024": "date_without_day",
    "5月6日": "date_unreadable",
    "0000-00-00": "date_no_such_day",
    "2024-02-30": "date_no_such_day",
    "2024-13-01": "date_no_such_day",
    "2024-05-06 25:00": "date_no_such_day",
    "20240230": "date_no_such_day",
    "二〇二四年十三月六日": "date_no_such_day",
    "二〇二四年五月三十二日": "date_no_such_day",
    "1948-05-06": "date_out_of_range",
    "2200-01-01": "date_out_of_range",
    "17000": "date_out_of_range",
    "长期": "date_without_end",
    "9999-12-31": "date_without_end",
    "2024-05/06": "date_unreadable",
    "去年": "date_unreadable",
    "2024-05-06 至 2028-05-05": "date_unreadable",
    "1714953600": "date_unreadable",
    "2024-05-06 早上": "date_unreadable",
}
WITHOUT_END = [
    "长期",
    " 长期 ",
    "长期有效",
    "永久",
    "永久有效",
    "永续",
    "无固定期限",
    "无限期",
    "不约定期限",
    "至长期",
    "长 期",
    "长期\u200b",
    "9999-12-31",
    "9999/12/31",
    "99991231",
    "9999年12月31日",
    "9999-12-31 00:00:00",
    "2999-12-31",
    "２９９９－１２－３１",
    "2958465",
]


@pytest.mark.parametrize("written", SAME_DAY)
def test_one_day_in_many_spellings(written: str) -> None:
    assert read_date(written) == DAY
    assert read_written_date(written).time is None


@pytest.mark.parametrize("written", SERIALS)
def test_a_serial_number_is_a_day_in_an_export_and_nothing_in_a_form(written: str) -> None:
    assert read_written_date(written).day == DAY
    assert read_written_date(written).time is None
    with pytest.raises(InputError, match="date_unreadable"):
        read_date(written)


@pytest.mark.parametrize(("written", "clock"), WITH_TIME.items())
def test_of_a_time_of_day_the_day_is_taken_and_a_form_asks_for_the_day_alone(written: str, clock: time) -> None:
    assert (read_written_date(written).day, read_written_date(written).time) == (DAY, clock)
    if not written.startswith("45418"):
        with pytest.raises(InputError, match="date_with_time"):
            read_date(written)


@pytest.mark.parametrize(("written", "code"), REFUSED.items())
def test_what_could_be_several_days_or_none_is_refused_with_the_reason(written: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_written_date(written, "valid_to")
    assert (caught.value.code, caught.value.field) == (code, "valid_to")


@pytest.mark.parametrize("written", WITHOUT_END)
def test_no_end_in_the_usual_words(written: str) -> None:
    assert without_end(written)


@pytest.mark.parametrize("written", ["", "2099-12-31", "2028-05-05", "短期", "长期合作", "无", "/"])
def test_what_names_a_day_or_nothing_is_an_end(written: str) -> None:
    assert not without_end(written)


@given(day=st.dates(date(1949, 10, 1), date(2199, 12, 31)))
def test_every_day_reads_back_from_every_spelling(day: date) -> None:
    year, month, of_month = day.year, day.month, day.day
    numbers = "〇一二三四五六七八九"
    small = [
        (f"{numbers[n // 10]}十" if n >= 20 else "十" if n >= 10 else "") + (numbers[n % 10] if n % 10 else "")
        for n in range(32)
    ]
    chinese = f"{''.join(numbers[int(d)] for d in str(year))}年{small[month]}月{small[of_month]}日"
    spellings = (
        day.isoformat(),
        f"{year}/{month}/{of_month}",
        f"{year}年{month}月{of_month}日",
        f"{day:%Y%m%d}",
        chinese,
    )
    assert {read_date(each) for each in spellings} == {day}


@given(day=st.dates(date(1950, 1, 1), date(2173, 10, 13)), seconds=st.integers(0, 86_399))
def test_a_serial_number_has_its_day_and_time_to_the_second(day: date, seconds: int) -> None:
    serial = (day - date(1899, 12, 30)).days
    written = read_written_date(f"{serial}.{round(seconds / 86_400 * 10**10):010d}")
    assert written.day == day
    found = written.time or time()
    assert timedelta(hours=found.hour, minutes=found.minute, seconds=found.second).total_seconds() == seconds


@given(text=st.text(max_size=40))
def test_any_text_is_a_date_or_one_error(text: str) -> None:
    try:
        read_written_date(text)
    except InputError as error:
        assert error.code.startswith("date_")
