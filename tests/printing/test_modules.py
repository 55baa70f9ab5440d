"""Our symbols against the library's: the same codewords, the same modules, the same penalty."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData, create_data, lost_point

from licence_qr.errors import PrintError
from licence_qr.printing.codewords import MAX_VERSION, codewords, fitting_version
from licence_qr.printing.modules import frame, masked, matrix, penalty
from licence_qr.printing.qr import make_symbol

PREFIX = "https://ym.example.gov.cn/c/"
DIGITS = st.text(alphabet="0123456789", max_size=700)
PREFIXES = st.sampled_from([PREFIX, "http://127.0.0.1:8000/c/", "https://a.cn/c/", ""])


def library_symbol(prefix: str, digits: str, mask: int | None = None) -> QRCode:
    """What ``qrcode`` makes of the same two segments."""
    code: QRCode = QRCode(error_correction=ERROR_CORRECT_M, mask_pattern=mask)
    if prefix:
        code.add_data(QRData(prefix, MODE_8BIT_BYTE))
    if digits:
        code.add_data(QRData(digits, MODE_NUMBER))
    code.make(fit=True)
    return code


def rows_of(code: QRCode) -> tuple[bytes, ...]:
    return tuple(bytes(map(bool, row)) for row in code.modules)


@settings(max_examples=60, deadline=None)
@given(PREFIXES, DIGITS)
def test_codewords_are_those_of_the_library(prefix: str, digits: str) -> None:
    text = prefix + digits or "x"
    segments = [QRData(prefix or ("" if digits else "x"), MODE_8BIT_BYTE)] if prefix or not digits else []
    segments += [QRData(digits, MODE_NUMBER)] if digits else []
    version = fitting_version(text)
    assert list(codewords(text, version)) == create_data(version, ERROR_CORRECT_M, segments)


@settings(max_examples=25, deadline=None)
@given(PREFIXES, DIGITS.filter(bool), st.integers(0, 7))
def test_under_every_mask_the_symbol_and_its_penalty_are_those_of_the_library(
    prefix: str, digits: str, mask: int
) -> None:
    code = library_symbol(prefix, digits, mask)
    shape = frame(code.version)
    lines = masked(codewords(prefix + digits, code.version), shape)[mask]
    assert matrix(lines, shape) == rows_of(code)
    assert penalty(lines, shape) == lost_point(code.modules)


@settings(max_examples=15, deadline=None)
@given(DIGITS.filter(bool))
def test_the_mask_is_the_one_with_the_lowest_penalty(digits: str) -> None:
    symbol = make_symbol(PREFIX + digits)
    candidates = [library_symbol(PREFIX, digits, mask) for mask in range(8)]
    scores = [lost_point(code.modules) for code in candidates]
    assert symbol.matrix == rows_of(candidates[scores.index(min(scores))])


@pytest.mark.parametrize("version", range(1, MAX_VERSION + 1))
def test_every_version_has_as_many_data_modules_as_the_standard_says(version: int) -> None:
    alignment = 0 if version == 1 else (version // 7 + 2) ** 2 - 3
    on_timing = 0 if version < 7 else 2 * (version // 7)
    function = 3 * 64 + 25 * alignment - 5 * on_timing + 2 * (4 * version + 1) + 31 + (36 if version >= 7 else 0)
    assert frame(version).data_bits == (4 * version + 17) ** 2 - function


def test_a_text_that_just_fits_version_13_is_taken_and_one_digit_more_is_refused_with_both_sizes() -> None:
    longest = next(n for n in range(900, 0, -1) if _fits(PREFIX + "9" * n))
    assert make_symbol(PREFIX + "9" * longest).version == MAX_VERSION
    with pytest.raises(PrintError) as refused:
        make_symbol(PREFIX + "9" * (longest + 1))
    assert refused.value.code == "symbol_too_dense"
    assert refused.value.facts["bytes"] > refused.value.facts["limit"]


def _fits(text: str) -> bool:
    try:
        fitting_version(text)
    except PrintError:
        return False
    return True


@pytest.mark.parametrize("text", ["", "https://一码.cn/c/1", "https://a.cn/\n1", "\x7f"])
def test_a_text_that_is_not_printable_ascii_is_refused(text: str) -> None:
    with pytest.raises(PrintError) as refused:
        make_symbol(text)
    assert refused.value.code == "symbol_text_invalid"
