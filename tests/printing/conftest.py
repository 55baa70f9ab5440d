"""Cards to print (all made up), and what a refusal must be: its code, and its sentences in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import cache

import pytest

from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import PrintError
from licence_qr.printing.card import CardContent, CardPermit
from licence_qr.printing.qr import make_symbol
from licence_qr.printing.sheets import Sheet, card_pdf
from licence_qr.wording import LANGUAGES, explain

PREFIX = "https://ym.example.gov.cn/c/"
_DIGITS_OF_VERSION = {4: 40, 7: 200, 10: 420, 11: 500, 12: 570, 13: 680}


def text_of_version(version: int) -> str:
    """An address whose symbol has exactly this version."""
    return PREFIX + str(7**900)[: _DIGITS_OF_VERSION[version]]


HYGIENE = CardPermit(
    name=Text("公共场所卫生许可证", "Public place hygiene permit"),
    number="渝高新卫公证字〔2023〕第00118号",
    items="住宿（宾馆）",
    authority="高新区公共服务局",
    valid_to=date(2027, 1, 4),
)

CARD = CardContent(
    name="重庆云栖客栈有限公司",
    operator="张三",
    uscc="91500107M000001A9R",
    addresses=("重庆市九龙坡区白市驿镇凤笙路 118 号 3-2",),
    licence_authority="高新区市场监督管理局",
    licence_issued_on=date(2023, 1, 5),
    permits=(HYGIENE,),
    host="ym.example.gov.cn",
    code_number="7K3M-Q2WD-9XAB-4TCE-H",
    version=2,
    version_on=date(2026, 11, 23),
    printed_on=date(2026, 12, 1),
    symbol=make_symbol(text_of_version(11)),
    specimen=False,
    office="白市驿镇公共服务中心",
)


@pytest.fixture
def card() -> CardContent:
    return CARD


@pytest.fixture
def address_of_version() -> Callable[[int], str]:
    return text_of_version


@pytest.fixture(scope="session")
def printed() -> Callable[[CardContent, Sheet], bytes]:
    """``card_pdf``, with each card printed once for all tests: embedding a font takes half a second."""
    return cache(card_pdf)


@pytest.fixture
def refused() -> Callable[[str], AbstractContextManager[pytest.ExceptionInfo[PrintError]]]:
    """A context in which exactly this PrintError must be raised, and explain itself."""

    @contextmanager
    def refusing(code: str) -> Iterator[pytest.ExceptionInfo[PrintError]]:
        with pytest.raises(PrintError) as caught:
            yield caught
        assert caught.value.code == code
        for language in LANGUAGES:
            explanation = explain(caught.value, language)
            assert explanation.what and explanation.todo

    return refusing
