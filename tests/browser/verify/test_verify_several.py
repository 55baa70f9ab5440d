"""Several codes in one picture, PDF or camera frame: ours is verified, two of ours are chosen from, others are named."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from accessible import violations
from fpdf import FPDF
from pdf_reading import SMALL
from PIL import Image
from playwright.sync_api import Page, expect
from verify_site import FRAME, Site
from walls import PAYMENT, WIFI, symbol, wall

from licence_qr.store.register.codes import StoredCode

GENUINE = "核验通过"


@pytest.fixture
def page(standing_page: Page) -> Page:
    """The page, one for all tests that only show files to it."""
    return standing_page


@pytest.fixture
def two(site: Site) -> tuple[StoredCode, StoredCode]:
    """The codes of two businesses."""
    return site.newest(permits=1), site.newest(permits=6)


def name_of(page: Page) -> str:
    return page.locator("#outcome .who h2").inner_text()


def show_picture(page: Page, picture: Image.Image) -> None:
    """Choose it as a photo. What was said of an earlier one is gone when this returns."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    page.locator("#file").set_input_files({"name": "wall.png", "mimeType": "image/png", "buffer": out.getvalue()})
    expect(page.locator("#reading")).to_be_empty()
    expect(page.locator("#outcome")).to_be_visible()


def show_pdf(page: Page, pages: list[list[str]]) -> None:
    """Choose a PDF with the symbols of those texts on its pages; the empty ones are small."""
    pdf = FPDF()
    for texts in pages:
        pdf.add_page(format="A4" if texts else SMALL)
        for at, text in enumerate(texts):
            pdf.image(symbol(text, 8), x=20 + 90 * at, y=30, w=80)
    content = bytes(pdf.output())
    page.locator("#file").set_input_files({"name": "cards.pdf", "mimeType": "application/pdf", "buffer": content})
    expect(page.locator("#reading")).to_be_empty()
    expect(page.locator("#outcome")).to_be_visible()


@pytest.mark.parametrize("first", [True, False], ids=["ours first", "ours last"])
def test_ours_is_verified_and_the_other_named_quietly(page: Page, site: Site, first: bool) -> None:
    ours = site.link(site.newest(permits=1))
    show_picture(page, wall(*([ours, PAYMENT] if first else [PAYMENT, ours])))
    expect(page.locator("#outcome h2.headline")).to_contain_text(GENUINE)
    expect(page.locator("#beside")).to_contain_text("另外看到 1 个码，不是亮证二维码：付款码。")
    assert page.locator("#beside button").count() == 0


def test_a_small_code_of_ours_beside_a_large_one_of_others_is_found(page: Page, site: Site) -> None:
    picture = Image.new("RGB", (3200, 2400), "#e8e8e8")
    picture.paste(symbol(PAYMENT, 30), (100, 100))
    picture.paste(symbol(site.link(site.newest(permits=1)), 3), (2600, 1900))
    show_picture(page, picture)
    expect(page.locator("#outcome h2.headline")).to_contain_text(GENUINE)
    expect(page.locator("#beside")).to_contain_text("付款码")


def test_where_none_is_ours_the_first_is_called_what_it_is_and_the_others_named(page: Page) -> None:
    show_picture(page, wall(PAYMENT, WIFI))
    expect(page.locator("#outcome .verdict")).to_have_class("verdict unknown")
    said = page.locator("#outcome h2.headline").inner_text() + page.locator("#beside").inner_text()
    assert "付款码" in said and "无线网络码" in said
    expect(page.locator("#outcome")).to_contain_text("可能有人贴了假码")


def test_what_was_seen_beside_is_gone_with_the_next_thing_asked(page: Page, site: Site) -> None:
    show_picture(page, wall(PAYMENT, WIFI))
    expect(page.locator("#beside")).to_be_visible()
    page.locator("#text").fill("hello")
    page.locator("#typed button").click()
    expect(page.locator("#beside")).to_be_hidden()


def test_two_of_ours_are_listed_by_name_and_chosen_from(
    page: Page, two: tuple[StoredCode, StoredCode], site: Site
) -> None:
    show_picture(page, wall(*map(site.link, two), PAYMENT))
    expect(page.locator("#outcome h2.headline")).to_contain_text("找到 2 个亮证二维码")
    expect(page.locator("#outcome h2.headline")).to_be_focused()
    expect(page.locator("#beside")).to_contain_text("付款码")
    assert not violations(page)
    buttons = page.locator("#outcome .codes button")
    expect(buttons).to_have_count(2)
    names = [text.partition("，第")[0] for text in buttons.all_inner_texts()]
    assert len(set(names)) == 2
    buttons.nth(1).click()
    expect(page.locator("#outcome h2.headline")).to_contain_text(GENUINE)
    assert name_of(page) == names[1]
    expect(page.locator("#beside .codes button")).to_have_count(1)
    page.locator("#beside .codes button").click()
    expect(page.locator("#outcome .who h2")).to_have_text(names[0])


def test_of_more_codes_than_are_read_the_count_is_said_to_be_a_least_one(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    changed = [link[:60] + f"{at:02}" + link[62:] for at in range(20)]
    rows = [wall(*changed[at : at + 5]) for at in range(0, 20, 5)]
    picture = Image.new("RGB", (rows[0].width, sum(row.height for row in rows)), "#e8e8e8")
    for at, row in enumerate(rows):
        picture.paste(row, (0, at * row.height))
    show_picture(page, picture)
    buttons = page.locator("#outcome .codes button").count()
    assert 12 < buttons <= 20
    expect(page.locator("#outcome h2.headline")).to_contain_text(f"至少找到 {buttons} 个亮证二维码")
    expect(page.locator("#beside")).to_contain_text("没有全部读出")


def test_a_dozen_codes_are_counted_and_no_more_is_said(page: Page) -> None:
    rows = [wall(*(f"WIFI:S:{row}{at};;" for at in range(4))) for row in range(3)]
    picture = Image.new("RGB", (rows[0].width, sum(row.height for row in rows)), "#e8e8e8")
    for at, row in enumerate(rows):
        picture.paste(row, (0, at * row.height))
    show_picture(page, picture)
    expect(page.locator("#beside")).to_contain_text("另外看到 11 个码")
    expect(page.locator("#beside")).not_to_contain_text("没有全部读出")


def test_a_number_as_a_symbol_is_offered_as_a_number(page: Page, site: Site) -> None:
    one, other = site.newest(permits=1), site.newest(permits=6)
    show_picture(page, wall(site.link(one), other.code_id.number))
    buttons = page.locator("#outcome .codes button")
    expect(buttons).to_have_count(2)
    assert f"编号 {other.code_id.number}" in " ".join(buttons.all_inner_texts()).replace("Code number ", "")


def test_a_forged_one_beside_a_genuine_one_is_listed_as_not_verified(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    forged = link[:60] + str((int(link[60]) + 1) % 10) + link[61:]
    show_picture(page, wall(link, forged))
    buttons = page.locator("#outcome .codes button")
    expect(buttons).to_have_count(2)
    assert sum("核验未通过" in text for text in buttons.all_inner_texts()) == 1


def test_the_same_code_twice_is_one(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    show_picture(page, wall(link, link))
    expect(page.locator("#outcome h2.headline")).to_contain_text(GENUINE)
    expect(page.locator("#beside")).to_be_hidden()


def test_the_codes_of_all_pages_of_a_pdf_are_listed(page: Page, two: tuple[StoredCode, StoredCode], site: Site) -> None:
    first, second = map(site.link, two)
    show_pdf(page, [[PAYMENT], [first], [], [second, first]])
    buttons = page.locator("#outcome .codes button")
    expect(buttons).to_have_count(2)
    expect(buttons.nth(0)).to_contain_text("第 2 页")
    expect(buttons.nth(1)).to_contain_text("第 4 页")
    expect(page.locator("#beside")).to_contain_text("付款码")


def test_pages_that_were_not_looked_at_are_told(page: Page, site: Site) -> None:
    show_pdf(page, [[site.link(site.newest(permits=1))], [], [], [], [], []])
    expect(page.locator("#outcome h2.headline")).to_contain_text(GENUINE)
    expect(page.locator("#beside")).to_contain_text("没有全部查看")


def test_the_camera_passes_over_the_other_and_verifies_ours(
    before_camera: Callable[[Image.Image], Page], site: Site
) -> None:
    page = before_camera(wall(PAYMENT, site.link(site.newest(permits=1)), size=FRAME))
    page.get_by_role("button", name="用相机扫描").click()
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome h2.headline")).to_contain_text(GENUINE)


def test_the_camera_says_after_a_while_that_the_only_code_is_another(
    before_camera: Callable[[Image.Image], Page], site: Site
) -> None:
    page = before_camera(wall(PAYMENT, size=FRAME))
    page.get_by_role("button", name="用相机扫描").click()
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome h2.headline")).to_contain_text("这是付款码")
    expect(page.locator("#camera")).to_be_hidden()


def test_the_camera_offers_both_of_ours(
    before_camera: Callable[[Image.Image], Page], site: Site, two: tuple[StoredCode, StoredCode]
) -> None:
    page = before_camera(wall(*map(site.link, two), size=FRAME))
    page.get_by_role("button", name="用相机扫描").click()
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome .codes button")).to_have_count(2)
