"""What the trade still needs, on the card: where each item stood on the day of printing, or how many more there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar
from shipped import CATALOGUE

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.publishing import sayings
from licence_qr.printing.card import CardContent, CardItem
from licence_qr.printing.layout import ROWS_BOTTOM, Arrangement
from licence_qr.printing.preflight import LIMITS, check_card
from licence_qr.printing.qr import make_symbol
from licence_qr.printing.sheets import Sheet

Printed = Callable[[CardContent, Sheet], bytes]
pytestmark = pytest.mark.xdist_group("cards")

FIRE = CardItem(
    name=Text("公众聚集场所投入使用、营业前消防安全检查", "Fire check before a public assembly place opens"),
    standing=ItemStanding.BEING_DECIDED,
    words=Text("办理中", "being decided"),
    authority="重庆高新区消防救援机构",
    since=date(2026, 11, 24),
)


def item(number: int) -> CardItem:
    """An item, the first with the longest name there is, standing in each way in turn."""
    standing = (ItemStanding.BEING_DECIDED, ItemStanding.NOT_RECORDED, ItemStanding.NOT_IN_FORCE)[number % 3]
    said = sayings.standing(standing)
    name = Text(f"第{number}项经营许可证", f"Permit {number}") if number else FIRE.name
    return replace(FIRE, name=name, standing=standing, words=Text(said.zh, said.en), authority=f"第{number}机构")


def with_items(card: CardContent, count: int, permits: int = 1) -> CardContent:
    return replace(card, permits=card.permits * permits, items=tuple(item(n) for n in range(count)))


def drawn(arranged: Arrangement) -> str:
    """The texts of the rows, each row on a line."""
    return "\n".join("".join(line.text for line in (*row.label, *row.lines)) for row in arranged.rows)


def text_of(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def test_an_item_says_where_it_stands_since_when_and_whom_to_ask(card: CardContent) -> None:
    said = drawn(check_card(with_items(card, 3)))
    assert "办理中 being decided" in said and "第0机构" in said and "自 since 2026年11月24日" in said
    assert "本系统未登记 not recorded here" in said and "请向第1机构查询" in said
    assert "不在有效状态 not in force" in said
    assert "还需要下列许可和备案（打印当日的情况，今天的请扫码）" in said


@pytest.mark.parametrize("count", [0, 1, 2, 6, 12])
def test_every_item_is_drawn_or_counted_within_the_sheet(card: CardContent, count: int) -> None:
    arranged = check_card(with_items(card, count))
    said = drawn(arranged)
    shown = [number for number in range(12) if item(number).name.zh in said]
    assert shown == list(range(count - arranged.items_left_out))
    assert ("Also needed" in drawn(arranged)) is (count > 0)
    assert arranged.top + sum(row.height for row in arranged.rows) <= ROWS_BOTTOM + 1e-6
    assert (arranged.items_left_out > 0) is (count == 12)


def test_what_is_missing_comes_before_further_permits_and_after_the_first(card: CardContent) -> None:
    arranged = check_card(with_items(card, 4, permits=7))
    assert (arranged.items_left_out, arranged.left_out > 0) == (0, True)
    full = check_card(with_items(card, 12, permits=7))
    assert full.left_out >= 5 and full.items_left_out < 8 and card.permits[0].number in drawn(full)


def test_items_full_of_the_widest_letters_are_counted_and_refused_beyond_their_limits(
    card: CardContent, refused: Callable[..., object]
) -> None:
    full = {name: "国" * limit for name, limit in LIMITS.items()}
    widest = replace(
        FIRE,
        name=Text(full["item name"], "W" * 48),
        authority=full["item authority"],
        address=full["item address"],
    )
    addresses = (full["address"],) * 3
    arranged = check_card(replace(card, addresses=addresses, items=(widest,) * 12))
    assert arranged.items_left_out > 0
    with refused("text_too_long_for_sheet") as caught:  # type: ignore[attr-defined]
        check_card(replace(card, items=(replace(widest, authority=full["item authority"] + "国"),)))
    assert caught.value.facts["field"] == "item 1 authority"


def test_the_sheet_says_its_day_and_counts_the_rest_and_its_symbol_is_read(
    card: CardContent, printed: Printed, address_of_version: Callable[[int], str]
) -> None:
    text = address_of_version(13)
    content = replace(with_items(card, 12, permits=3), symbol=make_symbol(text))
    pdf = printed(content, Sheet.A5)
    said = text_of(pdf)
    arranged = check_card(content)
    assert content.counted(arranged.left_out, arranged.items_left_out) in said
    assert "more needed: scan the code" in said
    for part in (
        "第 2 版",
        "2026年11月23日",
        "打印 printed 2026年12月01日",
        "As on the day of printing; scan for today",
    ):
        assert part in said
    picture: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72, grayscale=True).to_pil().convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]
    assert [found.data.decode() for found in pyzbar.decode(picture)] == [text]


def test_the_line_that_counts_names_only_what_there_is(card: CardContent) -> None:
    assert card.counted(0, 0) == ""
    assert card.counted(2, 0) == "另有 2 项许可，扫码查看 · 2 more: scan the code"
    assert card.counted(0, 3) == "还需要 3 项许可或备案，扫码查看 · 3 more needed: scan the code"
    assert card.counted(2, 3).startswith("另有 2 项许可，另还需要 3 项，")


@pytest.mark.parametrize(
    ("permits", "items", "shown"),
    [(1, 0, (1, 0)), (9, 0, (4, 0)), (1, 6, (1, 6)), (1, 12, (1, 6)), (4, 3, (2, 3)), (0, 9, (0, 8)), (2, 4, (2, 4))],
)
def test_the_print_page_has_room_for_four_permits_or_two_items_for_each(
    card: CardContent, permits: int, items: int, shown: tuple[int, int]
) -> None:
    assert with_items(card, items, permits).on_half_a_page(4) == shown


def test_the_names_of_the_catalogue_have_room_as_items() -> None:
    assert all(len(each.name.zh) <= LIMITS["item authority"] for each in CATALOGUE.authorities.values())
    for kind in CATALOGUE.permit_types.values():
        assert len(kind.name.zh) <= LIMITS["item name"] and len(kind.name.en) <= LIMITS["item name_en"]
