"""What stops a card before it is printed, and says which field, which character, which size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import PrintError
from licence_qr.printing import fonts
from licence_qr.printing.card import CardContent, CardItem
from licence_qr.printing.preflight import LIMITS, check_card
from licence_qr.printing.sheets import card_pdf
from licence_qr.wording import explain

Refused = Callable[[str], AbstractContextManager[pytest.ExceptionInfo[PrintError]]]
MISSING = "\U0003f000"  # where Unicode has ideographs, but none yet


def shown(card: CardContent, field: str, text: str) -> CardContent:
    """The card with ``text`` in a field; the operator is shown where there is no name."""
    return replace(card, **{"name": ""} if field == "operator" else {}, **{field: text})


def test_a_card_in_order_passes(card: CardContent) -> None:
    check_card(card)


@pytest.mark.parametrize("char", "𬭸䶮㛃𫟹〔〕（）·—")
def test_rare_characters_of_names_are_in_the_fonts(card: CardContent, char: str) -> None:
    check_card(replace(card, name=char))


@pytest.mark.parametrize("field", ["name", "operator", "licence_authority", "host", "office"])
@pytest.mark.parametrize(("char", "codepoint"), [(MISSING, "U+3F000"), ("\n", "U+000A"), ("\x00", "U+0000")])
def test_a_character_without_a_glyph_is_named_with_its_field(
    card: CardContent, refused: Refused, field: str, char: str, codepoint: str
) -> None:
    with refused("character_not_in_font") as caught:
        check_card(shown(card, field, f"云{char}馆"))
    assert caught.value.facts["codepoint"] == codepoint
    assert caught.value.facts["field"] == field
    assert caught.value.facts["char"] == (char if char == MISSING else "�")


def test_a_character_without_a_glyph_in_a_permit_says_which_permit(card: CardContent, refused: Refused) -> None:
    second = replace(card.permits[0], number=f"{MISSING}号")
    with refused("character_not_in_font") as caught:
        card_pdf(replace(card, permits=(*card.permits, second)))
    assert caught.value.facts["field"] == "permit 2 number"


@pytest.mark.parametrize("field", ["name", "operator", "uscc", "licence_authority", "host", "code_number", "office"])
def test_a_text_is_taken_at_its_limit_and_refused_beyond_it(card: CardContent, refused: Refused, field: str) -> None:
    check_card(shown(card, field, "国" * LIMITS[field]))
    with refused("text_too_long_for_sheet") as caught:
        check_card(shown(card, field, "国" * (LIMITS[field] + 1)))
    facts = caught.value.facts
    assert (facts["field"], facts["length"], facts["limit"]) == (field, LIMITS[field] + 1, LIMITS[field])


def test_a_long_address_says_which_one(card: CardContent, refused: Refused) -> None:
    with refused("text_too_long_for_sheet") as caught:
        check_card(replace(card, addresses=("路", "路" * (LIMITS["address"] + 1))))
    assert caught.value.facts["field"] == "address 2"


def test_every_field_of_a_card_has_a_limit(card: CardContent) -> None:
    item = CardItem(Text("备案", "Filing"), ItemStanding.NOT_RECORDED, Text("未登记", "not recorded"), "局", date.min)
    texts = (*replace(card, items=(item,)).texts(), *replace(card, name="").texts())
    assert {" ".join(word for word in field.split() if not word.isdigit()) for field, _ in texts} == set(LIMITS)


def test_a_principal_beside_a_name_is_not_shown_and_not_asked_for(card: CardContent) -> None:
    check_card(replace(card, operator=f"王{MISSING}" * 99))


def test_a_card_needs_a_name_or_an_operator(card: CardContent, refused: Refused) -> None:
    with refused("card_without_holder"):
        check_card(replace(card, name="", operator=""))


def test_a_symbol_above_version_13_is_not_printed(card: CardContent, refused: Refused) -> None:
    with refused("symbol_version_not_printed"):
        card_pdf(replace(card, symbol=replace(card.symbol, version=14)))


def test_a_machine_without_the_fonts_is_told_which_package_to_install(
    card: CardContent, refused: Refused, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with refused("font_missing") as caught:
        check_card(card)
    assert caught.value.facts["package"] == "fonts-noto-cjk"


def test_a_script_without_its_font_is_told_with_the_package(
    card: CardContent, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (Path("/usr/share/fonts/opentype/noto"),))
    with refused("script_font_missing") as caught:
        check_card(replace(card, name="ئۇيغۇر"))
    told = explain(caught.value, "en")
    assert "Uyghur" in told.what and "U+0626" in told.what and "fonts-noto-core" in told.todo
    assert "维吾尔文" in explain(caught.value, "zh").what
