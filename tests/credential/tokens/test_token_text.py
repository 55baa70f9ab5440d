"""The text form: one text per token, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.credential.token import MAX_DIGITS, address, from_digits, parse_address, to_digits
from licence_qr.errors import TokenError


@given(st.binary(min_size=1, max_size=500).filter(lambda token: token[0] != 0))
def test_digits_are_read_back_as_the_token(token: bytes) -> None:
    assert from_digits(to_digits(token)) == token


@given(st.text(alphabet="0123456789 +-_.٣１", max_size=30))
def test_a_text_that_is_accepted_is_the_one_text_of_its_token(text: str) -> None:
    try:
        token = from_digits(text)
    except TokenError:
        return
    assert to_digits(token) == text


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("", "symbol_empty"),
        ("1" * (MAX_DIGITS + 1), "symbol_too_long"),
        ("12a", "symbol_not_digits"),
        ("1_2", "symbol_not_digits"),
        (" 12", "symbol_not_digits"),
        ("12\n", "symbol_not_digits"),
        ("+12", "symbol_not_digits"),
        ("１２", "symbol_not_digits"),
        ("1²", "symbol_not_digits"),
        ("0", "symbol_leading_zero"),
        ("012", "symbol_leading_zero"),
    ],
)
def test_another_text_is_refused(digits: str, code: str) -> None:
    with pytest.raises(TokenError) as refusal:
        from_digits(digits)
    assert refusal.value.code == code


def test_the_longest_text_is_still_read() -> None:
    assert to_digits(from_digits("9" * MAX_DIGITS)) == "9" * MAX_DIGITS


@pytest.mark.parametrize("origin", ["https://code.demo.example", "https://a.example:8443", "http://127.0.0.1:8000"])
def test_an_address_is_taken_apart_as_it_was_put_together(origin: str) -> None:
    parsed = parse_address(address(origin, b"\xd2\x84"))
    assert parsed == (origin.partition("://")[2], str(0xD284))


def test_bare_digits_have_no_host() -> None:
    assert parse_address("123") == (None, "123")


@pytest.mark.parametrize(
    "text",
    [
        "http://code.demo.example/c/1",
        "HTTPS://CODE.DEMO.EXAMPLE/C/1",
        "https://code.demo.example/p/1",
        "https://user@code.demo.example/c/1",
        "https://code.demo.example@evil.example/c/1",
        "https://evil.example/x/c/1",
        "https:///c/1",
        " https://code.demo.example/c/1",
        "https://code.demo.example\n/c/1",
        "//code.demo.example/c/1",
        "javascript:alert(1)/c/1",
    ],
)
def test_another_address_is_refused(text: str) -> None:
    with pytest.raises(TokenError) as refusal:
        parse_address(text)
    assert refusal.value.code == "symbol_not_address"


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(TokenError) as refusal:
        parse_address("")
    assert refusal.value.code == "symbol_empty"
