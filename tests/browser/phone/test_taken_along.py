"""Taking along in a browser that has opened nothing before: ready only when all is there that works without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from accessible import violations
from fresh_phone import fresh_phone
from inspection_phone import PAGE, STARTED, Phone, flawless, ours
from playwright.sync_api import Browser, Route, expect
from screens import width_of
from verify_site import HURRY, Site, settled, sheet, typed

from licence_qr.domain.roles import Actor, Role

CLERK = Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))


@pytest.fixture
def phone(chromium: Browser, site: Site) -> Iterator[Phone]:
    """An inspector who has signed in on a phone that has opened nothing else."""
    with fresh_phone(chromium, site) as context, flawless(Phone(site, context)) as phone:
        phone.sign_in()
        phone.page.goto(f"{site.origin}/inspect/")
        yield phone


def pressed(phone: Phone) -> None:
    """Take along, up to the end of it."""
    expect(phone.page.locator("#take")).to_be_enabled()
    phone.page.click("#take")
    expect(phone.page.locator("#take")).to_be_enabled()


def test_what_was_taken_along_works_without_a_network(phone: Phone, site: Site, tmp_path: Path) -> None:
    pressed(phone)
    expect(phone.page.locator("#ready")).to_contain_text("已备好")
    code, page = ours(site)[0], phone.page
    photo = tmp_path / "sheet.jpg"
    sheet(site.services, CLERK, code, STARTED).save(photo, quality=85)
    with site.away():
        page.goto(f"{site.origin}/verify")
        settled(page)
        expect(page.locator("#copy-kept")).to_have_text("已存入本机")
        page.locator("#file").set_input_files(photo)
        expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过，证照均有效")
        expect(page.locator("#outcome .registered")).to_be_visible()
        page.goto(f"{site.origin}{PAGE}#begin/{code.code_id.number}/{code.version}")
        phone.choose_place()
        phone.kept()


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("/verify/sw.js", "核验和检查页面"),
        ("zxing_reader.wasm", "核验和检查页面"),
        ("/trust-list", "签发密钥名单、状态名单"),
        ("/status-list", "状态名单"),
    ],
    ids=["worker", "file", "trust", "status"],
)
def test_what_is_missing_is_named_and_the_next_press_gets_it(phone: Phone, site: Site, lost: str, said: str) -> None:
    expect(phone.page.locator("#take")).to_be_enabled()
    with site.failing(lost):
        pressed(phone)
        expect(phone.page.locator("#ready")).to_contain_text(f"还没有备好，断网后用不了。缺少：{said}。")
        expect(phone.page.locator("#pack-state")).to_contain_text("失效")
        phone.page.reload()
        expect(phone.page.locator("#ready")).to_contain_text("还没有备好")
    pressed(phone)
    expect(phone.page.locator("#ready")).to_contain_text("已备好")


def test_a_server_that_never_answers_is_given_up(phone: Phone, site: Site) -> None:
    expect(phone.page.locator("#take")).to_be_enabled()
    phone.page.evaluate(HURRY)
    with site.hanging("/verify"):
        pressed(phone)
        expect(phone.page.locator("#ready")).to_contain_text("缺少：核验和检查页面")


def test_where_no_pack_was_taken_nothing_is_called_ready(phone: Phone) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503)

    phone.page.route("**/inspect/pack", refuse)
    pressed(phone)
    expect(phone.page.locator("#pack-state")).to_contain_text("503")
    expect(phone.page.locator("#ready")).to_be_hidden()


def test_a_wrong_clock_is_named_before_anybody_sets_out(chromium: Browser, site: Site) -> None:
    with fresh_phone(chromium, site) as context:
        context.clock.install(time=datetime.now(UTC) - timedelta(hours=26))
        phone = Phone(site, context)
        phone.sign_in()
        phone.take_pack()
        expect(phone.page.locator("#clock")).to_contain_text("本机时钟约慢 26 小时")
        with site.away():
            phone.page.goto(f"{site.origin}/verify")
            settled(phone.page)
            typed(phone.page, site.link(ours(site)[0]))
            expect(phone.page.locator("#outcome .registered")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_and_nothing_is_too_wide(phone: Phone, site: Site, lang: str) -> None:
    page = phone.page
    page.goto(f"{site.origin}/inspect/?lang={lang}")
    for part in ("/status-list", "nothing"):
        with site.failing(part):
            pressed(phone)
        expect(page.locator("#ready")).to_be_visible()
        assert not violations(page)
        assert width_of(page) <= 360
