"""Identity numbers: what is refused and why, how one is shown, and what a card reader types."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric

from licence_qr.domain.parties.card_text import CardText, read_card_text
from licence_qr.domain.parties.identity_number import (
    holds_number,
    is_identity_number,
    masked,
    parse_identity_number,
    shown_number,
    without_digits,
    without_numbers,
)
from licence_qr.errors import InputError

TODAY = date(2026, 11, 30)
NUMBER = "110101199003070011"

days = st.dates(date(1900, 1, 1), TODAY)
numbers = st.builds(
    lambda region, born, order: (first := f"{region}{born:%Y%m%d}{order:03}") + ric.calc_check_digit(first + "0"),
    st.integers(110000, 999999),
    days,
    st.integers(0, 999),
)
names = st.sampled_from(["王五", "欧阳小明", "阿卜杜拉·买买提", "Li Na", "Müller Hans-Peter", "𠮷田一郎"])
between = st.sampled_from(["|", ",", "，", ";", "\t", "\n", "\r\n", " | "])
further = st.lists(
    st.sampled_from(
        ["男", "汉", "汉族", "1990-03-07", "19900307", "北京市东城区演示路1号", "演示公安局", "20200101-20400101"]
    ),
    max_size=5,
)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("11010119900307001", "identity_number_length"),
        ("1101011990030700112", "identity_number_length"),
        ("11010119900307001A", "identity_number_characters"),
        ("1101**********0011", "identity_number_characters"),
        ("110101199003070012", "identity_number_check_digit"),
        ("110101199003070101", "identity_number_check_digit"),
        ("110101199013070019", "identity_number_birth"),
        ("110101209003070010", "identity_number_birth"),
    ],
)
def test_what_is_wrong_with_a_number_is_said_without_the_number(typed: str, code: str) -> None:
    first = typed[:17]
    if code == "identity_number_birth":  # the check digit is right, the day is none or to come
        typed = first + ric.calc_check_digit(first + "0")
    with pytest.raises(InputError) as refused:
        parse_identity_number(typed, TODAY)
    assert refused.value.code == code
    assert not any(part in str(refused.value.facts) for part in (typed, typed[6:14]))


@given(numbers)
def test_a_right_number_is_read_however_it_is_written(number: str) -> None:
    spaced = f" {number[:6]} {number[6:14]}-{number[14:].lower()} "
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    assert parse_identity_number(spaced, TODAY) == parse_identity_number(wide, TODAY) == number


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit and place != 6)
    assert not is_identity_number(number[:place] + digit + number[place + 1 :], TODAY)


@given(numbers)
def test_what_is_shown_of_a_number_does_not_tell_it(number: str) -> None:
    assert shown_number(number) == masked(number) == f"{number[:4]}************{number[-2:]}"
    assert number not in without_numbers(f"已核对身份证{number}，一致") and masked(number) in without_numbers(number)
    assert holds_number(f"12{number}") and holds_number(number)


def test_what_is_no_number_is_shown_as_typed_to_be_put_right() -> None:
    assert shown_number("110101199003070012") == "110101199003070012"
    assert shown_number("") == "" and masked("12") == "**"


def test_other_numbers_stay_in_a_text() -> None:
    assert without_numbers("代码 91500107M000090139，电话 13800000000") == "代码 91500107M000090139，电话 13800000000"


@given(names, numbers, between, further)
def test_name_and_number_are_read_in_either_order(name: str, number: str, mark: str, rest: list[str]) -> None:
    for parts in ([name, number, *rest], [number, name, *rest], [name, *rest, number]):
        assert read_card_text(mark.join(parts), TODAY) == CardText(name, number), parts


@given(names, numbers, between)
def test_labels_are_understood(name: str, number: str, mark: str) -> None:
    text = mark.join([f"姓名：{name}", "性别:男", "民族=汉", "住址：北京市演示路1号", f"公民身份号码：{number}"])
    assert read_card_text(text, TODAY) == CardText(name, number)
    assert read_card_text(f"公民身份号码{number}{mark}姓名 {name}", TODAY) == CardText(name, number)


@given(st.sampled_from(["王五", "欧阳小明", "阿卜杜拉·买买提"]), numbers)
def test_a_line_that_lost_its_line_breaks_is_understood(name: str, number: str) -> None:
    assert read_card_text(f"{name}{number}北京市东城区", TODAY) == CardText(name, number)
    assert read_card_text(f"{name} 男 汉 {number}", TODAY) == CardText(name, number)


@given(numbers)
def test_a_number_alone_has_no_name(number: str) -> None:
    assert read_card_text(f" {number}\n", TODAY) == CardText("", number)


@pytest.mark.parametrize(
    "text",
    [
        "", "王五", "王五|110101199003070012", "王五|110101199003070011|500107198501010018", "男|1990|110101199003070011",
        "身份证|110101199003070011", "北京市1号101110101199003070011", "住址：演示路|110101199003070011", "王五" * 2000,
    ],
)  # fmt: skip
def test_what_is_not_understood_is_nothing(text: str) -> None:
    assert read_card_text(text, TODAY) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_left(text: str) -> None:
    read = read_card_text(text, TODAY)
    assert read is None or is_identity_number(read.number, TODAY)
    assert isinstance(shown_number(text), str) and isinstance(without_numbers(text), str)


@pytest.mark.parametrize(
    "number",
    ["110101199003070011", "110101199003070012", "91101011990030700110", "１１０１０１１９９００３０７００１１"],
)
def test_what_could_be_a_number_shows_no_day_of_birth(number: str) -> None:
    shown = without_digits(f"甲{number}店")
    assert "19900307" not in shown and shown.startswith("甲") and shown.endswith("店")
    assert without_digits("张示例 1２3") == "张示例 1２3"
